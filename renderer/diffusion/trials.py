"""How much of a change to keep, judged on frames that it was not learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Exact = npt.NDArray[np.float64]

SHARES = (0.25, 0.5, 0.75, 1.0)
_DOUBT = 0.5  # standard errors


@dataclass(frozen=True, eq=False)
class Trial:
    """A change tried on unseen frames [n] in time order: the squared error of each becomes
    ``error`` + s² ``square`` - 2 s ``product`` when a share s of the change is kept."""

    error: Exact
    square: Exact
    product: Exact

    def change_db(self, share: float) -> Exact:
        """Each frame's error after over before [n]; below 0 it is an improvement."""
        after = self.error + share**2 * self.square - 2 * share * self.product
        return np.asarray(10 * np.log10(np.maximum(after, 1e-9) / np.maximum(self.error, 1e-9)))


@dataclass(frozen=True)
class Kept:
    """``share`` of a change that is kept, 0 for none; ``score_db``: the change of error, with doubt added."""

    share: float
    score_db: float

    def __str__(self) -> str:
        return f"{100 * self.share:.0f} % ({self.score_db:+.3f} dB of unseen error)"


def share_to_keep(runs: int, *trials: Trial) -> Kept:
    """The best share for all ``trials`` alike: at each share the worst of them counts.

    Frames near each other are alike, so doubt is judged between ``runs`` of them.
    """
    found = [Kept(0.0, 0.0)]
    for share in SHARES:
        scores = [_doubted(trial.change_db(share), runs) for trial in trials]
        if np.isfinite(scores).all():
            found.append(Kept(share, max(scores)))
    return min(found, key=lambda kept: kept.score_db)


def _doubted(changes_db: Exact, runs: int) -> float:
    """The mean [n], plus half its standard error; infinite where too few frames leave it unknown."""
    means = [float(run.mean()) for run in np.array_split(changes_db, runs) if len(run)]
    if len(means) < 2:
        return float("inf")
    return float(np.mean(means) + _DOUBT * np.std(means, ddof=1) / len(means) ** 0.5)
