"""Decides on held-out parts of a take how far the second ear is to be believed, and learns with it.

A style is learned from phones as they were heard. Where those are wrong or out of time, it learns blurred
mouths. The second ear hears the take again. Styles that believe it by half, not at all, or alone compete on
parts of the take that none of them saw.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import heard_gestures, times_s, voiced_gate
from renderer.motion.regression import learned_from
from renderer.motion.space import Flags
from renderer.motion.style import MotionStyle, believed, prior_weights
from renderer.speech.sound import heard_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

# Both ears err, mostly in different places: believing each by half is what others must clearly beat.
TRUSTS = (0.5, 0.0, 1.0)
_BETTER = 0.92
_SPEECH_FRAMES_MIN = 100

log = logging.getLogger(__name__)


def with_flow(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None,
    base: Mapping[str, Floats] | None,
) -> MotionStyle:
    """The style learned anew with the second ear, as far as that helps.

    ``points`` [n, 478, 2] of which ``ok`` [n] can be trusted, ``phones`` and ``samples`` (48 kHz) are the
    take that taught the style; ``base`` are the shipped weights, None where there are none. The same take
    gives the same style.
    """
    if base is None or samples is None:
        return style
    tried = [trusting(style, points, ok, fps, phones, samples, base, trust) for trust in TRUSTS]
    missed = [error for _, error in tried]
    log.info("share missed on held-out parts by trust %s in the second ear: %s", TRUSTS, missed)
    best = int(np.argmin(missed))
    return tried[best][0] if missed[best] < _BETTER * missed[0] else tried[0][0]


def trusting(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats,
    base: Mapping[str, Floats],
    trust: float,
) -> tuple[MotionStyle, float]:
    """The style learned anew with so much ``trust`` in the second ear, and the share of variance that it
    leaves unexplained on held-out parts; the style as it was where too little is spoken."""
    found = heard_gestures(phones or (), samples)
    times = times_s(len(points), fps, style.lag_s)
    usable = ok & (voiced_gate(found, times) > 0) if found else np.zeros(len(points), bool)
    if int(usable.sum()) < _SPEECH_FRAMES_MIN:
        return style, 1.0
    bands, motion = heard_bands(samples, SOUND_RATE_HZ), style.space.encode(points)
    pull = believed(found, times, bands, base, trust)
    prior = prior_weights(style, motion[ok])
    taught = learned_from(pull, bands, times, motion, usable, prior, style.space)
    new = replace(
        style, weights=taught.weights, heard=taught.heard, learned=taught.learned,
        flow=dict(base) if trust else {}, trust=trust,
    )  # fmt: skip
    return new, taught.missed
