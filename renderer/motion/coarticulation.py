"""Phones with times → viseme activations: how strongly each viseme shapes each frame.

Every phone has a dominance over its viseme, highest at its own time and lower with distance; a frame's
activations are the balance of all dominances. So neighbouring phones shade into each other (coarticulation;
Cohen and Massaro, 1993), and the whole line is one curve: nothing is cut into windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.visemes import SILENCE, VISEMES, VOWELS, find_visemes
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

# Lips are in place before the sound leaves them.
LEAD_S = 0.04
# Lips part this long before the first sound and close this long after the last.
SETTLE_S = 0.12
_BEFORE_S, _AFTER_S, _SHARPNESS = 0.055, 0.045, 1.35
_STRESS_GAIN = (1.0, 1.2, 1.08)
_EDGE_S = 0.35
# Between words people breathe and wait with the mouth as it is; only longer silences close it.
_BREATH_S = 1.2
# A recording never falls so low: what does was cut or muted. So much of it in a pause is no breath.
_DIGITAL_SILENCE, _MUTED_S = 1e-4, 0.15


@dataclass(frozen=True)
class Gesture:
    """One viseme in time; a diphthong or an affricate makes two."""

    viseme: int
    start_s: float
    end_s: float
    gain: float = 1.0
    is_breath: bool = False  # a breath between words: silence that does not close the mouth


def build_gestures(phones: Iterable[Phone]) -> tuple[Gesture, ...]:
    """Phones in time order → gestures, with silence before the first, after the last and in pauses."""
    gestures: list[Gesture] = []
    for phone in phones:
        gestures += _build_phone_gestures(phone)
    sounded = [g for g in gestures if g.viseme != SILENCE]
    if not sounded:
        return ()
    first, last = sounded[0].start_s, sounded[-1].end_s
    return (Gesture(SILENCE, first - _EDGE_S, first), *gestures, Gesture(SILENCE, last, last + _EDGE_S))


def build_recording_gestures(
    phones: Iterable[Phone], samples: Floats | None, rate_hz: int = SOUND_RATE_HZ
) -> tuple[Gesture, ...]:
    """As `build_gestures`; where phones were recognised in a recording, its ``samples`` [n] tell breaths from
    silence.

    In a recording, pauses of up to 1.2 s between words are part of speech unless 0.15 s of the sound there
    are digital silence. Without samples every pause is silence.
    """
    gestures = build_gestures(phones)
    if samples is None:
        return gestures
    return tuple(
        replace(gesture, is_breath=True)
        if 0 < place < len(gestures) - 1 and _is_breath(gesture, samples, rate_hz)
        else gesture
        for place, gesture in enumerate(gestures)
    )


def compute_frame_times_s(frames: int, fps: Fraction, start_s: float) -> npt.NDArray[np.float64]:
    """[frames] seconds of speech time at which each frame is shown, speech beginning at ``start_s``."""
    return np.arange(frames) / float(fps) - start_s


def compute_viseme_activations(gestures: Sequence[Gesture], times: npt.NDArray[np.float64]) -> Floats:
    """Gestures and times [n] in seconds → activations [n, V]; a row sums to about 1 in speech, 0 in
    silence.
    """
    dominances = np.zeros((len(times), len(VISEMES)))
    weighted = np.zeros_like(dominances)
    for gesture in gestures:
        dominance = _compute_dominance(gesture, times)
        dominances[:, gesture.viseme] += dominance
        weighted[:, gesture.viseme] += dominance * gesture.gain
    total = dominances.sum(1, keepdims=True) + 1e-3
    activations = weighted / total * compute_speech_gate(gestures, times)[:, None]
    return activations.astype(np.float32)


def compute_speech_gate(
    gestures: Sequence[Gesture], times: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """[n] 1 where something sounds, falling smoothly to exactly 0 once ``SETTLE_S`` away from any sound."""
    gap = np.full(len(times), np.inf)
    for gesture in gestures:
        if gesture.viseme != SILENCE or gesture.is_breath:
            gap = np.minimum(gap, np.maximum(gesture.start_s - times, times - gesture.end_s))
    near = 1 - np.clip(gap, 0, SETTLE_S) / SETTLE_S
    return near * near * (3 - 2 * near)


def _is_breath(gesture: Gesture, samples: Floats, rate_hz: int) -> bool:
    if gesture.viseme != SILENCE or gesture.end_s - gesture.start_s > _BREATH_S:
        return False
    sound = samples[max(round(gesture.start_s * rate_hz), 0) : round(gesture.end_s * rate_hz)]
    if not len(sound) or float(np.abs(sound).max()) <= _DIGITAL_SILENCE:
        return False
    return _measure_longest_mute(sound) < _MUTED_S * rate_hz


def _measure_longest_mute(sound: Floats) -> int:
    """The longest run of samples without any sound."""
    audible = np.flatnonzero(np.abs(sound) > _DIGITAL_SILENCE)
    return int(np.diff(np.concatenate([[-1], audible, [len(sound)]])).max()) - 1


def _build_phone_gestures(phone: Phone) -> list[Gesture]:
    shapes = find_visemes(phone.symbol)
    if not shapes:
        return []
    part_s = (phone.end_s - phone.start_s) / len(shapes)
    # Stress opens vowels; a consonant's closure is what it is.
    has_vowel = any(mark in VOWELS for mark in phone.symbol)
    gain = _STRESS_GAIN[phone.stress] if has_vowel else 1.0
    return [
        Gesture(shape, phone.start_s + i * part_s, phone.start_s + (i + 1) * part_s, gain)
        for i, shape in enumerate(shapes)
    ]


def _compute_dominance(gesture: Gesture, times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    viseme = VISEMES[gesture.viseme]
    centre = (gesture.start_s + gesture.end_s) / 2 - LEAD_S
    half = max((gesture.end_s - gesture.start_s) / 2, 0.018)
    away = times - centre
    beyond = np.maximum(np.abs(away) - 0.6 * half, 0)
    reach = np.where(away < 0, _BEFORE_S, _AFTER_S) * viseme.reach
    return np.asarray(viseme.dominance * np.exp(-((beyond / reach) ** _SHARPNESS)))
