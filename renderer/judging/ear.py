"""Ears: what a listener expects of the lips, from the sound alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
import numpy.typing as npt

from renderer.judging.footage import Footage
from renderer.motion.ear import hear_activations
from renderer.motion.measures import OPEN
from renderer.motion.visemes import VISEMES
from renderer.speech.log_mel import compute_log_mel_bands, sample_bands
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_OFFSETS_S = np.arange(-3, 4) * 0.04  # a gesture of the lips lasts about ±120 ms
_RIDGES = (3.0, 10.0, 30.0, 100.0, 300.0)
_FOLDS = 5
_VOICE_BANDS = slice(3, 18)  # about 300 to 3,500 Hz, where vowels are; hiss opens no mouth
_OPENNESS = np.array([viseme.targets[OPEN] for viseme in VISEMES], np.float32)


class Ear(Protocol):
    """Hears the aperture that a sound should be spoken with."""

    def hear(self, samples: Floats, frames: int, fps: Fraction) -> Floats:
        """Mono ``samples`` at 48 kHz → a curve [frames] that should rise and fall with the aperture."""


@dataclass(frozen=True)
class EnergyEar:
    """The level of the voice's bands: knows no person and no language."""

    def hear(self, samples: Floats, frames: int, fps: Fraction) -> Floats:
        """As `Ear.hear`."""
        bands = compute_log_mel_bands(samples, SOUND_RATE_HZ)
        heard = [sample_bands(bands, _find_times_s(frames, fps) + by_s) for by_s in (-0.03, 0.0, 0.03)]
        return np.asarray(np.mean(heard, axis=0)[:, _VOICE_BANDS].mean(1), np.float32)


@dataclass(frozen=True, eq=False)
class NetworkEar:
    """The network that hears visemes in any language (renderer.motion.ear): knows no person."""

    weights: Mapping[str, Floats]

    def hear(self, samples: Floats, frames: int, fps: Fraction) -> Floats:
        """As `Ear.hear`."""
        bands = compute_log_mel_bands(samples, SOUND_RATE_HZ)
        activations = hear_activations(bands, _find_times_s(frames, fps), self.weights)
        return np.asarray(activations @ _OPENNESS, np.float32)


@dataclass(frozen=True, eq=False)
class RidgeEar:
    """A ridge regression from 24 mel bands over ±120 ms to the aperture, fitted to one person's take."""

    weights: Doubles
    mean: Doubles
    scale: Doubles

    @classmethod
    def fit(cls, take: Footage, lag_s: float = 0.0) -> RidgeEar:
        """From a take whose lips follow its sound by ``lag_s``."""
        inputs, mean, scale = _standardise(_read_inputs(take.samples, len(take), take.fps, lag_s))
        gaps = take.apertures.astype(np.float64)
        seen = take.seen
        ridge = _choose_ridge(inputs[seen], gaps[seen])
        return cls(_solve(inputs[seen], gaps[seen], ridge), mean, scale)

    def hear(self, samples: Floats, frames: int, fps: Fraction) -> Floats:
        """As `Ear.hear`."""
        inputs = (_read_inputs(samples, frames, fps) - self.mean) / self.scale
        return np.asarray(inputs @ self.weights, np.float32)


def predict_by_folds(gaps: Floats, samples: Floats, fps: Fraction, lag_s: float = 0.0) -> Floats:
    """What ridge ears expect of each fifth of a take's apertures [n] that were fitted to the other four."""
    inputs, _, _ = _standardise(_read_inputs(samples, len(gaps), fps, lag_s))
    return np.asarray(_predict(inputs, gaps.astype(np.float64), _RIDGES[2]), np.float32)


def _find_times_s(frames: int, fps: Fraction) -> Doubles:
    return np.asarray((np.arange(frames) + 0.5) / float(fps), np.float64)


def _read_inputs(samples: Floats, frames: int, fps: Fraction, lag_s: float = 0.0) -> Doubles:
    bands = compute_log_mel_bands(samples, SOUND_RATE_HZ)
    times_s = _find_times_s(frames, fps) - lag_s
    heard = [sample_bands(bands, times_s + by_s) for by_s in _OFFSETS_S]
    return np.asarray(np.concatenate(heard, 1), np.float64)


def _standardise(inputs: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    mean, scale = inputs.mean(0), inputs.std(0) + 1e-3
    return (inputs - mean) / scale, mean, scale


def _choose_ridge(inputs: Doubles, gaps: Doubles) -> float:
    errors = {ridge: float(((_predict(inputs, gaps, ridge) - gaps) ** 2).sum()) for ridge in _RIDGES}
    return min(errors, key=lambda ridge: errors[ridge])


def _predict(inputs: Doubles, gaps: Doubles, ridge: float) -> Doubles:
    fold = np.arange(len(gaps)) * _FOLDS // max(len(gaps), 1)
    guess = np.zeros(len(gaps))
    for part in range(_FOLDS):
        here = fold == part
        if here.any() and not here.all():
            guess[here] = inputs[here] @ _solve(inputs[~here], gaps[~here], ridge) + gaps[~here].mean()
    return guess


def _solve(inputs: Doubles, gaps: Doubles, ridge: float) -> Doubles:
    """Weights that pay ``ridge`` for each column's square, as a share of the frames."""
    pull = ridge * 0.01 * len(inputs) * np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(inputs.T @ inputs + pull, inputs.T @ (gaps - gaps.mean())))
