"""Ridge regression from what is said, and how it sounds, to one presenter's motion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.motion.measures import JAW, OPEN
from renderer.motion.space import Flags, MotionSpace
from renderer.motion.told import sounding_axes, sounds_at

Floats = npt.NDArray[np.float32]

# Each frame looks at the phones' pull this many frames before and after itself.
LAGS = (-2, -1, 0, 1, 2)
_RIDGES = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0)
_FOLDS = 5
_FRAMES_MIN = 50
# Sound is heard unless held-out parts speak clearly against it: phones may be misheard there too.
_SOUND_WORSE = 1.05
# How much the aperture and the jaw (which a nodding head blurs) decide.
_MATTERS = np.array([0.75, 0.25])


@dataclass(frozen=True, eq=False)
class Taught:
    """What a take taught: ``weights`` [L * V, K] for phones alone, ``heard`` [L * V + SOUNDS, K] for phones
    with their sound (None where that is clearly worse), whether phones beat the viseme table on held-out
    parts, and the share of the aperture's and the jaw's variance there that stays unexplained."""

    weights: Floats
    heard: Floats | None
    learned: bool
    missed: float


def learned_from(
    pull: Floats,
    bands: Floats | None,
    times: npt.NDArray[np.float64],
    motion: Floats,
    usable: Flags,
    prior: Floats,
    space: MotionSpace,
) -> Taught:
    """Ridge regression of a take's motion [n, K] at ``times`` [n] s on phone pull [n, V] and, where ``bands``
    are heard, on sound; ``usable`` [n] frames teach, ``prior`` [L * V, K] is what they start from."""
    if int(usable.sum()) < _FRAMES_MIN:
        return Taught(prior.astype(np.float32), None, False, 1.0)
    x, y = lagged(pull)[usable].astype(np.float64), motion[usable].astype(np.float64)
    scale = space.measures()[[OPEN, JAW]].T.astype(np.float64)
    weights, missed = _weights(x, y, prior, scale)
    by_table = _error(x @ prior, y, scale)
    learned = missed < by_table
    if not learned:
        weights, missed = prior, by_table
    sounds = None if bands is None else sounds_at(bands, times[usable])
    axes = None if sounds is None else sounding_axes(sounds)
    heard: Floats | None = None
    if sounds is not None and axes is not None:
        found, with_sound = _sounding_weights(x, sounds @ axes, y, prior, scale)
        if with_sound < _SOUND_WORSE * missed:
            phones, sound = np.split(found, [x.shape[1]])
            heard, missed = np.concatenate([phones, axes @ sound]).astype(np.float32), with_sound
    return Taught(weights.astype(np.float32), heard, learned, missed)


def lagged(pull: Floats) -> Floats:
    """Phone pull [n, V] → [n, L * V]: each frame with its neighbours; beyond the ends there is silence."""
    reach = max(LAGS)
    padded = np.pad(pull, ((reach, reach), (0, 0)))
    return np.concatenate([padded[reach + lag : reach + lag + len(pull)] for lag in LAGS], axis=1)


def _sounding_weights(x: Any, sound: Any, y: Any, prior: Floats, scale: Any) -> tuple[Any, float]:
    start = np.pad(prior, ((0, sound.shape[1]), (0, 0)))
    return _weights(np.concatenate([x, sound], 1), y, start, scale)


def _weights(x: Any, y: Any, prior: Floats, scale: Any) -> tuple[Any, float]:
    """Weights by the ridge that leaves least unexplained on held-out blocks, and how much that is."""
    fold = np.minimum(np.arange(len(x)) * _FOLDS // len(x), _FOLDS - 1)
    guesses = {ridge: _held_out(x, y, fold, prior, ridge) for ridge in _RIDGES}
    errors = {ridge: _error(guess, y, scale) for ridge, guess in guesses.items()}
    best = min(errors, key=lambda ridge: errors[ridge])
    return _ridge(x, y, prior, best) * _gain(guesses[best], y, scale), errors[best]


def _ridge(x: Any, y: Any, prior: Floats, ridge: float) -> Any:
    """Least squares that pays for leaving the prior: rare phones stay with the table."""
    square = x.T @ x + ridge * 0.01 * np.eye(x.shape[1])
    return prior + np.linalg.solve(square, x.T @ (y - x @ prior))


def _held_out(x: Any, y: Any, fold: Any, prior: Floats, ridge: float) -> Any:
    guess = np.zeros_like(y)
    for part in range(_FOLDS):
        here = fold == part
        guess[here] = x[here] @ _ridge(x[~here], y[~here], prior, ridge)
    return guess


def _error(guess: Any, truth: Any, scale: Any) -> float:
    """How much of aperture and jaw is not explained, on frames that were held out."""
    missed = ((guess - truth) @ scale).var(0) / np.maximum((truth @ scale).var(0), 1e-9)
    return float(missed @ _MATTERS)


def _gain(guess: Any, truth: Any, scale: Any) -> float:
    """Regression mumbles: it is louder again by what held-out frames show to be missing, at most an eighth:
    phones from alignment are noisy, and exact ones from a synthetic voice will drive the result."""
    missing = (truth @ scale).std(0)[0] / max(float((guess @ scale).std(0)[0]), 1e-9)
    return float(np.clip(missing, 1.0, 1.12))
