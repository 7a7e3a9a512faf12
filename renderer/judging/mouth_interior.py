"""Whether what is between the lips could have been filmed: teeth with an edge, no streaks, nothing new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.judging.fault import Fault, find_ranges
from renderer.judging.footage import Footage
from renderer.judging.interior_looks import InteriorLooks
from renderer.judging.lip_outline import NEAR_S
from renderer.judging.patches import STEP, bar_near_frames, cut_patches, measure_distances
from renderer.scoring.mouth_map import INSIDE

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LIKE_OPENING = 0.35  # of the logarithm: mouths half as wide again look different inside
_GRID = slice(INSIDE.start // STEP, INSIDE.stop // STEP)
_STRANGEST_PATCHES = 10
# How far beyond the take's own extremes, of their distance from the median. Five takes encoded again need 0
# to 0.25 (smears; streaks and unlikeness 0); the smeared teeth of a message (flags) are told up to 0.5.
_SLACK = 0.35
# Share of open mouths with softer edges than 95 % of the take's own. Five takes encoded again have at most
# 0.17, their quarters beside the rest of them 0.26, messages with smeared teeth (flags) 0.55 and 0.58.
SOFT_MAX = 0.35
_LEAST_OPEN = 10  # a share of fewer mouths says little
# A frame or two of motion blur is no fault; drawn smears last as long as the sound.
_LEAST_FRAMES = 3
_SAYS = {
    "smeared": "Teeth and lips run into each other, without an edge",
    "streaked": "Streaks run down inside the mouth",
    "unlike": "The inside is unlike any filmed one",
}


@dataclass(frozen=True, eq=False)
class _Rule:
    """How a measure goes with the opening, and the take's own extremes around that."""

    weights: Doubles
    low: float
    high: float
    usual_low: float  # 95 % of the take's own are above

    @classmethod
    def fit(cls, openings: Doubles, values: Doubles) -> _Rule:
        weights = np.asarray(np.linalg.lstsq(_powers(openings), values, rcond=None)[0], np.float64)
        quantiles = np.quantile(values - _powers(openings) @ weights, [0.005, 0.05, 0.5, 0.995])
        low, usual_low, middle, high = (float(value) for value in quantiles)
        return cls(weights, low - _SLACK * (middle - low), high + _SLACK * (high - middle), usual_low)

    def measure(self, openings: Doubles, values: Doubles) -> Doubles:
        return values - _powers(openings) @ self.weights


@dataclass(frozen=True, eq=False)
class MouthInterior:
    """The open mouths of a take, and the rules that they follow; no rules where it shows too few."""

    looks: InteriorLooks
    patches: Floats
    upper: _Rule
    lower: _Rule
    streaks: _Rule
    usual: float
    strangest: float

    @classmethod
    def of(cls, take: Footage) -> MouthInterior | None:
        """From a take; None where fewer than 25 frames show an open mouth."""
        looks = InteriorLooks.of(take)
        if len(looks.frames) < 25:
            return None
        patches = cut_patches(take.maps[looks.frames])[:, _GRID, 1:-1]
        barred = bar_near_frames(looks.frames, round(NEAR_S * take.fps)) | _differ(looks, looks)
        own = measure_distances(patches, patches, barred)
        known = own[np.isfinite(own[:, 0, 0])]
        usual = float(np.quantile(known, 0.95)) if len(known) else np.inf
        strangest = float(np.quantile(_measure_strangeness(known, usual), 0.995)) if len(known) else np.inf
        upper, lower, streaks = (
            _Rule.fit(looks.openings, values) for values in (looks.upper, looks.lower, looks.streaks)
        )
        return cls(looks, patches, upper, lower, streaks, usual, strangest)

    def judge(self, message: Footage) -> tuple[dict[str, float], list[Fault]]:
        """Scores and faults of a message; nothing where its mouth is never open."""
        looks = InteriorLooks.of(message)
        if not len(looks.frames):
            return {}, []
        flagged = self._flag(message, looks)
        soft = self._measure_softness(looks)
        scores = {"soft": soft, **{kind: float(flags.mean()) for kind, flags in flagged.items()}}
        faults = []
        if soft > SOFT_MAX and len(looks.frames) >= _LEAST_OPEN:
            says = f"Inside {soft:.0%} of the open mouths edges are softer than in the take"
            faults.append(Fault("soft", says))
        for kind, flags in flagged.items():
            there = np.zeros(len(message), bool)
            there[looks.frames[flags]] = True
            ranges = find_ranges(there, _LEAST_FRAMES)
            if ranges:
                faults.append(Fault(kind, _SAYS[kind], ranges))
        return scores, faults

    def _flag(self, message: Footage, looks: InteriorLooks) -> dict[str, Flags]:
        """Which of the open mouths [m] break a rule, by the kind of fault."""
        upper = self.upper.measure(looks.openings, looks.upper)
        lower = self.lower.measure(looks.openings, looks.lower)
        patches = cut_patches(message.maps[looks.frames])[:, _GRID, 1:-1]
        distances = measure_distances(patches, self.patches, _differ(looks, self.looks))
        strange = _measure_strangeness(distances, self.usual) / self.strangest
        return {
            "smeared": (upper < self.upper.low) | (lower < self.lower.low),
            "streaked": self.streaks.measure(looks.openings, looks.streaks) > self.streaks.high,
            "unlike": np.isfinite(strange) & (strange > 1 + _SLACK),
        }

    def _measure_softness(self, looks: InteriorLooks) -> float:
        """Share of open mouths whose edges, in the upper or the lower half, are softer than is usual."""
        halves = ((self.upper, looks.upper), (self.lower, looks.lower))
        soft = [rule.measure(looks.openings, values) < rule.usual_low for rule, values in halves]
        return float(max(flags.mean() for flags in soft))


def _measure_strangeness(distances: Floats, usual: float) -> Doubles:
    """Per frame [n] the mean of the strangest patches; 1 is what one patch in twenty of the take is."""
    ordered = np.sort(distances.reshape(len(distances), -1), axis=1)
    return np.asarray(ordered[:, -_STRANGEST_PATCHES:].mean(1) / usual, np.float64)


def _differ(here: InteriorLooks, there: InteriorLooks) -> Flags:
    """Which mouths [n, m] are not alike in their opening."""
    return np.asarray(np.abs(here.openings[:, None] - there.openings[None]) > _LIKE_OPENING)


def _powers(openings: Doubles) -> Doubles:
    return np.stack([np.ones(len(openings)), openings, openings**2], axis=1)
