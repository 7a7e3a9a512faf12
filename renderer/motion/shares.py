"""What any mouth shows, in shares of the person's own usual movement: numbers that people have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.motion import landmarks as lm
from renderer.motion.measures import MEASURES, mouth_measures
from renderer.motion.space import Flags, MotionSpace

Floats = npt.NDArray[np.float32]

# The six measures of the mouth, and how low its corners are.
SHARES = (*MEASURES, "corners")
# What a modest speaker moves, as shares of the face's width: nobody is measured by less.
_LEAST = np.array([0.016, 0.016, 0.012, 0.004, 0.005, 0.005, 0.006], np.float32)
# How far each may be missed, of its usual size, where several cannot be had together: the aperture hardly.
_SLACK = np.array([0.002, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03], np.float32)


@dataclass(frozen=True, eq=False)
class ShareScale:
    """Translates one person's motion into shares and back. ``px`` [M]: that person's usual movement."""

    space: MotionSpace
    px: Floats

    def shares(self, motion: Floats) -> Floats:
        """Motion [n, K] → shares [n, M]; 0 is the resting mouth, 1 a usual movement."""
        return np.asarray(motion @ self._rows().T / self.px, np.float32)

    def moved(self, motion: Floats, change: Floats) -> Floats:
        """Motion [n, K] that shows ``change`` [n, M] more, in the likeliest way for this person."""
        rows = self._rows()
        gain = self.space.spread @ rows.T
        seen = rows @ gain
        noise = np.diag(_SLACK * np.diag(seen)) + 1e-6 * np.eye(len(rows))
        return np.asarray(motion + (change * self.px) @ np.linalg.solve(seen + noise, gain.T), np.float32)

    def _rows(self) -> Floats:
        return share_rows(self.space.basis)


def share_rows(basis: Floats) -> Floats:
    """Offsets [K, 478, 2] px of one unit each → [M, K] how each unit changes what the mouth shows, in px."""
    corners = basis[:, lm.CORNERS, 1].mean(1)
    return np.concatenate([mouth_measures(basis).T, corners[None]]).astype(np.float32)


def share_scale(space: MotionSpace, motion: Floats, speaking: Flags) -> ShareScale:
    """The scale of a person whose motion [n, K] was seen, judged by the ``speaking`` [n] frames."""
    shown = motion[speaking] @ share_rows(space.basis).T
    usual = np.sqrt((shown**2).mean(0)) if len(shown) else np.zeros(len(SHARES))
    least = _LEAST * np.ptp(space.rest[list(lm.FACE_SIDES), 0])
    return ShareScale(space, np.maximum(usual, least).astype(np.float32))
