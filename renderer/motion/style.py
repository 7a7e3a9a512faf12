"""How one presenter moves the mouth: the space, and what each phone looks like in it.

Two sources are joined. The viseme table, laid over the range that the person was seen to use, gives a prior
that needs no speech. Where the take has speech with phones, ridge regression draws the prior towards the
person's own movement, as far as held-out parts of the take confirm it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import CHEEKS
from renderer.motion.amplitude import Amplitude
from renderer.motion.coarticulation import (
    Gesture,
    build_recording_gestures,
    compute_frame_times_s,
    compute_speech_gate,
    compute_viseme_activations,
)
from renderer.motion.conditioning import sample_sound
from renderer.motion.denoising import denoise_activations
from renderer.motion.ear import hear_activations, listen
from renderer.motion.expression import encode_speech
from renderer.motion.lag import NO_LAG, Lag, estimate_lag
from renderer.motion.measures import OPEN, compute_mouth_measures
from renderer.motion.regression import LAGS, RegressionFit, fit_regression, stack_lags
from renderer.motion.space import Flags, MotionSpace, fit_space
from renderer.motion.visemes import VISEMES
from renderer.speech.log_mel import compute_log_mel_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

log = logging.getLogger(__name__)

# Bakes store the denoiser as "flow", its blend weight as "trust" and the sound weights as "heard".
_SPACE, _DENOISER, _EAR = "space.", "flow.", "ear."
# Exact phones of a voice say more of a mouth than the ear hears in its sound.
_VOICE_EAR_SHARE = 0.5
# Coarticulation holds a phone back at about three quarters of its target; the table aims beyond it.
_OVERSHOOT = 1.3


@dataclass(frozen=True, eq=False)
class MotionStyle:
    """Everything that `renderer.motion.synthesis.synthesise_motion` needs to know of a presenter."""

    space: MotionSpace
    weights: Floats  # [L * V, K] viseme activation at each lag → motion
    floor: Floats  # [K] least of each number in the take or the table
    ceiling: Floats  # [K] most of each number
    closed_gap_px: float  # inner-lip gap of the person's closed lips, relative to neutral
    open_gap_px: float  # inner-lip gap of the person's open vowels, relative to neutral
    is_learned: bool  # False when only the viseme table speaks
    lag_s: float = 0.0  # how much later than its sound the take shows the mouth
    denoiser: Mapping[str, Floats] = field(default_factory=dict)  # the viseme denoiser; {}: none
    blend_weight: float = 0.0  # 0..1 how much the denoiser counts where there is sound
    sound_weights: Floats | None = None  # [L * V + S, K] activation and sound → motion, where sound helps
    ear: Mapping[str, Floats] = field(default_factory=dict)  # the ear; {}: none
    ear_share: float = 0.0  # 0..1 how much of the activations is heard by the ear
    amplitude: Amplitude | None = None  # of a voice with exact phones; None where nothing could be learned

    def predict_motion(
        self,
        gestures: Sequence[Gesture],
        times: npt.NDArray[np.float64],
        bands: Floats | None = None,
        *,
        is_exact: bool = False,
    ) -> Floats:
        """Motion [n, K] at times [n] s, within 15 % of the range that was seen.

        ``bands`` are the speech's log-mel bands (`speech.log_mel.compute_log_mel_bands`), None where only its
        phones are known. The phones of a voice are exact: its sound is heard by the ear alone.
        """
        activations = self._activate(gestures, times, bands, is_exact=is_exact)
        inputs = stack_lags(activations)
        if bands is None or is_exact or self.sound_weights is None:
            motion = inputs @ self.weights
        else:
            motion = np.concatenate([inputs, sample_sound(bands, times)], 1) @ self.sound_weights
        return np.asarray(np.clip(motion, 1.15 * self.floor, 1.15 * self.ceiling), np.float32)

    def _activate(
        self,
        gestures: Sequence[Gesture],
        times: npt.NDArray[np.float64],
        bands: Floats | None,
        *,
        is_exact: bool,
    ) -> Floats:
        weight = 0.0 if is_exact else self.blend_weight
        share = min(self.ear_share, _VOICE_EAR_SHARE) if is_exact else self.ear_share
        activations = blend_activations(gestures, times, bands, self.denoiser, weight)
        return blend_ear(activations, gestures, times, bands, self.ear, share)

    def to_arrays(self) -> dict[str, Floats]:
        """Plain float32 arrays, names prefixed ``space.`` for those of the space."""
        own = {"weights": self.weights, "floor": self.floor, "ceiling": self.ceiling}
        own["scalars"] = np.array([self.closed_gap_px, self.open_gap_px, float(self.is_learned)], np.float32)
        own["lag_s"] = np.array([self.lag_s], np.float32)
        own["trust"] = np.array([self.blend_weight], np.float32)
        if self.amplitude is not None:
            own["amplitude"] = self.amplitude.to_array()
        if self.sound_weights is not None:
            own["heard"] = self.sound_weights
        if self.ear:
            own["ear_share"] = np.array([self.ear_share], np.float32)
            own |= {_EAR + name: array for name, array in self.ear.items()}
        space = {_SPACE + name: array for name, array in self.space.to_arrays().items()}
        return own | space | {_DENOISER + name: array for name, array in self.denoiser.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> MotionStyle:
        space, denoiser, ear = (
            {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
            for prefix in (_SPACE, _DENOISER, _EAR)
        )
        closed_px, open_px, is_learned = (float(value) for value in arrays["scalars"])
        lag_s = round(float(arrays.get("lag_s", (0.0,))[0]), 3)
        weights, floor, ceiling = (
            np.asarray(arrays[name], np.float32) for name in ("weights", "floor", "ceiling")
        )
        blend_weight = float(arrays.get("trust", (0.0,))[0])
        sound_weights = np.asarray(arrays["heard"], np.float32) if "heard" in arrays else None
        amplitude = Amplitude.from_array(arrays["amplitude"]) if "amplitude" in arrays else None
        return cls(
            MotionSpace.from_arrays(space), weights, floor, ceiling, closed_px, open_px, bool(is_learned),
            lag_s, denoiser, blend_weight, sound_weights, ear, float(arrays.get("ear_share", (0.0,))[0]),
            amplitude,
        )  # fmt: skip


def fit_style(
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None = None,
    ear: Mapping[str, Floats] | None = None,
) -> MotionStyle:
    """Fits a style to points [n, 478, 2] in crop space, of which ``ok`` [n] can be trusted.

    ``phones`` are the take's own speech, or None for a take without usable speech; ``samples`` [n] at 48 kHz
    are its sound where the phones were recognised in it, and ``ear`` are the weights of an `EarNetwork` that
    hears by how much the picture follows it. Where it does, the style is fitted as if it did not: new speech
    comes out in time, and speech of this very take begins ``lag_s`` later. Raises RenderError when too few
    frames can be trusted.
    """
    gestures = build_recording_gestures(phones or (), samples)
    bands = None if samples is None else compute_log_mel_bands(samples, SOUND_RATE_HZ)
    lag = _estimate_lag(gestures, bands, points, ok, fps, ear)
    log.info("the picture follows the sound by %.3f s (± %.3f)", lag.seconds, lag.deviation_s)
    lag_s = lag.seconds
    times = compute_frame_times_s(len(points), fps, lag_s)
    silent = compute_speech_gate(gestures, times) < 0.01 if gestures else None
    space = fit_space(points, ok, silent)
    motion = encode_speech(space, points, ok, fps)
    prior = _compute_prior_weights(space, motion[ok])
    fit = RegressionFit(prior.astype(np.float32), None, False, 1.0)
    if gestures:
        usable = ok & (compute_speech_gate(gestures, times) > 0)
        fit = fit_regression(
            compute_viseme_activations(gestures, times), bands, times, motion, usable, prior, space
        )
    floor, ceiling = np.quantile(motion[ok], 0.005, axis=0), np.quantile(motion[ok], 0.995, axis=0)
    shapes = prior.reshape(len(LAGS), -1, space.size).sum(0)
    return MotionStyle(
        space=space,
        weights=fit.weights,
        sound_weights=fit.sound_weights,
        floor=np.minimum(floor, shapes.min(0)).astype(np.float32),
        ceiling=np.maximum(ceiling, shapes.max(0)).astype(np.float32),
        closed_gap_px=_measure_closed_gap_px(space, motion[ok]),
        open_gap_px=float(_measure_range_px(space, motion[ok])[1][OPEN]),
        is_learned=fit.is_learned,
        lag_s=lag_s,
    )


def _estimate_lag(
    gestures: Sequence[Gesture],
    bands: Floats | None,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    ear: Mapping[str, Floats] | None,
) -> Lag:
    """By the ear and the phones, half each, where there are both: they err in different places."""
    measures = compute_mouth_measures(points)
    if not gestures:
        return NO_LAG
    if not ear or bands is None:
        return estimate_lag(lambda times: compute_viseme_activations(gestures, times), measures, ok, fps)
    hear = listen(bands, ear)

    def hear_by_half(times: npt.NDArray[np.float64]) -> Floats:
        return np.asarray((hear(times) + compute_viseme_activations(gestures, times)) / 2, np.float32)

    return estimate_lag(hear_by_half, measures, ok, fps)


def compute_prior_weights(style: MotionStyle, motion: Floats) -> Floats:
    """The viseme table over the range of motion [n, K] that was seen: [L * V, K]."""
    return _compute_prior_weights(style.space, motion)


def blend_activations(
    gestures: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    bands: Floats | None,
    denoiser: Mapping[str, Floats],
    blend_weight: float,
) -> Floats:
    """Viseme activations [n, V] at times [n] s: those of the recognised phones, blended by ``blend_weight``
    with the denoised ones.
    """
    activations = compute_viseme_activations(gestures, times)
    if bands is None or not denoiser or not blend_weight or not gestures:
        return activations
    return np.asarray(
        activations + blend_weight * (denoise_activations(gestures, times, bands, denoiser) - activations),
        np.float32,
    )


def blend_ear(
    activations: Floats,
    gestures: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    bands: Floats | None,
    ear: Mapping[str, Floats],
    ear_share: float,
) -> Floats:
    """Viseme activations [n, V] at times [n] s, of which the ear hears this share in a sound's ``bands``."""
    if bands is None or not ear or not ear_share or not gestures:
        return activations
    # Steep but smooth: an edge that falls between two frames must not depend on how times are rounded.
    gate = np.clip(4 * compute_speech_gate(gestures, times), 0, 1)[:, None]
    heard = hear_activations(bands, times, ear) * gate
    return np.asarray(activations + ear_share * (heard - activations), np.float32)


def solve_shape(
    space: MotionSpace, rows: Floats, wanted: Floats, start: Floats, slack: float = 0.02
) -> Floats:
    """The likeliest mouths of this person, starting from ``start`` [n, K], that show ``wanted`` [n, M].

    ``rows`` [M, K] are the measures' sensitivities. It is the mean of a Gaussian with the person's own
    covariance, conditioned on the measures, which may be missed by about ``slack`` of their usual size.
    """
    spread = space.spread
    gain = spread @ rows.T
    explained = rows @ gain
    noise = slack * np.diag(np.diag(explained)) + 1e-6 * np.eye(len(rows))
    return np.asarray(
        start + (wanted - start @ rows.T) @ np.linalg.solve(explained + noise, gain.T), np.float32
    )


def _compute_prior_weights(space: MotionSpace, motion: Floats) -> Floats:
    """The viseme table on the person's range: [L * V, K] with only the present frame's lag filled."""
    targets = _OVERSHOOT * np.array([viseme.targets for viseme in VISEMES], np.float32)
    low, high = _measure_range_px(space, motion)
    wanted = np.where(targets > 0, targets * high, -targets * low).astype(np.float32)
    rows = space.compute_sensitivities()
    shapes = solve_shape(space, rows, wanted, np.zeros((len(VISEMES), space.size), np.float32))
    shapes[0] = 0
    weights = np.zeros((len(LAGS), len(VISEMES), space.size), np.float32)
    weights[LAGS.index(0)] = shapes
    return weights.reshape(-1, space.size)


def _measure_range_px(space: MotionSpace, motion: Floats) -> tuple[Floats, Floats]:
    """What the person's measures reach below and above neutral, never less than a modest speaker's."""
    shown = motion @ space.compute_sensitivities().T
    low, high = np.quantile(shown, 0.03, axis=0), np.quantile(shown, 0.97, axis=0)
    unit = float(np.ptp(space.rest[list(CHEEKS), 0]))
    least = unit * np.array([0.055, 0.045, 0.02, 0.008, 0.012, 0.012])
    narrowest = unit * np.array([0.0, 0.0, 0.04, 0.008, 0.012, 0.0])
    return np.minimum(low, -narrowest).astype(np.float32), np.maximum(high, least).astype(np.float32)


def _measure_closed_gap_px(space: MotionSpace, motion: Floats) -> float:
    gap = motion @ space.compute_sensitivities()[OPEN]
    return float(min(np.quantile(gap, 0.02), 0.0))


def measure_motion(space: MotionSpace, motion: Floats) -> Floats:
    """Motion [n, K] → measures relative to neutral [n, 6] px; see `renderer.motion.measures.MEASURES`."""
    return np.asarray(motion @ compute_mouth_measures(space.basis), np.float32)
