"""Fits how far and how fast a voice moves a presenter's lips to how the take's own speech moved them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.amplitude import Amplitude
from renderer.motion.coarticulation import (
    build_gestures,
    compute_frame_times_s,
    compute_speech_gate,
)
from renderer.motion.expression import encode_speech
from renderer.motion.measures import OPEN
from renderer.motion.space import Flags
from renderer.motion.style import MotionStyle
from renderer.motion.synthesis import draft_lips, shape_lips
from renderer.speech.log_mel import compute_log_mel_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

log = logging.getLogger(__name__)

# Lips are slower than phones: candidates of how slow, in seconds; beyond, words become indistinct.
_SMOOTHINGS_S = (0.0, 0.012, 0.018, 0.024, 0.03, 0.036, 0.042, 0.05, 0.06, 0.07)
_GAINS = (0.4, 1.6)
_ROUNDS = 3
# What the packaged voices say in a second of sound: 14.9 and 13.0; few people are so quick.
_VOICE_PHONES_PER_S = 14.0
_PACES = (1.0, 1.5)
# A voice's phones have stresses and no mistakes: on five takes both packaged voices opened the lips 1.18
# times as wide, and moved them 1.22 times as fast, as the takes' own recognised phones did.
_EXACT_PHONES = np.array([1.18, 1.22])
_SPEECH_FRAMES_MIN = 100


def fit_amplitude(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None,
) -> MotionStyle:
    """The style with an amplitude that lets the take's own phones, spoken as a voice speaks, open the lips as
    wide and move them as fast as they were filmed; the style as it was where too little is spoken.

    ``points`` [n, 478, 2] of which ``ok`` [n] can be trusted, ``phones`` and ``samples`` (48 kHz) are the
    take that the style was fitted to.
    """
    gestures = build_gestures(phones or ())
    times = compute_frame_times_s(len(points), fps, style.lag_s)
    spoken = ok & (compute_speech_gate(gestures, times) > 0.5) if gestures else np.zeros(len(points), bool)
    if int(spoken.sum()) < _SPEECH_FRAMES_MIN:
        return style
    row = style.space.compute_sensitivities()[OPEN]
    filmed = encode_speech(style.space, points, ok, fps)
    wanted = _measure_gap(filmed @ row, spoken) / _EXACT_PHONES
    bands = None if samples is None else compute_log_mel_bands(samples, SOUND_RATE_HZ)
    paced = _pace_times(times, phones or ())
    said = compute_speech_gate(gestures, paced) > 0.5
    drafted = style.predict_motion(gestures, paced, bands, is_exact=True)
    centre, mean = drafted[said].mean(0), filmed[spoken].mean(0)
    draft = draft_lips(gestures, paced, style, bands, is_exact=True)  # no amplitude changes it

    def speak(gain: float, smoothing_s: float) -> tuple[MotionStyle, Floats]:
        one = replace(style, amplitude=Amplitude(centre, mean, gain, smoothing_s))
        motion = shape_lips(draft, fps, one)
        return one, _measure_gap(motion @ row, said)

    found = [_match_width(speak, smoothing_s, wanted) for smoothing_s in _SMOOTHINGS_S]
    best = min(found, key=lambda one: abs(float(np.log(one[1][1] / wanted[1]))))
    log.info("amplitude of a voice: %s, width and speed %s of %s", best[0].amplitude, best[1], wanted)
    return best[0]


def _pace_times(times: Doubles, phones: Sequence[Phone]) -> Doubles:
    """Times [m] s at which frames show the same speech at the pace of a voice."""
    sounded = [phone for phone in phones if phone.symbol]
    pace = len(sounded) / max(sum(phone.end_s - phone.start_s for phone in sounded), 1e-6)
    faster = float(np.clip(_VOICE_PHONES_PER_S / pace, *_PACES))
    return np.arange(times[0], times[-1], faster * (times[1] - times[0]))


def _match_width(
    speak: Callable[[float, float], tuple[MotionStyle, Floats]], smoothing_s: float, wanted: Floats
) -> tuple[MotionStyle, Floats]:
    """The gain at which the gap's standard deviation is as wanted: closures of lips make it no straight
    line.
    """
    gain = 1.0
    for _ in range(_ROUNDS):
        found = speak(gain, smoothing_s)[1]
        gain = float(np.clip(gain * wanted[0] / max(float(found[0]), 1e-6), *_GAINS))
    return speak(gain, smoothing_s)


def _measure_gap(gap: Floats, spoken: Flags) -> Floats:
    """[2]: standard deviation and mean speed per frame of a gap [n] where something is spoken."""
    both = spoken[1:] & spoken[:-1]
    return np.maximum([gap[spoken].std(), np.abs(np.diff(gap))[both].mean()], 1e-6, dtype=np.float32)
