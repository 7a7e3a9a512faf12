"""Soft masks over the lower face, drawn from face points in crop px."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import MOUTH_REGION, UNDER_NOSE
from renderer.mouth.warp import compute_boundary_ring

Floats = npt.NDArray[np.float32]

_FEATHER = 0.030  # of the crop's edge
_REGION_FEATHER = 0.034
_BLUR_REACH = 4.0  # of a blur of floats, in its sigmas


def draw_lower_face_mask(points: Floats, base_points: Floats, crop_px: int) -> Floats:
    """What may change [n, crop_px, crop_px], 0 to 1: the whole lower face with the jaw and a strip of neck.

    It covers both the wanted face ``points`` and the take's own ``base_points`` [n, 478, 2], so that no row
    of the take's jaw stays visible. It is 0 outside its outline and 1 a feather's width inside.
    """
    ring = compute_boundary_ring(points, base_points)
    outline = np.concatenate([base_points[:, list(UNDER_NOSE)], ring[:, ::-1]], axis=1)
    inside = _fade_at_border(crop_px)
    return np.stack([draw_soft_polygon(corners, crop_px, 1.0, _FEATHER) * inside for corners in outline])


def draw_mouth_region(points: Floats, crop_px: int, size_px: int) -> Floats:
    """What is taken from the atlas [size_px, size_px]: lips, folds and chin inside the jaw's outline."""
    return draw_soft_polygon(points[list(MOUTH_REGION)], size_px, size_px / crop_px, _REGION_FEATHER)


def _fade_at_border(crop_px: int) -> Floats:
    """[crop_px, crop_px], 0 on the crop's edge: a jaw wider than the crop must not end in an edge."""
    rise = np.clip(np.minimum(np.arange(crop_px), np.arange(crop_px)[::-1]) / (2 * _FEATHER * crop_px), 0, 1)
    ramp = rise * rise * (3 - 2 * rise)
    return np.asarray(np.minimum(ramp[:, None], ramp[None]), np.float32)


def draw_soft_polygon(corners: Floats, size_px: int, scale: float, feather: float) -> Floats:
    """A filled outline whose edge rises from 0 at the outline to 1 over about two feathers inside."""
    canvas, soft = np.zeros((size_px, size_px), np.uint8), np.zeros((size_px, size_px), np.float32)
    at_px = ((corners + 0.5) * scale - 0.5) * 16
    cv2.fillPoly(canvas, [np.round(at_px).astype(np.int32)], 255, cv2.LINE_AA, 4)
    rows = np.flatnonzero(canvas.any(1))
    if not len(rows):
        return soft
    # Rows farther away than the blur reaches change nothing; where the outline is none, the edge is 0.
    reach = int(np.ceil(_BLUR_REACH * feather * size_px)) + 1
    first, last = max(int(rows[0]) - reach, 0), min(int(rows[-1]) + reach + 1, size_px)
    blurred = cv2.GaussianBlur(canvas[first:last].astype(np.float32) / 255, (0, 0), feather * size_px)
    rise = np.clip((blurred - 0.5) * 2.1, 0, 1)
    soft[first:last] = rise * rise * (3 - 2 * rise)
    return soft
