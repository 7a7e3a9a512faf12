"""Chooses on held-out parts of a take how far the viseme denoiser is blended in, and refits the style.

A style is fitted to phones as a recogniser gave them. Where those are wrong or out of time, it learns blurred
mouths. The denoiser corrects their viseme activations from the sound. Styles that use it by half, not at all,
or alone compete on parts of the take that none of them was fitted to.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import (
    build_recording_gestures,
    compute_frame_times_s,
    compute_speech_gate,
)
from renderer.motion.expression import encode_speech
from renderer.motion.regression import fit_regression
from renderer.motion.space import Flags
from renderer.motion.style import MotionStyle, blend_activations, compute_prior_weights
from renderer.speech.log_mel import compute_log_mel_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

# Recogniser and denoiser err, mostly in different places: a half of each is what others must clearly beat.
BLEND_WEIGHTS = (0.5, 0.0, 1.0)
_BETTER = 0.92
_SPEECH_FRAMES_MIN = 100

log = logging.getLogger(__name__)


def refit_with_denoiser(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None,
    base: Mapping[str, Floats] | None,
) -> MotionStyle:
    """The style refitted with the viseme denoiser, with the blend weight that explains held-out parts best.

    ``points`` [n, 478, 2] of which ``ok`` [n] can be trusted, ``phones`` and ``samples`` (48 kHz) are the
    take that the style was fitted to; ``base`` are the shipped weights, None where there are none. The same
    take gives the same style.
    """
    if base is None or samples is None:
        return style
    candidates = [
        refit_at_blend_weight(style, points, ok, fps, phones, samples, base, weight)
        for weight in BLEND_WEIGHTS
    ]
    errors = [error for _, error in candidates]
    log.info(
        "residual error on held-out parts by blend weight %s of the viseme denoiser: %s",
        BLEND_WEIGHTS,
        errors,
    )
    best = int(np.argmin(errors))
    return candidates[best][0] if errors[best] < _BETTER * errors[0] else candidates[0][0]


def refit_at_blend_weight(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats,
    base: Mapping[str, Floats],
    blend_weight: float,
) -> tuple[MotionStyle, float]:
    """The style refitted with this ``blend_weight``, and the share of variance that it leaves unexplained on
    held-out parts; the style as it was where too little is spoken.
    """
    gestures = build_recording_gestures(phones or (), samples)
    times = compute_frame_times_s(len(points), fps, style.lag_s)
    usable = ok & (compute_speech_gate(gestures, times) > 0) if gestures else np.zeros(len(points), bool)
    if int(usable.sum()) < _SPEECH_FRAMES_MIN:
        return style, 1.0
    bands, motion = compute_log_mel_bands(samples, SOUND_RATE_HZ), encode_speech(style.space, points, ok, fps)
    activations = blend_activations(gestures, times, bands, base, blend_weight)
    prior = compute_prior_weights(style, motion[ok])
    fit = fit_regression(activations, bands, times, motion, usable, prior, style.space)
    new = replace(
        style, weights=fit.weights, sound_weights=fit.sound_weights, is_learned=fit.is_learned,
        denoiser=dict(base) if blend_weight else {}, blend_weight=blend_weight,
    )  # fmt: skip
    return new, fit.residual_error
