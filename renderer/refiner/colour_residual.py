"""The low-frequency colour residual of a presenter's drafts, predicted from the draft and its lips.

One ridge regression for each presenter: from how a draft looks and where its lips are, to the low-frequency
colours that it lacks. It has a closed form and takes seconds. It is scaled by how much it helps on frames of
the take that it was not fitted to.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face import landmarks as lm
from renderer.refiner.shrinkage import ErrorCurve, choose_scale
from renderer.refiner.training_pairs import TrainingPairs

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]

_SEEN, _GRID = 8, 16  # squares along the crop's edge: of the draft as input, of the predicted residual
_LIPS = tuple(dict.fromkeys((*lm.OUTER_UPPER, *lm.OUTER_LOWER, *lm.INNER_UPPER, *lm.INNER_LOWER)))
_LIPS_WEIGHT = 2.0
_RIDGES = (0.03, 0.1, 0.3, 1.0, 3.0)
_RUNS = 8
_PARTS, _APART_FRAMES = 6, 8  # folds of the cross-validation, and the frames left out beside each
_FRAMES_MIN = 48
_PREFIX = "tones."  # in saved weights

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ColourResidual:
    """``matrix`` [1 + F, 16 * 16 * 3] turns 1 and a frame's features less their ``mean`` [F] into grey levels
    to add.

    What a take never showed, below ``low`` or above ``high`` [F], counts as the nearest that it did.
    """

    low: Floats
    high: Floats
    mean: Floats
    matrix: Floats

    def apply(self, drafts: Crops, masks: Floats, points: Floats) -> Crops:
        """Drafts [n, S, S, 3] with the residual added inside the masks [n, S, S]; points are in crop px.

        Frame by frame, so that a frame's bytes never depend on which others are there.
        """
        frames = [self._apply_one(*trio) for trio in zip(drafts, masks, points, strict=True)]
        return np.stack(frames) if frames else drafts

    def _apply_one(self, draft: Crops, mask: Floats, points: Floats) -> Crops:
        inputs = np.clip(compute_features(draft, points), self.low, self.high) - self.mean
        grid = (self.matrix[0] + inputs @ self.matrix[1:]).reshape(_GRID, _GRID, 3)
        return _add_grid(draft, mask, grid)

    def to_arrays(self) -> dict[str, Floats]:
        """To be kept beside a network's weights."""
        return {f"{_PREFIX}{name}": value for name, value in vars(self).items()}


def split_weights(weights: Mapping[str, Floats]) -> tuple[dict[str, Floats], ColourResidual | None]:
    """A fit's arrays as the network's weights and the colour residual, None where it has none."""
    network_weights = {name: array for name, array in weights.items() if not name.startswith(_PREFIX)}
    stored = {name[len(_PREFIX) :]: array for name, array in weights.items() if name.startswith(_PREFIX)}
    return network_weights, ColourResidual(**stored) if stored else None


def compute_features(draft: Crops, points: Floats) -> Floats:
    """One draft's colours and lips as a vector [F], of similar size for any crop."""
    size = draft.shape[0]
    looks = cv2.resize(draft, (_SEEN, _SEEN), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lips = points[list(_LIPS)] / size
    middle = lips.mean(0)
    return np.concatenate([looks.ravel(), _LIPS_WEIGHT * (lips - middle).ravel(), middle]).astype(np.float32)


def fit_colour_residual(pairs: TrainingPairs) -> tuple[ColourResidual | None, Crops]:
    """The colour residual of a take, and the pairs' drafts with what the rest of the take predicts added.

    None, and the drafts as they are, where the take is short or it does not help on validation frames.
    """
    if len(pairs.drafts) < _FRAMES_MIN:
        return None, pairs.drafts
    inputs = np.stack([compute_features(*pair) for pair in zip(pairs.drafts, pairs.points, strict=True)])
    residual = _average_squares((pairs.truths.astype(np.float32) - pairs.drafts) * pairs.masks[..., None])
    predicted = [_cross_predict(inputs, residual, ridge) for ridge in _RIDGES]
    choices = [choose_scale(_RUNS, curve) for curve in _compute_error_curves(pairs, residual, predicted)]
    best = int(np.argmin([choice.score_db for choice in choices]))
    share = choices[best].scale
    log.info("Colour residual: kept %s, ridge %g", choices[best], _RIDGES[best])
    if not share:
        return None, pairs.drafts
    colour_residual = _build_residual(
        inputs, share * _solve_ridge(inputs - inputs.mean(0), residual, _RIDGES[best])
    )
    grids = (share * predicted[best]).reshape(-1, _GRID, _GRID, 3).astype(np.float32)
    trios = zip(pairs.drafts, np.asarray(pairs.masks, np.float32), grids, strict=True)
    return colour_residual, np.stack([_add_grid(*trio) for trio in trios])


def _build_residual(inputs: Floats, matrix: Exact) -> ColourResidual:
    return ColourResidual(inputs.min(0), inputs.max(0), inputs.mean(0), matrix.astype(np.float32))


def _add_grid(draft: Crops, mask: Floats, grid: Floats) -> Crops:
    """A draft [S, S, 3] with ``grid`` [16, 16, 3] added inside its mask [S, S]."""
    wide = cv2.resize(grid, draft.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(np.rint(draft + wide * mask[..., None]), 0, 255).astype(np.uint8)


def _average_squares(planes: Floats) -> Exact:
    """Means over the squares of the grid: [n, S, S, ...] → [n, 16 * 16 * ...]."""
    means = [cv2.resize(plane, (_GRID, _GRID), interpolation=cv2.INTER_AREA) for plane in planes]
    return np.stack(means).reshape(len(planes), -1).astype(np.float64)


def _solve_ridge(inputs: Floats, residual: Exact, ridge: float) -> Exact:
    exact = _prepend_ones(inputs)
    within = exact.T @ exact + ridge * np.eye(exact.shape[1])
    return np.asarray(np.linalg.solve(within, exact.T @ residual), np.float64)


def _prepend_ones(inputs: Floats) -> Exact:
    return np.concatenate([np.ones((len(inputs), 1)), inputs.astype(np.float64)], axis=1)


def _cross_predict(inputs: Floats, residual: Exact, ridge: float) -> Exact:
    """Each frame's residual [n, 16 * 16 * 3] as predicted from the other folds of the take."""
    predicted = np.zeros_like(residual)
    for part in np.array_split(np.arange(len(inputs)), _PARTS):
        near = np.arange(part[0] - _APART_FRAMES, part[-1] + 1 + _APART_FRAMES)
        others = np.setdiff1d(np.arange(len(inputs)), near)
        mean, low, high = inputs[others].mean(0), inputs[others].min(0), inputs[others].max(0)
        matrix = _solve_ridge(inputs[others] - mean, residual[others], ridge)
        predicted[part] = _prepend_ones(np.clip(inputs[part], low, high) - mean) @ matrix
    return predicted


def _compute_error_curves(pairs: TrainingPairs, residual: Exact, guesses: list[Exact]) -> list[ErrorCurve]:
    """For each guess, the squared error that it leaves on each frame's mouth."""
    weight = pairs.mouths * np.asarray(pairs.masks, np.float32)
    squares = (pairs.truths.astype(np.float32) - pairs.drafts) ** 2
    error = (squares.mean(-1) * weight).sum((1, 2)).astype(np.float64)
    area = (pairs.drafts.shape[1] / _GRID) ** 2 / 3
    each = np.repeat(_average_squares(weight), 3, axis=1) * area
    return [
        ErrorCurve(error, (each * guess**2).sum(1), (each * guess * residual).sum(1)) for guess in guesses
    ]
