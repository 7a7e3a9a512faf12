"""Mouth movements that every face can make, drawn on a person's resting points.

A take may show little of what the mouth can do (a presenter who never speaks, or never says "oo").
These few plain movements stand behind the person's own, so that no direction is missing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from renderer.motion import landmarks as lm

Floats = npt.NDArray[np.float32]


def canonical_movements(rest: Floats) -> Floats:
    """Resting points [478, 2] px → offsets [6, 478, 2] px of full movements.

    In order: jaw and mouth open, narrow, wide, lips thicker (pushed out), lower lip tucked in, upper lip up.
    """
    unit = float(np.linalg.norm(rest[lm.FACE_SIDES[0]] - rest[lm.FACE_SIDES[1]]))
    down = _below_the_lip_line(rest)
    side = _sideways(rest)
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


def _below_the_lip_line(rest: Floats) -> Floats:
    """[478] 0..1: how far a point follows the jaw; the lower lip and chin wholly, the lip line not at all."""
    lips_y = rest[lm.INNER_UPPER[1:-1], 1].mean()
    chin_y = rest[lm.CHIN, 1].mean()
    mouth_x = rest[lm.CORNERS, 0].mean()
    reach = 0.55 * np.ptp(rest[lm.FACE_SIDES, 0])
    depth = np.clip((rest[:, 1] - lips_y) / max(chin_y - lips_y, 1e-3), 0, 1)
    beside = np.exp(-(((rest[:, 0] - mouth_x) / reach) ** 2) * 3)
    share = np.sqrt(depth) * beside
    share[list(lm.OUTER_LOWER[1:-1] + lm.INNER_LOWER[1:-1])] = _arch(len(lm.OUTER_LOWER) - 2, 2)
    return share.astype(np.float32)


def _arch(count: int, copies: int) -> Floats:
    """The lower lip hangs lowest in its middle and stays at its corners."""
    place = np.linspace(-1, 1, count + 2)[1:-1]
    return np.tile(np.sqrt(1 - place**2), copies).astype(np.float32)


def _sideways(rest: Floats) -> Floats:
    """[478] -1..1: which way and how much a point follows the mouth's corners outwards."""
    centre = rest[lm.CORNERS, :].mean(0)
    half = 0.5 * float(np.ptp(rest[lm.CORNERS, 0]))
    dx, dy = (rest[:, 0] - centre[0]) / half, (rest[:, 1] - centre[1]) / half
    return (dx * np.exp(-0.7 * (dx**2 + 2 * dy**2) + 0.7)).clip(-1, 1).astype(np.float32)
