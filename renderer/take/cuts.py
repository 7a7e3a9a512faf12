"""Where a take does not go on from one frame to the next: cuts, and gaps of the recording."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import UPPER_FACE

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

# How much more a cut changes than the frames beside it do: 7 to 52 times at the cut, the gap and the zoom of
# three takes; no more than 2.3 times elsewhere in eight, with fast nods, hands and moving backgrounds.
_SUDDEN_TIMES = 3.5
_BESIDE_FRAMES = 6
# And how much at least: grey levels of the whole picture, and face widths that the upper face moves.
_LEAST_LEVELS, _LEAST_MOVE = 1.0, 0.025
_OTHER_PICTURE_LEVELS = 8.0  # so much changes at once only where another picture begins, wherever the face is


def find_cuts(points: Floats, thumbs: npt.NDArray[np.uint8]) -> Flags:
    """Frames [T] with which another shot begins, from face points [T, 478, 2] and small frames [T, h, w, 3].

    A cut changes much more at once than the frames around it do; a blink, a nod or a hand does not.
    """
    width_px = max(float(np.median(np.ptp(points[..., 0], axis=1))), 1e-3)
    steady = points[:, list(UPPER_FACE)] / width_px
    moved = np.linalg.norm(np.diff(steady, axis=0), axis=2).mean(1)
    steps = (np.abs(after.astype(np.int16) - before).mean() for before, after in pairwise(thumbs))
    changed = np.fromiter(steps, np.float64, len(thumbs) - 1)
    sudden = changed > _SUDDEN_TIMES * _measure_around(changed)
    large = ((changed > _LEAST_LEVELS) & (moved > _LEAST_MOVE)) | (changed > _OTHER_PICTURE_LEVELS)
    return np.concatenate([[False], sudden & large])


def mark_breaks(cuts: Flags, gaps: Sequence[tuple[int, int]]) -> Flags:
    """Frames [T] that do not go on from the frame before: ``cuts``, and all of a gap [first, last)."""
    breaks = cuts.copy()
    for first, last in gaps:
        breaks[first + 1 : last + 1] = True
    return breaks


def widen_breaks(breaks: Flags, ok: Flags) -> Flags:
    """``breaks`` [T] with the frames beside them that carry no drawn mouth (not ``ok``): a line that began
    there would show the take's own mouth in its first frames.
    """
    wider = breaks.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[True], ok, [True]]).astype(np.int8)))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if breaks[first : last + 1].any():
            wider[first : last + 1] = True
    return wider


def find_shots(breaks: Flags) -> list[tuple[int, int]]:
    """The parts [first, last) of the take that are whole."""
    edges = [0, *(np.flatnonzero(breaks[1:]) + 1).tolist(), len(breaks)]
    return list(pairwise(edges))


def _measure_around(changed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The second largest change among the frames beside each one: the largest may be another cut."""
    around = np.pad(changed, _BESIDE_FRAMES, mode="reflect" if len(changed) > _BESIDE_FRAMES else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * _BESIDE_FRAMES + 1)
    beside = np.delete(windows, _BESIDE_FRAMES, axis=1)
    return np.asarray(np.sort(beside, axis=1)[:, -2])
