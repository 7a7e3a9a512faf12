"""What a presenter's drafts miss in broad tones, as far as the draft itself and its lips tell.

One ridge regression for each presenter, from how a draft looks and where its lips are to the tones that it
lacks. It has a closed form, takes seconds, and is only kept as far as it helps on frames of the take that it
has not seen.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.diffusion.lessons import Lessons
from renderer.diffusion.trials import Trial, share_to_keep
from renderer.motion import landmarks as lm

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]

_SEEN, _GRID = 8, 16  # squares along the crop's edge: of the draft that is looked at, of tones that are told
_LIPS = tuple(dict.fromkeys((*lm.OUTER_UPPER, *lm.OUTER_LOWER, *lm.INNER_UPPER, *lm.INNER_LOWER)))
_LIPS_WEIGHT = 2.0
_RIDGES = (0.03, 0.1, 0.3, 1.0, 3.0)
_RUNS = 8
_PARTS, _APART_FRAMES = 6, 8  # each part of the take is told by the others, without the frames next to it
_FRAMES_MIN = 48
_PREFIX = "tones."

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Tones:
    """``matrix`` [1 + F, 16 * 16 * 3] turns 1 and a frame's features less their ``mean`` [F] into grey levels
    to add.

    What a take never showed, below ``low`` or above ``high`` [F], counts as the nearest that it did.
    """

    low: Floats
    high: Floats
    mean: Floats
    matrix: Floats

    def added(self, drafts: Crops, masks: Floats, points: Floats) -> Crops:
        """Drafts [n, S, S, 3] with their tones set right inside the masks [n, S, S]; points are in crop px.

        Frame by frame, so that a frame's bytes never depend on which others are there.
        """
        frames = [self._added(*trio) for trio in zip(drafts, masks, points, strict=True)]
        return np.stack(frames) if frames else drafts

    def _added(self, draft: Crops, mask: Floats, points: Floats) -> Crops:
        known = np.clip(features(draft, points), self.low, self.high) - self.mean
        tones = (self.matrix[0] + known @ self.matrix[1:]).reshape(_GRID, _GRID, 3)
        return _redrawn(draft, mask, tones)

    def arrays(self) -> dict[str, Floats]:
        """To be kept beside a network's weights."""
        return {f"{_PREFIX}{name}": value for name, value in vars(self).items()}


def split(weights: Mapping[str, Floats]) -> tuple[dict[str, Floats], Tones | None]:
    """A fit's arrays as the network's own weights and the tones, None where it has none."""
    own = {name: array for name, array in weights.items() if not name.startswith(_PREFIX)}
    told = {name[len(_PREFIX) :]: array for name, array in weights.items() if name.startswith(_PREFIX)}
    return own, Tones(**told) if told else None


def features(draft: Crops, points: Floats) -> Floats:
    """One draft's looks and lips as a vector [F], of similar size for any crop."""
    size = draft.shape[0]
    looks = cv2.resize(draft, (_SEEN, _SEEN), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lips = points[list(_LIPS)] / size
    middle = lips.mean(0)
    return np.concatenate([looks.ravel(), _LIPS_WEIGHT * (lips - middle).ravel(), middle]).astype(np.float32)


def fit_tones(lessons: Lessons) -> tuple[Tones | None, Crops]:
    """Tones of a take, and its lessons' drafts with the tones that the rest of the take tells.

    None, and the drafts as they are, where the take is short or its tones do not help on unseen frames.
    """
    if len(lessons.drafts) < _FRAMES_MIN:
        return None, lessons.drafts
    known = np.stack([features(*pair) for pair in zip(lessons.drafts, lessons.points, strict=True)])
    missed = _in_squares((lessons.truths.astype(np.float32) - lessons.drafts) * lessons.masks[..., None])
    told = [_told_by_others(known, missed, ridge) for ridge in _RIDGES]
    choices = [share_to_keep(_RUNS, trial) for trial in _trials(lessons, missed, told)]
    best = int(np.argmin([choice.score_db for choice in choices]))
    share = choices[best].share
    log.info("Tones: kept %s, ridge %g", choices[best], _RIDGES[best])
    if not share:
        return None, lessons.drafts
    tones = _tones(known, share * _solved(known - known.mean(0), missed, _RIDGES[best]))
    grids = (share * told[best]).reshape(-1, _GRID, _GRID, 3).astype(np.float32)
    trios = zip(lessons.drafts, np.asarray(lessons.masks, np.float32), grids, strict=True)
    return tones, np.stack([_redrawn(*trio) for trio in trios])


def _tones(known: Floats, matrix: Exact) -> Tones:
    return Tones(known.min(0), known.max(0), known.mean(0), matrix.astype(np.float32))


def _redrawn(draft: Crops, mask: Floats, tones: Floats) -> Crops:
    """A draft [S, S, 3] with ``tones`` [16, 16, 3] added inside its mask [S, S]."""
    wide = cv2.resize(tones, draft.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(np.rint(draft + wide * mask[..., None]), 0, 255).astype(np.uint8)


def _in_squares(planes: Floats) -> Exact:
    """Means over the squares of the grid: [n, S, S, ...] → [n, 16 * 16 * ...]."""
    means = [cv2.resize(plane, (_GRID, _GRID), interpolation=cv2.INTER_AREA) for plane in planes]
    return np.stack(means).reshape(len(planes), -1).astype(np.float64)


def _solved(known: Floats, missed: Exact, ridge: float) -> Exact:
    exact = _with_one(known)
    within = exact.T @ exact + ridge * np.eye(exact.shape[1])
    return np.linalg.solve(within, exact.T @ missed)


def _with_one(known: Floats) -> Exact:
    return np.concatenate([np.ones((len(known), 1)), known.astype(np.float64)], axis=1)


def _told_by_others(known: Floats, missed: Exact, ridge: float) -> Exact:
    """Each frame's tones [n, 16 * 16 * 3] as the other parts of the take tell them."""
    told = np.zeros_like(missed)
    for part in np.array_split(np.arange(len(known)), _PARTS):
        near = np.arange(part[0] - _APART_FRAMES, part[-1] + 1 + _APART_FRAMES)
        others = np.setdiff1d(np.arange(len(known)), near)
        mean, low, high = known[others].mean(0), known[others].min(0), known[others].max(0)
        matrix = _solved(known[others] - mean, missed[others], ridge)
        told[part] = _with_one(np.clip(known[part], low, high) - mean) @ matrix
    return told


def _trials(lessons: Lessons, missed: Exact, guesses: list[Exact]) -> list[Trial]:
    """Of each guess, the squared error that it leaves on each frame's mouth."""
    weight = lessons.mouths * np.asarray(lessons.masks, np.float32)
    squares = (lessons.truths.astype(np.float32) - lessons.drafts) ** 2
    error = (squares.mean(-1) * weight).sum((1, 2)).astype(np.float64)
    area = (lessons.drafts.shape[1] / _GRID) ** 2 / 3
    each = np.repeat(_in_squares(weight), 3, axis=1) * area
    return [Trial(error, (each * told**2).sum(1), (each * told * missed).sum(1)) for told in guesses]
