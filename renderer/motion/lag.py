"""How much later than its sound a take shows the mouth.

Cameras, microphones and editing shift picture against sound by up to a few tenths of a second. A style that
is fitted to shifted pairs mumbles; so the lag is estimated first, and taken out.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import Gesture, compute_frame_times_s, compute_viseme_activations

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_LAGS_S = np.arange(-12, 13) * 0.02
_FOLDS = 5
_RIDGE = 10.0
# A lag must explain clearly more than none does, or there is none: of the error at zero.
_BETTER = 0.9
_FRAMES_MIN = 100


def estimate_lag_s(
    gestures: tuple[Gesture, ...], measures: Floats, usable: npt.NDArray[np.bool_], fps: Fraction
) -> float:
    """Seconds by which the picture follows the sound; negative where it comes first, 0 where unclear.

    ``gestures`` are the take's by its sound, ``measures`` [n, M] what the mouth shows per frame (the first
    column counts), ``usable`` [n] the frames that can be trusted. Each lag is scored by ridge regression on
    parts of the take that were held out.
    """
    if not gestures or int(usable.sum()) < _FRAMES_MIN:
        return 0.0
    errors = [_compute_residual_share(gestures, measures, usable, fps, float(lag)) for lag in _LAGS_S]
    best, at_zero = int(np.argmin(errors)), errors[len(_LAGS_S) // 2]
    clear = errors[best] < min(_BETTER * at_zero, 1.0) and 0 < best < len(_LAGS_S) - 1
    return round(float(_LAGS_S[best]), 3) if clear else 0.0


def _compute_residual_share(
    gestures: tuple[Gesture, ...],
    measures: Floats,
    usable: npt.NDArray[np.bool_],
    fps: Fraction,
    lag_s: float,
) -> float:
    """Share of the variance that phones at this lag leave unexplained."""
    activations = compute_viseme_activations(gestures, compute_frame_times_s(len(measures), fps, lag_s))[
        usable
    ].astype(np.float64)
    x, y = np.column_stack([activations, np.ones(len(activations))]), measures[usable, 0].astype(np.float64)
    y = y - y.mean()
    fold = np.arange(len(x)) * _FOLDS // len(x)
    guess = np.zeros_like(y)
    for part in range(_FOLDS):
        here = fold == part
        training: Doubles = x[~here]
        guess[here] = x[here] @ np.linalg.solve(
            training.T @ training + _RIDGE * np.eye(x.shape[1]), training.T @ y[~here]
        )
    return float((guess - y).var() / max(float(y.var()), 1e-9))
