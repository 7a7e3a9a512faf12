"""A line's phones → the presenter's mouth motion for every frame of its segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import (
    LEAD_S,
    Gesture,
    build_gestures,
    build_recording_gestures,
    compute_frame_times_s,
    compute_speech_gate,
)
from renderer.motion.measures import OPEN
from renderer.motion.style import MotionStyle, solve_shape
from renderer.motion.visemes import CLOSED, LIP_TEETH, SILENCE
from renderer.runtime.profiling import span
from renderer.speech.log_mel import compute_log_mel_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

# Lips stay shut at least this long for /p b m/: one whole frame at 25 a second, two for most.
_SHUT_S = 0.06
_TOUCH_S = 0.02
# The draft is on its way to a closure long before; wider shoulders flatten what people do around it.
_SHOULDER_S = 0.02
# No wider than this share of the gap that the person's openest three percent of frames reach.
_CEILING = 1.15


@span("motion")
def synthesise_motion(
    phones: Iterable[Phone],
    frames: int,
    fps: Fraction,
    style: MotionStyle,
    *,
    start_s: float = 0.0,
    samples: Floats | None = None,
    voice_samples: Floats | None = None,
) -> Floats:
    """Motion [frames, K] of a whole line; speech begins ``start_s`` seconds after the first frame.

    ``samples`` [n] at 48 kHz are its sound, for phones that were recognised in a recording rather than made
    by a voice: where those are wrong, the sound helps, and it tells breaths from silence. ``voice_samples``
    [n] at 48 kHz are the sound of a voice, whose phones are exact: the ear hears in it how they were said.

    Lips lead the sound by 40 ms, meet for /p b m/, bring the lower lip to the teeth for /f v/, and lie
    exactly in the neutral pose (zeros) in silence. The same input gives the same bytes.
    """
    gestures = build_recording_gestures(phones, samples)
    sound = samples if samples is not None else voice_samples
    bands = None if sound is None else compute_log_mel_bands(sound, SOUND_RATE_HZ)
    times = compute_frame_times_s(frames, fps, start_s)
    return move_lips(gestures, times, fps, style, bands, is_exact=samples is None)


def move_lips(
    gestures: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    fps: Fraction,
    style: MotionStyle,
    bands: Floats | None,
    *,
    is_exact: bool,
) -> Floats:
    """Motion [n, K] of frames at ``times`` [n] s of speech with these log-mel ``bands``, None where only its
    phones are known; ``is_exact`` are those of a voice.
    """
    return shape_lips(draft_lips(gestures, times, style, bands, is_exact=is_exact), fps, style)


@dataclass(frozen=True)
class DraftedLips:
    """What a style makes of speech before its amplitude: the same for every amplitude."""

    gestures: Sequence[Gesture]
    gate: npt.NDArray[np.float64]  # [n] 0..1: how much frame i speaks
    span: slice  # from the first to the last frame that speaks at all
    times: npt.NDArray[np.float64]  # [m] s of the span's frames
    motion: Floats  # [m, K]
    is_exact: bool


def draft_lips(
    gestures: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    style: MotionStyle,
    bands: Floats | None,
    *,
    is_exact: bool,
) -> DraftedLips:
    """The first half of `move_lips`, which is dear: the ear listens."""
    gate = compute_speech_gate(gestures, times)
    sounding = np.flatnonzero(gate > 0)
    span = slice(int(sounding[0]), int(sounding[-1]) + 1) if len(sounding) else slice(0, 0)
    within = times[span]
    motion = (
        style.predict_motion(gestures, within, bands, is_exact=is_exact)
        if len(sounding)
        else np.zeros((0, style.space.size), np.float32)
    )
    return DraftedLips(gestures, gate, span, within, motion, is_exact)


def shape_lips(draft: DraftedLips, fps: Fraction, style: MotionStyle) -> Floats:
    """The second half of `move_lips`: as far and fast as the style's amplitude says, and lips that meet."""
    motion = np.zeros((len(draft.gate), style.space.size), np.float32)
    if not len(draft.motion):
        return motion
    drafted, shoulder_s = draft.motion, _SHOULDER_S
    if draft.is_exact and style.amplitude is not None:
        drafted = style.amplitude.apply(drafted, fps)
        # Lips that are slow are slow to meet.
        shoulder_s = max(shoulder_s, style.amplitude.smoothing_s)
    limited = _limit_gap(drafted, draft.gestures, draft.times, style, shoulder_s)
    motion[draft.span] = limited * draft.gate[draft.span, None]
    return motion


def compute_closure(
    gestures: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    viseme: int,
    hold_s: float,
    shoulder_s: float = _SHOULDER_S,
) -> Floats:
    """[n] 0..1: 1 while a viseme of that class must be fully reached, with smooth shoulders."""
    level = np.zeros(len(times))
    for gesture in gestures:
        if gesture.viseme == viseme:
            centre = (gesture.start_s + gesture.end_s) / 2 - LEAD_S
            half = max((gesture.end_s - gesture.start_s) / 2, hold_s / 2)
            near = 1 - np.clip(np.abs(times - centre) - half, 0, shoulder_s) / shoulder_s
            level = np.maximum(level, near * near * (3 - 2 * near))
    return level.astype(np.float32)


def _limit_gap(
    motion: Floats,
    gestures: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    style: MotionStyle,
    shoulder_s: float,
) -> Floats:
    """Moves the gap between the lips where a phone or anatomy demands it, the rest of the face with it."""
    row = style.space.compute_sensitivities()[OPEN : OPEN + 1]
    gap = _soften_ceiling((motion @ row.T)[:, 0], _CEILING * style.open_gap_px)
    shut = compute_closure(gestures, times, CLOSED, _SHUT_S, shoulder_s)
    touch = compute_closure(gestures, times, LIP_TEETH, _TOUCH_S, shoulder_s) * (1 - shut)
    narrow = np.minimum(gap, 0.15 * style.open_gap_px)
    wanted = gap + touch * (narrow - gap)
    wanted = wanted + shut * (style.closed_gap_px - wanted)
    wanted = np.maximum(wanted, style.closed_gap_px)
    return solve_shape(style.space, row, wanted[:, None].astype(np.float32), motion, slack=0.0)


def _soften_ceiling(gap: Floats, ceiling_px: float) -> Floats:
    """A gap [n] that bends towards a ceiling from four fifths of it on: nobody shouts a greeting."""
    knee_px = 0.8 * ceiling_px
    room_px = max(ceiling_px - knee_px, 1e-6)
    over = np.maximum(gap - knee_px, 0) / room_px
    return np.asarray(np.where(over > 0, knee_px + room_px * np.tanh(over), gap), np.float32)


def has_speech(phones: Iterable[Phone]) -> bool:
    """Whether any phone shapes the mouth at all."""
    return any(gesture.viseme != SILENCE for gesture in build_gestures(phones))
