"""How well what is between the lips is drawn: a take's open mouths, each from the rest of the take."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import GAP_LOWER, GAP_UPPER, INNER_LOWER, INNER_UPPER
from renderer.mouth.base import MouthBase, shrink
from renderer.mouth.draft import draft_to
from renderer.presenter.presenter import Presenter
from renderer.timeline import frames_of

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

LEFT_OUT_S = 0.4  # frames this near show the same sound
_GAP_PX = 4.0  # of the clip; of a smaller gap no viewer sees the inside
_STEP_FRAMES = 2  # neighbours are nearly the same picture
_OUTLINE = INNER_UPPER + INNER_LOWER[-2:0:-1]


def measure_between_lips(presenter: Presenter, fps: Fraction) -> dict[str, float]:
    """``between_lips_db``: mean PSNR between the inner lips at the clip's scale, drawn with the true points
    while the frames within 0.4 s are left out, of the open mouths, whose number is ``between_lips_frames``;
    {} where the presenter shows none."""
    frames = np.flatnonzero(presenter.ok & (_measure_gaps_px(presenter) > _GAP_PX))[::_STEP_FRAMES]
    if not len(frames):
        return {}
    fine, points = presenter.fine[frames], presenter.points[frames]
    base = MouthBase(
        shrink(fine, presenter.crop_px), fine, points, presenter.ok[frames], presenter.matrices[frames]
    )
    drawn = draft_to(presenter, base, points, exclude=frames, exclude_frames=frames_of(LEFT_OUT_S, fps))
    scale = fine.shape[1] / presenter.crop_px
    found = [_compute_psnr_db(*three, scale) for three in zip(drawn.fine, fine, points, strict=True)]
    return {"between_lips_db": float(np.mean(found)), "between_lips_frames": float(len(frames))}


def _measure_gaps_px(presenter: Presenter) -> Floats:
    """The gap between the inner lips [n] in the clip's px."""
    upper, lower = (presenter.points[:, list(line)] for line in (GAP_UPPER, GAP_LOWER))
    gaps = np.linalg.norm(upper - lower, axis=-1).mean(1)
    return np.asarray(gaps / np.hypot(presenter.matrices[:, 0, 0], presenter.matrices[:, 1, 0]), np.float32)


def _compute_psnr_db(drawn: Bytes, filmed: Bytes, points: Floats, scale: float) -> float:
    outline = np.rint((points[list(_OUTLINE)] + 0.5) * scale - 0.5).astype(np.int32)
    inside = cv2.fillPoly(np.zeros(filmed.shape[:2], np.uint8), [outline], 1) > 0
    error = (drawn[inside].astype(np.float64) - filmed[inside]) ** 2
    return float(10 * np.log10(255**2 / max(float(error.mean()), 1e-3)))
