"""How much later than its sound a take shows the mouth, and how sure that is.

Cameras, microphones and editing shift picture against sound by up to a few tenths of a second. A style that
is fitted to shifted pairs mumbles; so the lag is estimated first, and taken out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import compute_frame_times_s
from renderer.motion.visemes import CLOSED, VISEMES

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Activations = Callable[[Doubles], Floats]  # times [n] s → viseme activations [n, V]

_LAGS_S = np.arange(-50, 51) * 0.01
# Most takes are in time and few are far out of it: a Cauchy prior of this half width. A syllable lasts about
# as long as one independent sample of the mouth.
_USUAL_S, _SYLLABLE_S = 0.08, 0.15
_RIDGE = 0.05  # of the frames: four curves cannot bend to any lag
# A take that leaves the lag more uncertain than this has none: two frames of 30 a second.
_UNCLEAR_S = 0.065
_FRAMES_MIN = 100
_MEASURES = np.array([viseme.targets[:3] for viseme in VISEMES], np.float32)


@dataclass(frozen=True)
class Lag:
    """``seconds`` by which the picture follows the sound, negative where it comes first, 0 where unclear;
    ``deviation_s`` is the standard deviation of the estimate, and ``explained`` the share of the mouth's
    openness that the sound explains there.
    """

    seconds: float
    deviation_s: float
    explained: float


NO_LAG = Lag(0.0, float("inf"), 0.0)


def estimate_lag(
    activate: Activations, measures: Floats, usable: npt.NDArray[np.bool_], fps: Fraction
) -> Lag:
    """The lag of a picture whose mouth shows ``measures`` [n, M] per frame (the first column counts).

    ``activate`` gives the viseme activations of the take's sound at any times; ``usable`` [n] are the frames
    that can be trusted. Every lag has a likelihood, by how well mouths that the viseme table would make
    explain those that are seen; the mean of the lags is given, weighted by it.
    """
    if int(usable.sum()) < _FRAMES_MIN:
        return NO_LAG
    seen = measures[usable, 0].astype(np.float64)
    seen = (seen - seen.mean()) / max(float(seen.std()), 1e-9)
    errors = np.array(
        [
            _compute_error(activate(compute_frame_times_s(len(measures), fps, float(lag_s)))[usable], seen)
            for lag_s in _LAGS_S
        ]
    )
    samples = len(seen) / float(fps) / _SYLLABLE_S
    scores = -0.5 * samples * np.log(errors) - np.log1p((_LAGS_S / _USUAL_S) ** 2)
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    mean_s = float(likely @ _LAGS_S)
    deviation_s = float(np.sqrt(likely @ (_LAGS_S - mean_s) ** 2))
    explained = round(float(1 - errors.min()), 3)
    if deviation_s > _UNCLEAR_S:
        return Lag(0.0, deviation_s, explained)
    return Lag(round(mean_s, 3), deviation_s, explained)


def _compute_error(activations: Floats, seen: Doubles) -> float:
    """Share of the seen openness that openness, jaw, width and closed lips of the table do not explain."""
    curves = np.column_stack([activations @ _MEASURES, activations[:, CLOSED]]).astype(np.float64)
    curves = (curves - curves.mean(0)) / np.maximum(curves.std(0), 1e-6)
    square = curves.T @ curves + _RIDGE * len(seen) * np.eye(curves.shape[1])
    residual = seen - curves @ np.linalg.solve(square, curves.T @ seen)
    return max(float((residual**2).mean()), 1e-6)
