"""How far and how fast a presenter's lips move: what exact phones make of a mouth, brought to their own way.

Phones that a voice made are exact, and drive a style harder than the phones that were recognised while the
style was learned: greetings are shouted. So their motion is made as slow and as wide as the person's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Amplitude:
    """Motion of exact phones around its mean ``centre`` [K] → motion ``gain`` times as wide around the
    person's ``mean`` [K] in speech, smoothed by a Gaussian of ``smoothing_s``.
    """

    centre: Floats
    mean: Floats
    gain: float
    smoothing_s: float

    def apply(self, motion: Floats, fps: Fraction) -> Floats:
        """Motion [n, K] of frames that follow each other → [n, K]."""
        return np.asarray(
            self.mean + self.gain * (smooth_motion(motion, fps, self.smoothing_s) - self.centre), np.float32
        )

    def to_array(self) -> Floats:
        """[2 * K + 2]."""
        return np.concatenate([self.centre, self.mean, [self.gain, self.smoothing_s]]).astype(np.float32)

    @classmethod
    def from_array(cls, array: Floats) -> Amplitude:
        size = (len(array) - 2) // 2
        return cls(array[:size], array[size : 2 * size], float(array[-2]), float(array[-1]))


def smooth_motion(motion: Floats, fps: Fraction, smoothing_s: float) -> Floats:
    """Motion [n, K] smoothed in time; its ends stand still."""
    if not smoothing_s or len(motion) < 2:
        return motion
    smooth = gaussian_filter1d(motion.astype(np.float64), smoothing_s * float(fps), axis=0, mode="nearest")
    return np.asarray(smooth, np.float32)
