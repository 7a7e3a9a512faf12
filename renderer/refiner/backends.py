"""The table of refiner backends: what turns drafted mouths into refined ones, by what a bake says.

A new backend is one module with a function that makes a `Refiner` of a bake's weights, and one entry here
(docs/extending.md). What runs in `renderer.sampling` needs only a `renderer.sampling.sampler.Denoiser`; a
backend may as well work without the sampler. How its weights are fitted is its own affair: it writes them
into a bake with its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from renderer.config import DiffusionConfig
from renderer.errors import RenderError
from renderer.refiner.refine import Timeline, load_refiner, refine_all
from renderer.sampling.windows import WindowLayout

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Refiner(Protocol):
    """One presenter's refiner, ready to draw."""

    def __call__(
        self,
        timelines: Sequence[Timeline],
        *,
        seed_key: str,
        config: DiffusionConfig,
        layouts: Sequence[WindowLayout] = (),
    ) -> list[Crops]:
        """Refined crops uint8 [n, S, S, 3] of each timeline.

        Draws the same bytes for a frame whichever timelines share the call and however a line is cut into
        chunks, whose windows are then in ``layouts``. Known frames, and pixels outside the mask, come out
        as they were (`renderer.refiner.refine.restore_unmasked`). All randomness follows from ``seed_key``
        and each frame's id.
        """
        ...


@dataclass(frozen=True)
class RefinerBackend:
    """``name`` stands in a bake and is never renamed. ``load`` makes a refiner of the bake's arrays."""

    name: str
    summary: str
    load: Callable[[Mapping[str, Floats]], Refiner]


def _load_mouth_network(weights: Mapping[str, Floats]) -> Refiner:
    return partial(refine_all, load_refiner(weights))


# The first one is meant by a bake that names none, as those of version 0.2.
BACKENDS: tuple[RefinerBackend, ...] = (
    RefinerBackend("mouth-network", "the small diffusion network of one presenter", _load_mouth_network),
)


def find_backend(name: str = "") -> RefinerBackend:
    """The backend that a bake names, for "" the default one. Raises RenderError for one not in the table."""
    for backend in BACKENDS:
        if name in (backend.name, ""):
            return backend
    known = ", ".join(backend.name for backend in BACKENDS)
    raise RenderError(
        f"The presenter was baked for the refiner “{name}”, which is not installed here (there is: {known}). "
        "Bake the presenter again."
    )
