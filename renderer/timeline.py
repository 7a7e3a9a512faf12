"""Conversions between seconds, samples and frames that plan, sound and segments share.

Rates are exact fractions, so that 30000/1001 fps never drifts against the sound.
"""

from __future__ import annotations

from fractions import Fraction

SOUND_RATE_HZ = 48_000


def frames_of(seconds: float, fps: Fraction) -> int:
    """The number of whole frames nearest to a duration."""
    return round(seconds * fps)


def frames_covering(seconds: float, fps: Fraction) -> int:
    """The fewest whole frames that are at least as long as a duration."""
    return -int(-(Fraction(seconds).limit_denominator(1_000_000) * fps) // 1)


def seconds_at(frame: int, fps: Fraction) -> float:
    """The time at which a frame begins."""
    return float(frame / fps)


def sample_at(frame: int, fps: Fraction, rate_hz: int = SOUND_RATE_HZ) -> int:
    """The sample at which a frame begins; cumulative, so that rounding never adds up."""
    return round(frame * rate_hz / fps)
