"""Where the head looks, so that a turned head's mouth is compared with the same turned head's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import HEAD_POSE
from renderer.scoring.landmarks import align_faces, eye_distance

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Turn, nod and what is left of perspective: they explain 95 to 99 % of how the still points of a head move on
# five takes (podium, garden, curtain, flags, demo); a fourth explains 1 %.
_AXES = 3


@dataclass(frozen=True, eq=False)
class HeadPose:
    """Faces put upright on the take's median face ``like`` [478, 2], and the axes of its turns."""

    like: Floats
    mean: Doubles
    axes: Doubles  # [_AXES, still points * 2]
    scales: Doubles  # [_AXES] usual size on the take

    @classmethod
    def of(cls, points: Floats) -> HeadPose:
        """From a take's points [n, 478, 2]."""
        like = np.asarray(np.median(points, axis=0), np.float32)
        still = _flatten_still(align_faces(points, like) / max(eye_distance(like), 1e-6))
        mean = still.mean(0)
        _, _, axes = np.linalg.svd(still - mean, full_matrices=False)
        scales = ((still - mean) @ axes[:_AXES].T).std(0) + 1e-6
        return cls(like, mean, axes[:_AXES], scales)

    def put_upright(self, points: Floats) -> Floats:
        """Points [n, 478, 2] free of the head's place, size and roll, in distances of the eyes."""
        upright = align_faces(points, self.like) / max(eye_distance(self.like), 1e-6)
        return np.asarray(upright, np.float32)

    def describe(self, upright: Floats) -> Doubles:
        """Numbers [n, 6] on which the look of a mouth depends: turns, and their squares, as cosines go."""
        turns = ((_flatten_still(upright) - self.mean) @ self.axes.T) / self.scales
        # A head beyond all that was filmed would be extrapolated by squares.
        turns = np.clip(turns, -4, 4)
        return np.column_stack([turns, turns[:, :2] ** 2, turns[:, 0] * turns[:, 1]])


def _flatten_still(upright: Floats) -> Doubles:
    return np.asarray(upright[:, list(HEAD_POSE)].reshape(len(upright), -1), np.float64)
