"""Look of a synthetic presenter and its scene: colours, hair and lights, all sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Colour = tuple[float, float, float]  # linear light, 0..1
Place = tuple[float, float, float]  # metres from between the eyes: right, away, up
Hair = Literal["bald", "short", "long"]

# Skin in sRGB levels, from the palest to the darkest.
_TONES = ((238, 200, 182), (224, 178, 152), (203, 153, 123), (172, 122, 92), (132, 86, 62), (88, 56, 42))
_HAIR = ((16, 13, 11), (38, 27, 20), (74, 50, 34), (120, 84, 52), (176, 138, 92), (150, 146, 142))
_IRIS = ((92, 112, 124), (84, 58, 36), (58, 40, 28), (88, 100, 66))


@dataclass(frozen=True)
class Light:
    """A lamp at ``place``; ``power`` is its colour times its strength."""

    place: Place
    power: Colour


@dataclass(frozen=True)
class Look:
    """Shares are 0..1. ``beard`` darkens skin where a beard grows; ``shine``: how greasy skin is;
    ``crooked``: how far teeth stand out of their row."""

    skin: Colour
    lips: Colour
    lip_strength: float
    blush: float
    freckles: float
    roughness: float
    wrinkles: float
    beard: float
    hair: Hair
    hair_colour: Colour
    iris: Colour
    teeth: Colour
    tooth_gap: float
    gums: Colour
    cloth: Colour
    lights: tuple[Light, ...]
    ambient: Colour
    shine: float
    seed: int
    crooked: float = 0.0
    braces: bool = False
    glasses: bool = False


def to_linear(srgb: tuple[float, float, float]) -> Colour:
    """Levels 0..255 → linear light."""
    share = np.asarray(srgb, float) / 255
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return (float(light[0]), float(light[1]), float(light[2]))


def sample_look(rng: np.random.Generator, male: float, darkness: float) -> Look:
    """A look for a person who is ``male`` and dark of skin to these degrees 0..1."""
    skin = _desaturate(
        _interpolate(_TONES, np.clip(darkness + rng.normal(0, 0.1), 0, 1)), float(rng.uniform(0.05, 0.25))
    )
    hair = _interpolate(_HAIR, float(rng.random() ** (1.0 + 6.0 * darkness)))
    bearded = male > 0.5 and rng.random() < 0.55
    return Look(
        skin=skin,
        lips=_sample_lip_colour(rng, skin),
        lip_strength=float(rng.uniform(0.35, 0.8) if male > 0.5 else rng.uniform(0.5, 1.0)),
        blush=float(rng.uniform(0.1, 0.6)),
        freckles=float(rng.random() ** 2),
        roughness=float(rng.uniform(0.38, 0.62)),
        wrinkles=float(rng.random() ** 2),
        beard=float(rng.uniform(0.15, 1.0)) if bearded else 0.0,
        hair=_sample_hair(rng, male),
        hair_colour=hair,
        iris=to_linear(_IRIS[int(rng.integers(len(_IRIS)))]),
        teeth=_sample_tooth_colour(rng),
        tooth_gap=float(rng.uniform(0.0, 0.06)),
        gums=to_linear(
            (float(rng.uniform(140, 185)), float(rng.uniform(70, 95)), float(rng.uniform(68, 92)))
        ),
        cloth=_desaturate(to_linear(tuple(rng.uniform(15, 215, 3))), float(rng.uniform(0.3, 1.0))),
        lights=_sample_lights(rng),
        ambient=_sample_tint(rng, float(rng.uniform(0.1, 0.45))),
        shine=float(rng.uniform(0.3, 1.3)),
        seed=int(rng.integers(2**31)),
    )


def _interpolate(steps: tuple[tuple[int, int, int], ...], place: float) -> Colour:
    at = float(place) * (len(steps) - 1)
    low = min(int(at), len(steps) - 2)
    a, b = (np.array(to_linear(step)) for step in steps[low : low + 2])
    mixed = a + (b - a) * (at - low)
    return (float(mixed[0]), float(mixed[1]), float(mixed[2]))


def _desaturate(colour: Colour, share: float) -> Colour:
    """Towards the grey of the same brightness."""
    grey = float(np.dot(colour, (0.21, 0.72, 0.07)))
    red, green, blue = (value + share * (grey - value) for value in colour)
    return (red, green, blue)


def _sample_lip_colour(rng: np.random.Generator, skin: Colour) -> Colour:
    own = np.array(skin) * [0.8, 0.5, 0.52]
    painted = np.array(to_linear(tuple(rng.uniform((120, 35, 45), (190, 85, 95)))))
    mixed = own + (painted - own) * rng.uniform(0.1, 0.6)
    return (float(mixed[0]), float(mixed[1]), float(mixed[2]))


def _sample_tooth_colour(rng: np.random.Generator) -> Colour:
    white = rng.uniform(190, 242)
    return to_linear((white, white * rng.uniform(0.93, 0.99), white * rng.uniform(0.78, 0.95)))


def _sample_hair(rng: np.random.Generator, male: float) -> Hair:
    if male > 0.5:
        return "bald" if rng.random() < 0.2 else "short"
    return "long" if rng.random() < 0.65 else "short"


def _sample_lights(rng: np.random.Generator) -> tuple[Light, ...]:
    """A key light that casts the shadow, a fill on the other side, and two rims from behind."""
    side = float(rng.choice([-1.0, 1.0]))
    key = Light(
        (side * float(rng.uniform(0.1, 1.3)), -float(rng.uniform(0.7, 1.4)), float(rng.uniform(0.1, 1.1))),
        _sample_tint(rng, float(rng.uniform(3.5, 9.0))),
    )
    fill = Light(
        (-side * float(rng.uniform(0.5, 1.4)), -1.2, float(rng.uniform(-0.3, 0.5))),
        _sample_tint(rng, float(rng.uniform(0.5, 4.5))),
    )
    rims = tuple(
        Light((way * 0.85, 0.85, float(rng.uniform(0.2, 0.8))), _sample_tint(rng, float(rng.uniform(0, 3.5))))
        for way in (-1, 1)
    )
    return (key, fill, *rims)


def _sample_tint(rng: np.random.Generator, power: float) -> Colour:
    """Between lamp light (warm) and the sky's (cool)."""
    warm = float(rng.normal(0, 0.09))
    return (power * (1 + warm), power, power * (1 - 1.2 * warm))
