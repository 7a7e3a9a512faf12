"""An endless run over a take's frames, without a visible jump."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import POINTS

Floats = npt.NDArray[np.float32]

CROSSING_FRAMES = 5
_LOOP_MIN_FRAMES = 60
# Brow, nose bridge, temples and the face's upper outline: points that speech does not move.
_STEADY = (10, 338, 297, 332, 284, 251, 389, 356, 454, 109, 67, 103, 54, 21, 162, 127, 234, 168, 6, 197)
_EYES = (159, 145, 386, 374, 468, 473)
_BETWEEN_EYES, _LEFT_EYE, _RIGHT_EYE = 168, 33, 263
# Video textures compare short runs, so that the direction of movement counts as well as the place.
_RUN = np.array([1, 4, 6, 4, 1], np.float64) / 16


@dataclass(frozen=True)
class PathFrame:
    """One shown frame: ``take[a] * (1 - mix) + take[b] * mix``; ``mix`` is 0 except inside a jump."""

    a: int
    b: int
    mix: float


@dataclass(frozen=True, eq=False)
class TakeWalk:
    """The base track: the take from its first frame to ``end``, then again and again from ``start``.

    ``distance`` float16 [T, T] tells how unlike two take frames look with their neighbours; 1 is about the
    difference of one frame to the next.
    """

    start: int
    end: int
    distance: npt.NDArray[np.float16]

    def take_frame(self, position: int) -> int:
        """The take frame at a base-track position (any whole number from 0)."""
        if position < self.end:
            return position
        return self.start + (position - self.end) % (self.end - self.start)

    def shown(self, position: int) -> PathFrame:
        """The base track's picture; the last frames before the loop's end cross over to its start."""
        frame = self.take_frame(position)
        into = frame - (self.end - CROSSING_FRAMES)
        if into < 0:
            return PathFrame(frame, frame, 0.0)
        return PathFrame(frame, frame - (self.end - self.start), (into + 1) / (CROSSING_FRAMES + 1))

    def is_crossing(self, position: int) -> bool:
        """Whether the base track itself mixes two frames here."""
        return self.take_frame(position) >= self.end - CROSSING_FRAMES

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"loop": np.array([self.start, self.end], np.int64), "distance": self.distance}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> TakeWalk:
        start, end = (int(value) for value in arrays["loop"])
        return cls(start, end, np.asarray(arrays["distance"], np.float16))


def similarity(track_points: Floats, thumbs: npt.NDArray[np.uint8], face_px: float) -> TakeWalk:
    """The walk of a take from its face points [T, 478, 2] (take px) and small whole frames [T, h, w, 3].

    ``face_px`` is the size of the face's crop in take px; the points are compared relative to it.
    """
    if track_points.shape[1] != POINTS:
        raise ValueError(f"{POINTS} face points are needed, not {track_points.shape[1]}")
    steady = track_points[:, list(_STEADY)] / face_px
    eyes = (track_points[:, list(_EYES)] - track_points[:, [_BETWEEN_EYES]]) / face_px
    total = sum(
        weight * _in_steps(part.reshape(len(part), -1).astype(np.float64), least)
        for part, weight, least in ((steady, 1.0, 0.001), (eyes, 0.5, 0.001), (thumbs / 255.0, 1.0, 0.003))
    )
    distance = np.sqrt(_over_runs(np.asarray(total)) / 2.5)
    start, end = _best_loop(distance)
    return TakeWalk(start, end, np.minimum(distance, 6e4).astype(np.float16))


def _in_steps(rows: npt.NDArray[np.float64], least: float) -> npt.NDArray[np.float64]:
    """Squared distances [T, T] in units of the usual step from frame to frame."""
    scaled = rows / np.sqrt(rows.shape[1])
    step = max(float(np.median(np.linalg.norm(np.diff(scaled, axis=0), axis=1))), least)
    size = (scaled**2).sum(1)
    return np.maximum(size[:, None] + size[None] - 2 * scaled @ scaled.T, 0) / step**2


def _over_runs(squared: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    count, reach = len(squared), len(_RUN) // 2
    padded = np.pad(squared, reach, mode="edge")
    return np.asarray(sum(w * padded[k : k + count, k : k + count] for k, w in enumerate(_RUN)))


def _best_loop(distance: npt.NDArray[np.float64]) -> tuple[int, int]:
    """(start, end) such that the run into ``end`` looks like that into ``start``; longer is better."""
    count = len(distance)
    end, start = np.mgrid[:count, :count]
    reach = CROSSING_FRAMES + 2
    allowed = (start >= reach) & (end <= count - 3) & (end - start >= min(_LOOP_MIN_FRAMES, count // 2))
    if not allowed.any():
        raise ValueError(f"a walk needs more than {count} frames")
    # A crossing's middle lies a few frames before the loop's ends.
    middle = distance[np.maximum(end - 3, 0), np.maximum(start - 3, 0)]
    cost = np.where(allowed, middle**2 / np.maximum(end - start, 1), np.inf)
    best_end, best_start = np.unravel_index(int(cost.argmin()), cost.shape)
    return int(best_start), int(best_end)
