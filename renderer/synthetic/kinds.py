"""Kinds of synthetic presenters: named sets of traits that make real people hard to speak for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from renderer.synthetic.camera_model import Lens
from renderer.synthetic.identity import Identity
from renderer.synthetic.look import Light, Look, to_linear
from renderer.synthetic.scene import Camera


@dataclass(frozen=True)
class Kind:
    """What a kind adds to a sampled presenter; every trait is off by itself.

    ``smile`` and ``tongue`` 0..1 last as long as the film (see `perform`), ``crooked`` 0..1 moves teeth out
    of their row, ``beard`` is at least the look's. ``crf`` is the H.264 quality of the file, None: sampled.
    """

    turning: bool = False
    smile: float = 0.0
    tongue: float = 0.0
    warm_teeth: bool = False
    crooked: float = 0.0
    braces: bool = False
    beard: float = 0.0
    glasses: bool = False
    hard_light: bool = False
    fps: Fraction = Fraction(25)
    crf: int | None = None


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "plain": Kind(),
        "turning": Kind(turning=True, tongue=1.0),
        "smiling": Kind(smile=0.7, tongue=1.0, warm_teeth=True, crooked=0.6),
        "braces": Kind(smile=0.6, braces=True, warm_teeth=True, crooked=1.0),
        "bearded-hard-light": Kind(beard=1.2, hard_light=True),
        "phone": Kind(turning=True, glasses=True, warm_teeth=True, fps=Fraction(30), crf=34),
    }
)


def choose_identity(identity: Identity, kind: Kind) -> Identity:
    """The person, with a sex on which a beard grows where the kind has one."""
    return replace(identity, male=max(identity.male, 0.9)) if kind.beard else identity


def dress(look: Look, kind: Kind, rng: np.random.Generator) -> Look:
    """The look with the kind's teeth, braces, beard, glasses and light."""
    teeth = look.teeth
    if kind.warm_teeth:
        white = float(rng.uniform(185, 215))
        teeth = to_linear(
            (white, white * float(rng.uniform(0.88, 0.91)), white * float(rng.uniform(0.7, 0.77)))
        )
    return replace(
        look,
        teeth=teeth,
        crooked=kind.crooked,
        braces=kind.braces,
        beard=max(look.beard, kind.beard),
        glasses=kind.glasses,
        lights=_sample_hard_light(rng) if kind.hard_light else look.lights,
        ambient=(0.07, 0.07, 0.08) if kind.hard_light else look.ambient,
    )


def place_camera(camera: Camera, kind: Kind) -> Camera:
    """The camera, straight before a head that turns by itself, so that both cheeks are seen in turn."""
    if kind.hard_light:
        camera = replace(camera, exposure=1.0)
    return replace(camera, turn_rad=0.0, rise_rad=0.0) if kind.turning else camera


def choose_lens(lens: Lens, kind: Kind) -> Lens:
    return lens if kind.crf is None else replace(lens, crf=kind.crf)


def _sample_hard_light(rng: np.random.Generator) -> tuple[Light, ...]:
    """One lamp from the side, as a window at evening; the other cheek has what the room throws back."""
    side = float(rng.choice([-1.0, 1.0]))
    power = float(rng.uniform(6.5, 8.0))
    key = Light((side * 1.1, -0.35, float(rng.uniform(0.1, 0.4))), (power, power * 0.97, power * 0.9))
    fill = Light((-side * 1.0, -1.2, 0.0), (0.25, 0.26, 0.3))
    rims = tuple(Light((way * 0.85, 0.85, 0.4), (0.2, 0.2, 0.2)) for way in (-1, 1))
    return (key, fill, *rims)
