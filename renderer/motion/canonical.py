"""Mouth movements that every face can make, drawn on a person's neutral pose.

A take may show little of what the mouth can do (a presenter who never speaks, or never says "oo"). These few
plain movements stand behind the person's own, so that no direction is missing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from renderer.face import landmarks as lm

Floats = npt.NDArray[np.float32]


def build_canonical_movements(neutral: Floats) -> Floats:
    """Points of the neutral pose [478, 2] px → offsets [6, 478, 2] px of full movements.

    In order: jaw and mouth open, narrow, wide, lips thicker (pushed out), lower lip tucked in, upper lip up.
    """
    unit = float(np.linalg.norm(neutral[lm.CHEEKS[0]] - neutral[lm.CHEEKS[1]]))
    down = _compute_jaw_share(neutral)
    side = _compute_sideways_share(neutral)
    moves = np.zeros((6, lm.POINTS, 2), np.float32)
    moves[0, :, 1] = 0.13 * unit * down
    moves[1, :, 0] = -0.06 * unit * side
    moves[2, :, 0] = 0.03 * unit * side
    moves[3, lm.OUTER_UPPER[2:-2], 1] = -0.02 * unit
    moves[3, lm.OUTER_LOWER[2:-2], 1] = 0.02 * unit
    moves[4, lm.OUTER_LOWER[2:-2], 1] = -0.03 * unit
    moves[5, lm.OUTER_UPPER[2:-2], 1] = -0.02 * unit
    moves[5, lm.INNER_UPPER[2:-2], 1] = -0.02 * unit
    return moves


def _compute_jaw_share(neutral: Floats) -> Floats:
    """[478] 0..1: how far a point follows the jaw; the lower lip and chin wholly, the upper lip not at all.

    Downwards from the lip line it never falls, so that no row of the mesh overtakes the one below it.
    """
    x, y = neutral[:, 0], neutral[:, 1]
    line_y = _interpolate_lip_line_y(neutral)
    lips_y = neutral[lm.INNER_UPPER[1:-1], 1].mean()
    chin_y = neutral[lm.CHIN_EDGE, 1].mean()
    mouth_x = neutral[lm.MOUTH_CORNERS, 0].mean()
    reach = 0.55 * float(np.ptp(neutral[lm.CHEEKS, 0]))
    depth = np.clip((y - lips_y) / max(chin_y - lips_y, 1e-3), 0, 1)
    beside = np.exp(-(((x - mouth_x) / reach) ** 2) * 3)
    # The lower lip hangs lowest in its middle and stays at its corners.
    half = max(0.5 * float(np.ptp(neutral[lm.MOUTH_CORNERS, 0])), 1e-3)
    hanging = np.sqrt(np.clip(1 - ((x - mouth_x) / half) ** 2, 0, 1)) * (y > line_y)
    share = np.maximum(np.sqrt(depth) * beside * (y > line_y), hanging)
    inner = list(lm.INNER_LOWER[1:-1])
    share[inner] = np.sqrt(np.clip(1 - ((x[inner] - mouth_x) / half) ** 2, 0, 1))
    share[list(lm.INNER_UPPER + lm.OUTER_UPPER)] = 0
    return share.astype(np.float32)


def _interpolate_lip_line_y(neutral: Floats) -> Floats:
    """Height [478] of the line between the lips under or over each point."""
    line = (neutral[lm.INNER_UPPER, :] + neutral[lm.INNER_LOWER, :]) / 2
    return np.interp(neutral[:, 0], np.maximum.accumulate(line[:, 0]), line[:, 1]).astype(np.float32)


def _compute_sideways_share(neutral: Floats) -> Floats:
    """[478] -1..1: which way and how much a point follows the mouth's corners outwards."""
    centre = neutral[lm.MOUTH_CORNERS, :].mean(0)
    half = 0.5 * float(np.ptp(neutral[lm.MOUTH_CORNERS, 0]))
    dx, dy = (neutral[:, 0] - centre[0]) / half, (neutral[:, 1] - centre[1]) / half
    return (dx * np.exp(-0.7 * (dx**2 + 2 * dy**2) + 0.7)).clip(-1, 1).astype(np.float32)
