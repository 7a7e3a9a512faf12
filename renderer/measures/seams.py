"""Whether a picture moves as evenly where windows or segments meet as elsewhere (§7 seam jump ratio)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SEAM_REACH_FRAMES = 6
_DRAWS = 1000


@dataclass(frozen=True)
class JumpRatio:
    """``ratio`` 1.0: frames at seams change like all others. ``p``: share of random seam sets whose ratio
    is at least as high, so below 0.05 the seams are where the picture jumps."""

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


def jump_ratio(sizes: Floats, seams: Sequence[int], width: int = 1, seed: int = 0) -> JumpRatio:
    """Mean of ``sizes`` [n] in the frames ``seams`` and the ``width`` - 1 after each, ÷ mean elsewhere.

    A seam is the first frame after a border. Second differences straddle a border twice: use width 2.
    """
    usable = np.isfinite(sizes)
    at_seam = _marked(len(sizes), seams, width) & usable
    inside = ~at_seam & usable
    if not at_seam.any() or not inside.any():
        return JumpRatio(1.0, 1.0, 0)
    ratio = float(sizes[at_seam].mean() / max(float(sizes[inside].mean()), 1e-9))
    return JumpRatio(ratio, _by_chance(sizes[usable], int(at_seam.sum()), ratio, seed), len(set(seams)))


def _by_chance(sizes: Floats, count: int, ratio: float, seed: int) -> float:
    """Share of random sets of ``count`` frames with at least this ratio."""
    dice = np.random.default_rng(seed)
    total, size = float(sizes.sum()), len(sizes)
    hits = 0
    for _ in range(_DRAWS):
        there = float(sizes[dice.choice(size, count, replace=False)].sum())
        hits += (there / count) / max((total - there) / (size - count), 1e-9) >= ratio
    return (hits + 1) / (_DRAWS + 1)


def _marked(count: int, seams: Sequence[int], width: int) -> npt.NDArray[np.bool_]:
    marked = np.zeros(count, bool)
    for seam in seams:
        marked[max(seam, 0) : max(seam + width, 0)] = True
    return marked


def seam_ratio(points: Floats, seams: Sequence[int]) -> float:
    """Mean face-point step into the frames ``seams`` over the mean step of the frames around them.

    1 is a join that moves as its surroundings do. Only near frames are compared, so that a head that
    nods during a pause does not count as a seam.
    """
    sizes = np.linalg.norm(np.diff(points, axis=0), axis=-1).mean(axis=-1)
    at_seam = _marked(len(sizes), [s - 1 for s in seams if s > 0], 1)
    near = np.convolve(at_seam, np.ones(2 * SEAM_REACH_FRAMES + 1), "same") > 0.5
    around = near & ~at_seam
    if not around.any():
        return 0.0
    return float(sizes[at_seam].mean() / max(float(sizes[around].mean()), 1e-6))
