"""Twelve numbers per frame that stand for a person's lower face, free of how the head is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.face import landmarks as lm
from renderer.face.head_pose import fit_head_shape
from renderer.motion.canonical import build_canonical_movements
from renderer.motion.head import Head, SolidHead, read_head
from renderer.motion.measures import compute_mouth_measures
from renderer.runtime.row_products import multiply_rows

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

COEFS = 12
# Frames count as closed that are within this much of the face's width of the most closed ones.
_CLOSED_SHARE, _CLOSED_MARGIN = 0.01, 0.006
_NEUTRAL_GAP_MAX = 0.008  # of the face's width: a pose in silence that is wider open is not neutral
_ARRAYS = ("rest", "share", "basis", "reader", "spread")


@dataclass(frozen=True, eq=False)
class MotionSpace:
    """Motion [n, K] px-scaled, where 0 is the person's neutral pose: the closed mouth at rest.

    A face in crop space is its neutral shape under the head's pose (read off points that speech does not
    move), plus ``basis`` times the motion, turned with the head. All arrays are float32 in crop pixels.
    Fields are named as they are in bakes.
    """

    rest: Floats  # [478, 2] the neutral face in the take's mean pose
    share: Floats  # [478] 0..1 how far motion replaces a point: 0 above the nose base, 1 at the lips
    basis: Floats  # [K, 478, 2] offsets of one unit of each number
    reader: Floats  # [478 * 2, K] offsets → motion
    spread: Floats  # [K, K] covariance of the person's own motion
    head: Head

    @property
    def size(self) -> int:
        return int(self.basis.shape[0])

    def encode(self, points: Floats) -> Floats:
        """Points [n, 478, 2] in crop space → motion [n, K]."""
        view = self.head.view(self.rest, points)
        offset = view.turn_back(points - view.neutral).reshape(len(points), -1)
        return multiply_rows(offset, self.reader)

    def decode(self, motion: Floats, points: Floats) -> Floats:
        """Motion [n, K] on the heads of ``points`` [n, 478, 2] → their points with that mouth."""
        view = self.head.view(self.rest, points)
        target = view.neutral + view.turn(multiply_rows(motion, self.basis))
        share = self.share[None, :, None]
        return np.asarray(points * (1 - share) + target * share, np.float32)

    def pose_neutral_face(self, points: Floats) -> Floats:
        """The neutral mouth under the head pose of ``points`` [n, 478, 2] → [n, 478, 2]."""
        return self.head.view(self.rest, points).neutral

    def compute_sensitivities(self) -> Floats:
        """[6, K]: how a unit of each number changes `renderer.motion.measures.MEASURES`, in px."""
        return compute_mouth_measures(self.basis).T.copy()

    def to_arrays(self) -> dict[str, Floats]:
        return {name: getattr(self, name) for name in _ARRAYS} | self.head.to_arrays()

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> MotionSpace:
        own = {name: np.asarray(arrays[name], np.float32) for name in _ARRAYS}
        return cls(**own, head=read_head(arrays))


def fit_space(points: Floats, ok: Flags, silent: Flags | None = None) -> MotionSpace:
    """Fits a person's space to a take's points [n, 478, 2] in crop space.

    ``ok`` [n] marks frames with a trusted track, ``silent`` [n] frames without sound, where known. Raises
    RenderError when fewer than 25 frames can be trusted.
    """
    if int(ok.sum()) < 25:
        raise RenderError(
            f"The face was found in only {int(ok.sum())} frames of the take. "
            "Record it again with the whole face in view and in even light."
        )
    head = SolidHead(fit_head_shape(points, ok))
    mean = head.shape[:, :2]
    view = head.view(mean, points[ok])
    upright = (mean + view.turn_back(points[ok] - view.neutral)).astype(np.float64)
    neutral = _find_neutral_shape(upright, silent[ok] if silent is not None else None)
    motion_axes = _fit_principal_motion(upright - neutral, neutral)
    rest, share, basis, reader, spread = (
        np.asarray(array, np.float32) for array in (neutral, _compute_share(neutral), *motion_axes)
    )
    return MotionSpace(rest, share, basis, reader, spread, head)


def _find_neutral_shape(upright: npt.NDArray[np.float64], silent: Flags | None) -> npt.NDArray[np.float64]:
    """The median of the most closed frames, taken from silence where people close their mouth in it."""
    everywhere = _find_closed_shape(upright)
    if silent is None or int(silent.sum()) < 10:
        return everywhere
    in_silence = _find_closed_shape(upright[silent])
    wider_px = _measure_gaps_px(in_silence[None])[0] - _measure_gaps_px(everywhere[None])[0]
    face_px = float(np.ptp(everywhere[list(lm.CHEEKS), 0]))
    # Who breathes in through the mouth is never neutral in pauses; lips that met while speaking are.
    return everywhere if wider_px > _NEUTRAL_GAP_MAX * face_px else in_silence


def _find_closed_shape(upright: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    gaps_px = _measure_gaps_px(upright)
    face_px = float(np.ptp(np.median(upright, axis=0)[list(lm.CHEEKS), 0]))
    near = int((gaps_px < np.quantile(gaps_px, _CLOSED_SHARE) + _CLOSED_MARGIN * face_px).sum())
    # Of a mouth that hardly ever closes, a sixth would be open.
    count = max(5, min(near, len(upright) // 6))
    closed = np.argsort(gaps_px, kind="stable")[:count]
    return np.asarray(np.median(upright[closed], axis=0))


def _measure_gaps_px(upright: npt.NDArray[np.float64]) -> Floats:
    return compute_mouth_measures(upright.astype(np.float32))[:, 0]


def _compute_share(neutral: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    nose_y = neutral[lm.NOSE_BASE, 1]
    lips_y = neutral[lm.OUTER_UPPER_MIDDLE, 1].mean()
    ramp = np.clip((neutral[:, 1] - nose_y) / max(0.7 * (lips_y - nose_y), 1e-3), 0, 1)
    ramp[list(lm.LIPS)] = 1
    return np.asarray(ramp * ramp * (3 - 2 * ramp))


def _fit_principal_motion(
    offsets: npt.NDArray[np.float64], neutral: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Principal axes around the neutral pose (not around the mean), lips counting double, jaw and cheeks
    once.
    """
    weight = np.where(_compute_share(neutral) > 0, 1.0, 0.0)
    weight[list(lm.LIPS)] = 2.0
    weights = np.repeat(weight, 2)
    moves = build_canonical_movements(neutral.astype(np.float32)).reshape(6, -1).astype(np.float64)
    # The plain movements count like one frame in a hundred: present, never in the way.
    moves *= np.sqrt(max(len(offsets), 100) * 0.01)
    rows = np.concatenate([offsets.reshape(len(offsets), -1), moves]) * weights
    _, _, axes = np.linalg.svd(rows, full_matrices=False)
    axes = _fix_signs(axes[:COEFS])
    reader = weights[:, None] * axes.T
    basis = np.divide(axes, weights, out=np.zeros_like(axes), where=weights > 0)
    motion = (rows @ axes.T)[:]
    spread = motion.T @ motion / len(motion)
    return basis.reshape(-1, lm.POINTS, 2), reader, spread


def _fix_signs(axes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Fixes the sign that an SVD leaves free, so that equal takes bake to equal bytes."""
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(1)]
    return axes * np.where(largest < 0, -1.0, 1.0)[:, None]
