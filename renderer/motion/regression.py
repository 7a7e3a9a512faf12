"""Ridge regression from viseme activations, and the sound, to one presenter's motion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.motion.conditioning import fit_sound_axes, sample_sound
from renderer.motion.measures import JAW, OPEN
from renderer.motion.space import Flags, MotionSpace
from renderer.motion.visemes import VISEMES

Floats = npt.NDArray[np.float32]

# Each frame reads the viseme activations this many frames before and after itself.
LAGS = (-2, -1, 0, 1, 2)
_RIDGES = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0, 30_000.0, 100_000.0)
_FOLDS = 5
_FRAMES_MIN = 50
# Mouths change slowly: frames so near to those that are held out would give them away.
_GAP_FRAMES = 10
# Bands of the sound are read beside activations where they explain held-out parts clearly better.
_SOUND_BETTER = 0.93
# The viseme table is laid over the person as strongly as it explains, within these bounds.
_TABLE_GAINS = (0.2, 2.5)
# Held-out parts say how much a regression mumbles or shouts; more than this is not made up for.
_GAINS = (0.7, 2.5)
# How much the aperture and the jaw (which a nodding head blurs) count in the error.
_ERROR_SHARES = np.array([0.75, 0.25])


@dataclass(frozen=True, eq=False)
class RegressionFit:
    """What was fitted to a take: ``weights`` [L * V, K] for phones alone, ``sound_weights`` [L * V + S, K]
    for phones with their sound (None where that is clearly worse), whether phones beat the viseme table on
    held-out parts, and the share of the aperture's and the jaw's variance there that stays unexplained.
    """

    weights: Floats
    sound_weights: Floats | None
    is_learned: bool
    residual_error: float


def fit_regression(
    activations: Floats,
    bands: Floats | None,
    times: npt.NDArray[np.float64],
    motion: Floats,
    usable: Flags,
    prior: Floats,
    space: MotionSpace,
) -> RegressionFit:
    """Ridge regression of a take's motion [n, K] at ``times`` [n] s on viseme activations [n, V] and, where
    there are log-mel ``bands``, on sound. ``usable`` [n] frames are fitted; ``prior`` [L * V, K] is what the
    weights are drawn towards.
    """
    if int(usable.sum()) < _FRAMES_MIN:
        return RegressionFit(prior.astype(np.float32), None, False, 1.0)
    x, y = stack_lags(activations)[usable].astype(np.float64), motion[usable].astype(np.float64)
    scale = space.compute_sensitivities()[[OPEN, JAW]].T.astype(np.float64)
    weights, residual_error = _fit_weights(x, y, prior, scale)
    table_error = _compute_error(x @ prior, y, scale)
    is_learned = residual_error < table_error
    if not is_learned:
        weights, residual_error = prior, table_error
    sounds = None if bands is None else sample_sound(bands, times[usable])
    axes = None if sounds is None else fit_sound_axes(sounds)
    sound_weights: Floats | None = None
    if sounds is not None and axes is not None:
        all_weights, sound_error = _fit_sound_weights(x, sounds @ axes, y, prior, scale)
        if sound_error < _SOUND_BETTER * residual_error:
            phones, sound = np.split(all_weights, [x.shape[1]])
            sound_weights, residual_error = (
                np.concatenate([phones, axes @ sound]).astype(np.float32),
                sound_error,
            )
    return RegressionFit(weights.astype(np.float32), sound_weights, is_learned, residual_error)


def stack_lags(activations: Floats) -> Floats:
    """Viseme activations [n, V] → [n, L * V]: each frame with its neighbours; beyond the ends there is
    silence.
    """
    reach = max(LAGS)
    padded = np.pad(activations, ((reach, reach), (0, 0)))
    return np.concatenate([padded[reach + lag : reach + lag + len(activations)] for lag in LAGS], axis=1)


def _fit_sound_weights(x: Any, sound: Any, y: Any, prior: Floats, scale: Any) -> tuple[Any, float]:
    start = np.pad(prior, ((0, sound.shape[1]), (0, 0)))
    return _fit_weights(np.concatenate([x, sound], 1), y, start, scale)


def _fit_weights(x: Any, y: Any, prior: Floats, scale: Any) -> tuple[Any, float]:
    """Weights by the ridge that leaves least unexplained on held-out blocks, and how much that is."""
    fold = np.minimum(np.arange(len(x)) * _FOLDS // len(x), _FOLDS - 1)
    guesses = {ridge: _predict_held_out(x, y, fold, prior, scale, ridge) for ridge in _RIDGES}
    errors = {ridge: _compute_error(guess, y, scale) for ridge, guess in guesses.items()}
    best = min(errors, key=lambda ridge: errors[ridge])
    weights = _solve_ridge(x, y, prior, scale, best)
    return _amplify(weights, x, y, _compute_gain(guesses[best], y, scale)), errors[best]


def _solve_ridge(x: Any, y: Any, prior: Floats, scale: Any, ridge: float) -> Any:
    """Least squares that pays for leaving the table: rare phones stay with it."""
    table = _lay_table(x, y, prior, scale)
    square = x.T @ x + ridge * 0.01 * np.eye(x.shape[1])
    return table + np.linalg.solve(square, x.T @ (y - x @ table))


def _lay_table(x: Any, y: Any, prior: Floats, scale: Any) -> Any:
    """The table as wide open as it fits the aperture best, around the person's mean mouth in speech."""
    guess, seen = ((motion @ scale)[:, 0] for motion in (x @ prior, y))
    guess, seen = guess - guess.mean(), seen - seen.mean()
    gain = np.clip(float(guess @ seen) / max(float(guess @ guess), 1e-9), *_TABLE_GAINS)
    table = gain * prior
    return _shift_mean(table, x, (y - x @ table).mean(0))


def _amplify(weights: Any, x: Any, y: Any, gain: float) -> Any:
    """Weights whose motion moves ``gain`` times as far around its mean."""
    return _shift_mean(gain * weights, x, (1 - gain) * y.mean(0))


def _shift_mean(weights: Any, x: Any, by: Any) -> Any:
    """Weights whose motion lies further by so much [K] wherever something sounds."""
    shifted = weights.copy()
    present = slice(LAGS.index(0) * len(VISEMES), (LAGS.index(0) + 1) * len(VISEMES))
    shifted[present] += by / max(float(x[:, present].sum(1).mean()), 1e-3)
    return shifted


def _predict_held_out(x: Any, y: Any, fold: Any, prior: Floats, scale: Any, ridge: float) -> Any:
    guess = np.zeros_like(y)
    for part in range(_FOLDS):
        here = fold == part
        near = np.convolve(here, np.ones(2 * _GAP_FRAMES + 1), "same") > 0.5
        guess[here] = x[here] @ _solve_ridge(x[~near], y[~near], prior, scale, ridge)
    return guess


def _compute_error(guess: Any, truth: Any, scale: Any) -> float:
    """How much of aperture and jaw is not explained, on frames that were held out."""
    residual = ((guess - truth) @ scale).var(0) / np.maximum((truth @ scale).var(0), 1e-9)
    return float(residual @ _ERROR_SHARES)


def _compute_gain(guess: Any, truth: Any, scale: Any) -> float:
    """How much more than the guess the aperture really moves, on frames that were held out: a regression
    that explains half of a mouth mumbles by half.
    """
    missing = (truth @ scale).std(0)[0] / max(float((guess @ scale).std(0)[0]), 1e-9)
    return float(np.clip(missing, *_GAINS))
