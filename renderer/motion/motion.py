"""A line's phones → the presenter's mouth motion for every frame of its segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import (
    LEAD_S,
    Gesture,
    gestures,
    heard_gestures,
    times_s,
    voiced_gate,
)
from renderer.motion.measures import OPEN
from renderer.motion.style import MotionStyle, shape_for
from renderer.motion.visemes import CLOSED, LIP_TEETH, REST
from renderer.speech.sound import heard_bands
from renderer.speech.speech import Phone
from renderer.stopwatch import stage
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

# Lips stay shut at least this long for /p b m/: one whole frame at 25 a second, two for most.
_SHUT_S = 0.06
_TOUCH_S = 0.02
# The draft is on its way to a closure long before; wider shoulders flatten what people do around it.
_SHOULDER_S = 0.02


@stage("motion")
def speak_motion(
    phones: Iterable[Phone],
    frames: int,
    fps: Fraction,
    style: MotionStyle,
    *,
    start_s: float = 0.0,
    samples: Floats | None = None,
) -> Floats:
    """Motion [frames, K] of a whole line; speech begins ``start_s`` seconds after the first frame.

    ``samples`` [n] at 48 kHz are its sound, for phones that were heard in a recording rather than made by
    a voice: where those are wrong, the sound helps, and it tells breaths from silence.

    Lips lead the sound by 40 ms, meet for /p b m/, bring the lower lip to the teeth for /f v/, and lie
    exactly at rest (zeros) in silence. The same input gives the same bytes.
    """
    found = heard_gestures(phones, samples)
    times = times_s(frames, fps, start_s)
    motion = np.zeros((frames, style.space.size), np.float32)
    gate = voiced_gate(found, times)
    sounding = np.flatnonzero(gate > 0)
    if len(sounding):
        here = slice(int(sounding[0]), int(sounding[-1]) + 1)
        bands = None if samples is None else heard_bands(samples, SOUND_RATE_HZ)
        spoken = _limit_gap(style.moved(found, times[here], bands), found, times[here], style)
        motion[here] = spoken * gate[here, None]
    return motion


def closure(found: Sequence[Gesture], times: npt.NDArray[np.float64], viseme: int, hold_s: float) -> Floats:
    """[n] 0..1: 1 while a viseme of that class must be fully reached, with smooth shoulders."""
    level = np.zeros(len(times))
    for gesture in found:
        if gesture.viseme == viseme:
            centre = (gesture.start_s + gesture.end_s) / 2 - LEAD_S
            half = max((gesture.end_s - gesture.start_s) / 2, hold_s / 2)
            near = 1 - np.clip(np.abs(times - centre) - half, 0, _SHOULDER_S) / _SHOULDER_S
            level = np.maximum(level, near * near * (3 - 2 * near))
    return level.astype(np.float32)


def _limit_gap(
    motion: Floats, found: Sequence[Gesture], times: npt.NDArray[np.float64], style: MotionStyle
) -> Floats:
    """Moves the gap between the lips where a phone or anatomy demands it, the rest of the face with it."""
    row = style.space.measures()[OPEN : OPEN + 1]
    gap = (motion @ row.T)[:, 0]
    shut = closure(found, times, CLOSED, _SHUT_S)
    touch = closure(found, times, LIP_TEETH, _TOUCH_S) * (1 - shut)
    narrow = np.minimum(gap, 0.15 * style.open_gap_px)
    wanted = gap + touch * (narrow - gap)
    wanted = wanted + shut * (style.closed_gap_px - wanted)
    wanted = np.maximum(wanted, style.closed_gap_px)
    return shape_for(style.space, row, wanted[:, None].astype(np.float32), motion, slack=0.0)


def sounding(phones: Iterable[Phone]) -> bool:
    """Whether any phone shapes the mouth at all."""
    return any(gesture.viseme != REST for gesture in gestures(phones))
