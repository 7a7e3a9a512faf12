"""Six numbers that say what a mouth shows, measured on face points in pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from renderer.face import landmarks as lm

Floats = npt.NDArray[np.float32]

# The order of the columns of `compute_mouth_measures` and of the viseme table.
MEASURES = ("open", "jaw", "width", "upper_lip", "lower_lip", "raise")
OPEN, JAW, WIDTH, UPPER_LIP, LOWER_LIP, RAISE = range(len(MEASURES))


def compute_mouth_measures(points: Floats) -> Floats:
    """Points [n, 478, 2] px → [n, 6] px: inner-lip gap, chin height (down is positive), mouth width,
    thickness of the upper and the lower lip, and how far the upper lip is raised.

    Linear in the points, so differences of points give differences of measures.
    """
    x, y = points[..., 0], points[..., 1]
    columns = (
        y[:, lm.GAP_LOWER].mean(1) - y[:, lm.GAP_UPPER].mean(1),
        y[:, lm.CHIN_EDGE].mean(1),
        x[:, lm.MOUTH_CORNERS[1]] - x[:, lm.MOUTH_CORNERS[0]],
        y[:, lm.INNER_UPPER_MIDDLE].mean(1) - y[:, lm.OUTER_UPPER_MIDDLE].mean(1),
        y[:, lm.OUTER_LOWER_MIDDLE].mean(1) - y[:, lm.INNER_LOWER_MIDDLE].mean(1),
        -y[:, lm.OUTER_UPPER_MIDDLE].mean(1),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def compute_aperture(points: Floats) -> Floats:
    """Points [n, 478, 2] → [n]: inner-lip gap as a share of the face's width."""
    gap = np.linalg.norm(points[:, lm.GAP_LOWER] - points[:, lm.GAP_UPPER], axis=-1).mean(1)
    return (gap / compute_face_width(points)).astype(np.float32)


def compute_face_width(points: Floats) -> Floats:
    """Points [n, 478, 2] → [n]: distance between the two sides of the face, in the points' own pixels."""
    right, left = lm.CHEEKS
    return np.linalg.norm(points[:, right] - points[:, left], axis=-1).astype(np.float32)
