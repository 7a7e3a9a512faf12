"""Chooses on held-out parts of a take what hears its speech, and refits the style.

A style is fitted to phones as a recogniser gave them. Where those are wrong or out of time, it learns blurred
mouths; in a language that the recogniser does not know they are nonsense. The viseme denoiser corrects their
activations from the sound, and the ear hears activations without any phones. Styles that use one, both or
neither compete on parts of the take that none of them was fitted to.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from renderer.motion.style import MotionStyle, blend_activations, blend_ear, compute_prior_weights
from renderer.speech.log_mel import compute_log_mel_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

_BETTER = 0.85
_SPEECH_FRAMES_MIN = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Blend:
    """How much the denoiser counts beside recognised phones, and the ear beside both."""

    denoiser: float
    ear: float


# All err, mostly in different places. Recogniser and ear by half are what others must clearly beat: on three
# filmed people the denoiser added nothing beside the ear (r 0.64, 0.55 and 0.66 in four folds without it,
# 0.64, 0.46 and 0.65 with it), on four computed ones in other languages 0.01.
BLENDS = (Blend(0.0, 0.5), Blend(0.5, 0.5), Blend(0.5, 0.0), Blend(0.0, 0.0), Blend(0.0, 1.0))


def refit_with_sound(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None,
    denoiser: Mapping[str, Floats] | None,
    ear: Mapping[str, Floats] | None,
) -> MotionStyle:
    """The style refitted with the blend of recogniser, viseme denoiser and ear that explains held-out parts
    best.

    ``points`` [n, 478, 2] of which ``ok`` [n] can be trusted, ``phones`` and ``samples`` (48 kHz) are the
    take that the style was fitted to; ``denoiser`` and ``ear`` are shipped weights, None where there are
    none. The same take gives the same style.
    """
    blends = [one for one in BLENDS if (denoiser or not one.denoiser) and (ear or not one.ear)]
    if samples is None or not (denoiser or ear):
        return style
    candidates = [
        refit_at_blend(style, points, ok, fps, phones, samples, denoiser or {}, ear or {}, blend)
        for blend in blends
    ]
    errors = [error for _, error in candidates]
    log.info("residual error on held-out parts by blend: %s", dict(zip(blends, errors, strict=True)))
    best = int(np.argmin(errors))
    return candidates[best][0] if errors[best] < _BETTER * errors[0] else candidates[0][0]


def refit_at_blend(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats,
    denoiser: Mapping[str, Floats],
    ear: Mapping[str, Floats],
    blend: Blend,
) -> tuple[MotionStyle, float]:
    """The style refitted with this ``blend``, and the share of variance that it leaves unexplained on
    held-out parts; the style as it was where too little is spoken.
    """
    gestures = build_recording_gestures(phones or (), samples)
    times = compute_frame_times_s(len(points), fps, style.lag_s)
    usable = ok & (compute_speech_gate(gestures, times) > 0) if gestures else np.zeros(len(points), bool)
    if int(usable.sum()) < _SPEECH_FRAMES_MIN:
        return style, 1.0
    bands, motion = compute_log_mel_bands(samples, SOUND_RATE_HZ), encode_speech(style.space, points, ok, fps)
    activations = blend_activations(gestures, times, bands, denoiser, blend.denoiser)
    activations = blend_ear(activations, gestures, times, bands, ear, blend.ear)
    prior = compute_prior_weights(style, motion[ok])
    fit = fit_regression(activations, bands, times, motion, usable, prior, style.space)
    new = replace(
        style, weights=fit.weights, sound_weights=fit.sound_weights, is_learned=fit.is_learned,
        denoiser=dict(denoiser) if blend.denoiser else {}, blend_weight=blend.denoiser,
        ear=dict(ear) if blend.ear else {}, ear_share=blend.ear,
    )  # fmt: skip
    return new, fit.residual_error
