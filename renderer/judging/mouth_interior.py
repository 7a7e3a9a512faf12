"""Whether what is between the lips could have been filmed: teeth with an edge, no streaks, nothing new."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import GAP_LOWER, GAP_UPPER, MOUTH_CORNERS
from renderer.judging.fault import Fault, find_ranges
from renderer.judging.footage import Footage
from renderer.judging.lip_outline import NEAR_S
from renderer.judging.patches import STEP, bar_near_frames, cut_patches, measure_distances
from renderer.scoring.aperture import OPEN_APERTURE
from renderer.scoring.mouth_map import COLUMNS, INSIDE

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_GAP_PX = 4.0  # below this no viewer sees what is inside
_MIDDLE = slice(8, 40)  # map columns: at the corners lips meet
_WITH_LIPS = slice(INSIDE.start - 1, INSIDE.stop + 1)
_LIKE_OPENING = 0.35  # of the logarithm: mouths half as wide again look different inside
_GRID = slice(INSIDE.start // STEP, INSIDE.stop // STEP)
_STRANGEST_PATCHES = 10
# A streak: along a column hardly any change, although its neighbours differ clearly.
_STREAK_SHARE, _STREAK_LEVELS = 0.3, 3.0
_STREAK_COLUMNS = 8
# How far beyond the take's own extremes, of their distance from the median. Five takes encoded again need 0
# to 0.25 (smears; streaks and unlikeness 0); the smeared teeth of a message (flags) are told up to 0.5.
_SLACK = 0.35
# A frame or two of motion blur is no fault; drawn smears last as long as the sound.
_LEAST_FRAMES = 3


@dataclass(frozen=True, eq=False)
class _Looks:
    """Open mouths of some footage: their ``frames`` [m], log gap over width, and three measures [m]:
    sharpness of the edges of the ``upper`` half and of the ``lower`` one, and length of ``streaks``."""

    frames: npt.NDArray[np.int_]
    openings: Doubles
    upper: Doubles
    lower: Doubles
    streaks: Doubles

    @classmethod
    def of(cls, footage: Footage) -> _Looks:
        gap_px, width_px = _measure_gaps(footage.points)
        there = footage.seen & (footage.apertures > OPEN_APERTURE) & (gap_px > _GAP_PX)
        frames = np.flatnonzero(there)
        rows = [_measure_look(footage.maps[at], gap_px[at], width_px[at]) for at in frames]
        table = np.array(rows, np.float64).reshape(-1, 3)
        openings = np.log(gap_px[frames] / np.maximum(width_px[frames], 1e-6))
        return cls(frames, openings, *table.T)


@dataclass(frozen=True, eq=False)
class _Rule:
    """How a measure goes with the opening, and the take's own extremes around that."""

    weights: Doubles
    low: float
    high: float

    @classmethod
    def fit(cls, openings: Doubles, values: Doubles) -> _Rule:
        weights = np.asarray(np.linalg.lstsq(_powers(openings), values, rcond=None)[0], np.float64)
        low, middle, high = np.quantile(values - _powers(openings) @ weights, [0.005, 0.5, 0.995])
        return cls(weights, low - _SLACK * (middle - low), high + _SLACK * (high - middle))

    def measure(self, openings: Doubles, values: Doubles) -> Doubles:
        return values - _powers(openings) @ self.weights


@dataclass(frozen=True, eq=False)
class MouthInterior:
    """The open mouths of a take, and the rules that they follow; no rules where it shows too few."""

    looks: _Looks
    patches: Floats
    upper: _Rule
    lower: _Rule
    streaks: _Rule
    usual: float
    strangest: float

    @classmethod
    def of(cls, take: Footage) -> MouthInterior | None:
        """From a take; None where fewer than 25 frames show an open mouth."""
        looks = _Looks.of(take)
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
        looks = _Looks.of(message)
        if not len(looks.frames):
            return {}, []
        blurred = np.minimum(
            self.upper.measure(looks.openings, looks.upper) - self.upper.low,
            self.lower.measure(looks.openings, looks.lower) - self.lower.low,
        )
        streaked = self.streaks.measure(looks.openings, looks.streaks) - self.streaks.high
        patches = cut_patches(message.maps[looks.frames])[:, _GRID, 1:-1]
        distances = measure_distances(patches, self.patches, _differ(looks, self.looks))
        strange = _measure_strangeness(distances, self.usual) / self.strangest
        found = (
            ("smeared", blurred < 0, "Teeth and lips run into each other, without an edge"),
            ("streaked", streaked > 0, "Streaks run down inside the mouth"),
            ("unlike", np.isfinite(strange) & (strange > 1 + _SLACK), "The inside is unlike any filmed one"),
        )
        scores: dict[str, float] = {}
        faults: list[Fault] = []
        for kind, flags, says in found:
            scores[kind] = float(flags.mean())
            flagged = np.zeros(len(message), bool)
            flagged[looks.frames[flags]] = True
            ranges = find_ranges(flagged, _LEAST_FRAMES)
            if ranges:
                faults.append(Fault(kind, says, ranges))
        return scores, faults


def _measure_gaps(points: Floats) -> tuple[Doubles, Doubles]:
    """Gap between the lips and width of the mouth [n], px."""
    gap = np.linalg.norm(points[:, list(GAP_UPPER)] - points[:, list(GAP_LOWER)], axis=-1).mean(1)
    left, right = MOUTH_CORNERS
    return gap.astype(np.float64), np.linalg.norm(points[:, left] - points[:, right], axis=-1).astype(
        np.float64
    )


def _measure_look(one: Bytes, gap_px: float, width_px: float) -> tuple[float, float, float]:
    """Logarithms of how sharp the sharpest edge of a usual column is, upper and lower half, in levels per
    px; and how long streaks are, as a share of the gap."""
    lab = cv2.cvtColor(one, cv2.COLOR_RGB2LAB).astype(np.float32)[_WITH_LIPS, _MIDDLE]
    row_px = max(gap_px / (INSIDE.stop - INSIDE.start), 0.3)
    column_px = max(width_px / COLUMNS, 0.3)
    down = (np.abs(np.diff(lab, axis=0)).sum(2) / row_px)[:, :-1]
    across = (np.abs(np.diff(lab, axis=1)).sum(2) / column_px)[:-1]
    half = len(down) // 2
    edges = [float(np.log(np.median(part.max(0)) + 1)) for part in (down[:half], down[-half:])]
    around = cv2.blur(across, (5, 1))
    flat = (down < _STREAK_SHARE * around) & (around > _STREAK_LEVELS)
    longest = np.sort(_measure_runs(flat))[-_STREAK_COLUMNS:]
    return edges[0], edges[1], float(longest.mean() / len(down))


def _measure_runs(flags: Flags) -> Doubles:
    """The longest run down each column [columns]."""
    longest = running = np.zeros(flags.shape[1])
    for row in flags:
        running = np.where(row, running + 1, 0)
        longest = np.maximum(longest, running)
    return longest


def _measure_strangeness(distances: Floats, usual: float) -> Doubles:
    """Per frame [n] the mean of the strangest patches; 1 is what one patch in twenty of the take is."""
    ordered = np.sort(distances.reshape(len(distances), -1), axis=1)
    return np.asarray(ordered[:, -_STRANGEST_PATCHES:].mean(1) / usual, np.float64)


def _differ(here: _Looks, there: _Looks) -> Flags:
    """Which mouths [n, m] are not alike in their opening."""
    return np.asarray(np.abs(here.openings[:, None] - there.openings[None]) > _LIKE_OPENING)


def _powers(openings: Doubles) -> Doubles:
    return np.stack([np.ones(len(openings)), openings, openings**2], axis=1)
