"""Shrinkage: by how much to scale a learned change, measured on frames that it was not learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Exact = npt.NDArray[np.float64]

SCALES = (0.25, 0.5, 0.75, 1.0)
_DOUBT = 0.5  # standard errors


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """The squared error of validation frames [n], in time order, as a function of the change's scale s:
    ``error`` + s² ``square`` - 2 s ``product``."""

    error: Exact
    square: Exact
    product: Exact

    def compute_change_db(self, scale: float) -> Exact:
        """Each frame's error after ÷ before, in dB [n]; below 0 it is an improvement."""
        after = self.error + scale**2 * self.square - 2 * scale * self.product
        return np.asarray(10 * np.log10(np.maximum(after, 1e-9) / np.maximum(self.error, 1e-9)))


@dataclass(frozen=True)
class ScaleChoice:
    """``scale`` of a change, 0 for none; ``score_db``: how the error changes with it, with doubt added."""

    scale: float
    score_db: float

    def __str__(self) -> str:
        return f"{100 * self.scale:.0f} % ({self.score_db:+.3f} dB of unseen error)"


def choose_scale(runs: int, *curves: ErrorCurve) -> ScaleChoice:
    """The best scale for all ``curves`` alike: at each scale the worst of them counts.

    Frames near each other are alike, so the standard error is taken between ``runs`` of them.
    """
    found = [ScaleChoice(0.0, 0.0)]
    for scale in SCALES:
        scores = [_add_doubt(curve.compute_change_db(scale), runs) for curve in curves]
        if np.isfinite(scores).all():
            found.append(ScaleChoice(scale, max(scores)))
    return min(found, key=lambda choice: choice.score_db)


def _add_doubt(changes_db: Exact, runs: int) -> float:
    """The mean [n], plus half its standard error; infinite where too few frames leave it unknown."""
    means = [float(run.mean()) for run in np.array_split(changes_db, runs) if len(run)]
    if len(means) < 2:
        return float("inf")
    return float(np.mean(means) + _DOUBT * np.std(means, ddof=1) / len(means) ** 0.5)
