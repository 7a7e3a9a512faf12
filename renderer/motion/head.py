"""The neutral face under a head's pose, and movements of the mouth turned with the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from renderer.face.head_pose import fit_head_poses, project_head
from renderer.face.landmarks import HEAD_POSE
from renderer.runtime.row_products import multiply_rows

Floats = npt.NDArray[np.float32]

# A head that is turned by more than about 50 degrees shows so little of a movement across it that its noise
# would be read as movement.
_LEAST_SHOWN = 0.6


@dataclass(frozen=True, eq=False)
class HeadView:
    """``neutral`` [n, 478, 2] px the neutral face of each frame, ``turns`` [n, 2, 2] movements of the mean
    pose → movements in the frame."""

    neutral: Floats
    turns: Floats

    def turn(self, movements: Floats) -> Floats:
        """Movements [n, p, 2] px of the mean pose, as the frames show them."""
        return _turn(self.turns, movements)

    def turn_back(self, movements: Floats) -> Floats:
        """Movements [n, p, 2] px of the frames, as the mean pose would show them."""
        return _turn(np.linalg.inv(self.turns.astype(np.float64)).astype(np.float32), movements)


class Head(Protocol):
    """What a take tells of a head."""

    def view(self, rest: Floats, points: Floats) -> HeadView:
        """The neutral face ``rest`` [478, 2] of the mean pose on the heads of ``points`` [n, 478, 2]."""
        ...

    def to_arrays(self) -> dict[str, Floats]: ...


@dataclass(frozen=True, eq=False)
class SolidHead:
    """The head in three dimensions: ``shape`` [478, 3] px (renderer.face.head_pose.fit_head_shape)."""

    shape: Floats

    def view(self, rest: Floats, points: Floats) -> HeadView:
        views, places = fit_head_poses(points, self.shape)
        neutral = project_head(views, places, np.concatenate([rest, self.shape[:, 2:]], 1))
        return HeadView(neutral, _limit_turns(views[:, :, :2]))

    def to_arrays(self) -> dict[str, Floats]:
        return {"head": self.shape}


@dataclass(frozen=True, eq=False)
class LinearHead:
    """How the picture of a face shifts with its pose, as bakes before version 0.4 hold it.

    It suits heads that hardly turn.

    ``mean`` [S * 2] stable points of the mean pose, ``basis`` [P, S * 2], ``shift`` [P, 478, 2] how a unit of
    pose moves the neutral face.
    """

    mean: Floats
    basis: Floats
    shift: Floats

    def view(self, rest: Floats, points: Floats) -> HeadView:
        stable = points[:, HEAD_POSE].reshape(len(points), -1)
        pose = multiply_rows(stable - self.mean, self.basis.T)
        neutral = np.asarray(rest + multiply_rows(pose, self.shift), np.float32)
        return HeadView(neutral, np.broadcast_to(np.eye(2, dtype=np.float32), (len(points), 2, 2)))

    def to_arrays(self) -> dict[str, Floats]:
        return {"pose_mean": self.mean, "pose_basis": self.basis, "pose_shift": self.shift}


def read_head(arrays: Mapping[str, Any]) -> Head:
    """The head that `Head.to_arrays` wrote."""
    if "head" in arrays:
        return SolidHead(np.asarray(arrays["head"], np.float32))
    return LinearHead(
        *(np.asarray(arrays[f"pose_{name}"], np.float32) for name in ("mean", "basis", "shift"))
    )


def _limit_turns(turns: Floats) -> Floats:
    """Turns [n, 2, 2] that shorten no movement to less than `_LEAST_SHOWN` of the longest."""
    left, size, right = np.linalg.svd(turns.astype(np.float64))
    size = np.maximum(size, _LEAST_SHOWN * size[:, :1])
    return np.asarray((left * size[:, None]) @ right, np.float32)


def _turn(turns: Floats, movements: Floats) -> Floats:
    along_x, along_y = (turns[:, None, :, axis] * movements[:, :, axis : axis + 1] for axis in (0, 1))
    return np.asarray(along_x + along_y, np.float32)
