"""Whether a picture moves as evenly at seams or window boundaries as elsewhere (§7 seam jump ratio)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SEAM_REACH_FRAMES = 6
_RESAMPLES = 1000


@dataclass(frozen=True)
class JumpRatio:
    """``ratio`` 1.0: the frames in question change like all others. ``p``: share of random sets of frames
    whose ratio is at least as high, so below 0.05 the picture jumps there. ``seams`` counts the frames in
    question."""

    ratio: float
    p: float
    seams: int


def steps(curve: Floats, order: int = 1) -> Floats:
    """Size of the ``order``-th difference of points or numbers [n, ...], for each frame [n].

    The first difference belongs to the frame that it leads into, the second to the later of its two
    steps; the first frames, which have none, are NaN.
    """
    change = np.diff(curve.reshape(len(curve), -1, curve.shape[-1]).astype(np.float64), n=order, axis=0)
    size = np.linalg.norm(change, axis=-1).mean(axis=-1)
    return np.concatenate([np.full(order, np.nan), size]).astype(np.float32)


def jump_ratio(sizes: Floats, places: Sequence[int], width: int = 1, seed: int = 0) -> JumpRatio:
    """Mean of ``sizes`` [n] in the frames ``places`` and the ``width`` - 1 after each, ÷ mean elsewhere.

    ``places`` are frames with which a segment or window begins. Second differences straddle each twice: use
    width 2.
    """
    usable = np.isfinite(sizes)
    at_place = _mark_frames(len(sizes), places, width) & usable
    inside = ~at_place & usable
    if not at_place.any() or not inside.any():
        return JumpRatio(1.0, 1.0, 0)
    ratio = float(sizes[at_place].mean()) / max(float(sizes[inside].mean()), 1e-9)
    return JumpRatio(
        ratio, _share_by_chance(sizes[usable], int(at_place.sum()), ratio, seed), len(set(places))
    )


def _share_by_chance(sizes: Floats, count: int, ratio: float, seed: int) -> float:
    """Share of random sets of ``count`` frames with at least this ratio."""
    generator = np.random.default_rng(seed)
    total, size = float(sizes.sum()), len(sizes)
    hits = 0
    for _ in range(_RESAMPLES):
        there = float(sizes[generator.choice(size, count, replace=False)].sum())
        hits += (there / count) / max((total - there) / (size - count), 1e-9) >= ratio
    return (hits + 1) / (_RESAMPLES + 1)


def _mark_frames(count: int, places: Sequence[int], width: int) -> npt.NDArray[np.bool_]:
    marked = np.zeros(count, bool)
    for place in places:
        marked[max(place, 0) : max(place + width, 0)] = True
    return marked


def seam_ratio(points: Floats, seams: Sequence[int]) -> float:
    """Mean face-point step into the frames ``seams`` over the mean step of the frames around them.

    1 is a seam that moves as its surroundings do. Only near frames are compared, so that a head that
    nods during a pause does not count as a seam.
    """
    sizes = np.linalg.norm(np.diff(points, axis=0), axis=-1).mean(axis=-1)
    at_seam = _mark_frames(len(sizes), [s - 1 for s in seams if s > 0], 1)
    near = np.convolve(at_seam, np.ones(2 * SEAM_REACH_FRAMES + 1), "same") > 0.5
    around = near & ~at_seam
    if not around.any():
        return 0.0
    return float(sizes[at_seam].mean()) / max(float(sizes[around].mean()), 1e-6)
