"""Choose, for every wanted mouth, a take frame that shows nearly that mouth, changing it rarely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import (
    CHEEKS,
    GAP_LOWER,
    GAP_UPPER,
    INNER_LIPS,
    JAW,
    NOSE_BASE,
    NOSE_BRIDGE,
    NOSE_TIP,
    OUTER_LIPS,
)
from renderer.mouth.closure import measure_paleness
from renderer.mouth.interior import MouthInteriors, measure_interiors
from renderer.runtime.row_products import multiply_rows

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int_]

_CANDIDATES = 40
_NEIGHBOURS, _NEIGHBOUR_POOL, _SAME_MOMENT_FRAMES = 8, 40, 2  # the last: frames so near are one moment
# Equal lips may show teeth, tongue or dark. So many frames with the likest lips say together what should be
# seen, and a frame that shows it costs less: as much as the likest lips cost, times this weight.
_VOTERS, _CONSENSUS = 12, 4.0
_HEAD = (NOSE_TIP, NOSE_BASE, NOSE_BRIDGE, *CHEEKS)
_INNER, _OUTER, _JAW, _GAP = 1.6, 0.5, 0.8, 0.05  # weights of one group of points each
_GAP_START = 0.012  # a gap counts by its ratio above this share of the crop's edge, by its width below
_STILL_OPEN, _PALE = 60.0, 0.2
_JUMP_COST, _JUMP_CHANGE = 1e-3, 0.6
_CLOSED_QUANTILE = 0.08
_SHUT = 1.5  # times the gap of closed lips: a gap up to this is shut
_FORBIDDEN = 1e9  # a cost that no path takes


@dataclass(frozen=True, eq=False)
class Atlas:
    """The take's mouths as ``features`` [T, D]; ``usable`` [T] are those that may be shown.

    ``gaps`` [T] are inner-lip gaps and ``closed_gap`` the gap of the person's closed lips, as shares of the
    crop's edge.
    """

    features: Floats
    gaps: Floats
    usable: npt.NDArray[np.bool_]
    closed_gap: float
    paleness: Floats  # [T] how pale the line between the lips is (renderer.mouth.closure)
    interiors: MouthInteriors  # between the lips


def build_atlas(
    points: Floats, fine: npt.NDArray[np.uint8], usable: npt.NDArray[np.bool_], crop_px: int
) -> Atlas:
    """The atlas of a take's points [T, 478, 2] in crop px and its fine crops [T, F, F, 3]."""
    gaps = measure_lip_gaps(points, crop_px)
    pool = gaps[usable] if usable.any() else gaps
    closed = float(np.clip(np.quantile(pool, _CLOSED_QUANTILE), 0.004, 0.008))
    pale, interiors = measure_paleness(fine, points, crop_px), measure_interiors(fine, points, crop_px)
    return Atlas(compute_mouth_features(points, crop_px), gaps, usable, closed, pale, interiors)


def measure_lip_gaps(points: Floats, crop_px: int) -> Floats:
    """How far the inner lips stand apart in their middle [n], a share of the crop's edge; never below 0."""
    apart = points[:, list(GAP_LOWER), 1] - points[:, list(GAP_UPPER), 1]
    return np.asarray(np.maximum(apart.mean(1), 0) / crop_px, np.float32)


def compute_mouth_features(points: Floats, crop_px: int) -> Floats:
    """Points [n, 478, 2] as weighted vectors [n, D] whose distance says how unlike two mouths are.

    Lips and jaw count by their place on the head, so it does not matter where in the crop the head is.
    """
    on_head = points - points[:, list(_HEAD)].mean(1, keepdims=True)
    parts = [
        on_head[:, list(group)].reshape(len(points), -1) * (weight / crop_px / len(group) ** 0.5)
        for group, weight in ((INNER_LIPS, _INNER), (OUTER_LIPS, _OUTER), (JAW, _JAW))
    ]
    opening = _GAP * np.log(measure_lip_gaps(points, crop_px) + _GAP_START)[:, None]
    return np.asarray(np.concatenate([*parts, opening], axis=1), np.float32)


def choose_sources(
    atlas: Atlas,
    points: Floats,
    crop_px: int,
    exclude: Ints | None = None,
    exclude_frames: int = 0,
    pinned: Ints | None = None,
) -> Ints:
    """One take frame for each wanted mouth ``points`` [n, 478, 2]: the cheapest smooth path (Viterbi).

    Where ``exclude`` [n] is given, frames within ``exclude_frames`` of it may not be chosen. ``pinned`` [n]
    decides the frame where it is not negative.
    """
    cost = _compute_costs(atlas, points, crop_px, exclude, exclude_frames)
    if pinned is not None:
        fixed = np.flatnonzero(pinned >= 0)
        cost[fixed] = np.inf
        cost[fixed, pinned[fixed]] = 0
    count = min(_CANDIDATES, cost.shape[1])
    best = np.argpartition(cost, count - 1, axis=1)[:, :count]
    costs = np.minimum(np.take_along_axis(cost, best, 1), _FORBIDDEN)
    parted = measure_lip_gaps(points, crop_px) > _SHUT * atlas.closed_gap
    disagreement = parted[:, None] * _compute_disagreement(atlas, best, costs)
    return _find_cheapest_path(atlas, best, costs + disagreement)


def _compute_disagreement(atlas: Atlas, best: Ints, costs: Floats) -> Floats:
    """What the candidates ``best`` [n, k] cost for how unlike their inside is to that of the likest lips.

    ``costs`` [n, k] are for their lips. A row depends on its wanted mouth alone.
    """
    extra = np.zeros_like(costs)
    for place, (frames, cost) in enumerate(zip(best, costs, strict=True)):
        order = np.argsort(cost, kind="stable")[:_VOTERS]
        voters = order[cost[order] < _FORBIDDEN]
        if len(voters) < 2:
            continue
        usual = max(float(np.median(cost[voters])), 1e-6)
        votes = np.exp(-(cost[voters] - cost[voters[0]]) / usual)
        looks = atlas.interiors.looks[frames]
        unlike = ((looks - votes @ looks[voters] / votes.sum()) ** 2).sum(1)
        extra[place] = _CONSENSUS * cost[voters[0]] * unlike / max(float(np.median(unlike[voters])), 1e-9)
    return extra


def find_neighbours(
    atlas: Atlas,
    points: Floats,
    crop_px: int,
    sources: Ints,
    exclude: Ints | None = None,
    exclude_frames: int = 0,
) -> tuple[Ints, Floats]:
    """The nearest neighbours of each chosen source [n], from other moments: frames and shares [n, 9].

    The source comes first; the shares of a frame add up to 1. They depend on the wanted mouth alone.
    """
    cost = _compute_costs(atlas, points, crop_px, exclude, exclude_frames)
    count = min(_NEIGHBOUR_POOL, cost.shape[1])
    pools = np.argpartition(cost, count - 1, axis=1)[:, :count]
    frames = np.repeat(sources[:, None], 1 + _NEIGHBOURS, axis=1)
    shares = np.zeros(frames.shape, np.float32)
    for place, pool in enumerate(pools):
        costs = cost[place, pool]
        pool = pool[np.isfinite(costs)][np.argsort(costs[np.isfinite(costs)], kind="stable")]
        chosen = _pick_apart(int(sources[place]), pool)
        frames[place, : len(chosen)] = chosen
        shares[place, : len(chosen)] = _weigh_neighbours(cost[place], chosen, pool)
    return frames, shares / shares.sum(1, keepdims=True)


def _pick_apart(source: int, pool: Ints) -> list[int]:
    """The source and the first of the pool that lie at different moments."""
    chosen = [source]
    for frame in pool.tolist():
        if len(chosen) > _NEIGHBOURS:
            break
        if all(abs(frame - other) > _SAME_MOMENT_FRAMES for other in chosen):
            chosen.append(frame)
    return chosen


def _weigh_neighbours(cost: Floats, chosen: list[int], pool: Ints) -> Floats:
    """A weight of 1 for the likest mouth and the source, less for others by what they cost."""
    if not len(pool):
        return np.ones(len(chosen), np.float32)
    usual = max(float(np.median(cost[pool])), 1e-6)
    shares = np.exp(-(cost[chosen] - cost[pool[0]]) / usual)
    shares[0] = 1.0
    return np.asarray(shares, np.float32)


def _compute_costs(
    atlas: Atlas, points: Floats, crop_px: int, exclude: Ints | None, exclude_frames: int
) -> Floats:
    cost = _compute_unlikeness(atlas, points, crop_px)
    if exclude is not None:
        near = np.abs(np.arange(len(atlas.gaps))[None] - exclude[:, None]) <= exclude_frames
        cost[near] = np.inf
    cost[:, ~atlas.usable] = np.inf
    return cost


def _compute_unlikeness(atlas: Atlas, points: Floats, crop_px: int) -> Floats:
    wanted, gaps = compute_mouth_features(points, crop_px), measure_lip_gaps(points, crop_px)
    alike = multiply_rows(wanted, atlas.features.T)
    squares = (wanted**2).sum(1)[:, None] + (atlas.features**2).sum(1)[None] - 2 * alike
    cost = np.maximum(squares, 0)
    # Nothing gives a false mouth away like lips that should meet and do not.
    closed = (gaps <= _SHUT * atlas.closed_gap)[:, None]
    ajar = np.maximum(atlas.gaps - atlas.closed_gap, 0)[None]
    pale = np.maximum(atlas.paleness - _find_least_paleness(atlas), 0)[None]
    return np.asarray(cost + closed * (_STILL_OPEN * ajar**2 + _PALE * pale**2), np.float32)


def _find_least_paleness(atlas: Atlas) -> float:
    shut = atlas.usable & (atlas.gaps <= _SHUT * atlas.closed_gap)
    return float(np.quantile(atlas.paleness[shut], 0.1)) if shut.any() else 0.0


def _find_cheapest_path(atlas: Atlas, best: Ints, cost: Floats) -> Ints:
    total = cost[0].astype(np.float64)
    came: list[Ints] = []
    for step in range(1, len(best)):
        change = total[:, None] + _compute_change_costs(atlas, best[step - 1], best[step])
        came.append(change.argmin(0))
        total = change.min(0) + cost[step]
    place = int(total.argmin())
    path = [place]
    for back in reversed(came):
        place = int(back[place])
        path.append(place)
    return np.take_along_axis(best, np.array(path[::-1])[:, None], 1)[:, 0]


def _compute_change_costs(atlas: Atlas, before: Ints, after: Ints) -> Floats:
    """What it costs to show frame ``after`` next to ``before`` [k, k]: nothing where the take runs on."""
    ahead = after[None] - before[:, None]
    runs_on = (ahead >= 0) & (ahead <= 2)
    follow = np.minimum(before + 1, len(atlas.features) - 1)
    apart = ((atlas.features[follow][:, None] - atlas.features[after][None]) ** 2).sum(2)
    return np.asarray(np.where(runs_on, 0.0, _JUMP_COST + _JUMP_CHANGE * apart), np.float32)
