"""Draw the wanted mouths from the take's own: retrieve, bend, match the light, feather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from renderer.cores import side_by_side
from renderer.face.landmarks import INNER_LOWER, INNER_UPPER
from renderer.motion.style import MotionStyle
from renderer.mouth.atlas import Atlas, choose, companions, lip_gaps
from renderer.mouth.base import MouthBase, shrink
from renderer.mouth.closure import rims_inside
from renderer.mouth.colour import blend, light_difference
from renderer.mouth.detail import with_detail
from renderer.mouth.inside import darken, keep_teeth
from renderer.mouth.mask import lower_face_mask, mouth_region
from renderer.mouth.warp import Aim, bend, bend_part, ring_points, smooth_map
from renderer.stopwatch import stage
from renderer.video.picture import Box

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int_]
Crops = npt.NDArray[np.uint8]
Pixels = TypeVar("Pixels", Crops, Floats)

# Around a change of source frame both sources are shown, with these shares of the new one.
_CROSSING = (0.2, 0.4, 0.6, 0.8)
_OPEN_GAP = 0.016  # of the crop's edge; a gap of half of it is none
_FOLD_PX = 0.5  # crop px
_TONE_PX = 64  # at this size a crop keeps its tones, but no fine detail


class Mouths(Protocol):
    """A presenter as the draft sees it (renderer.mouth.presenter.Presenter)."""

    @property
    def points(self) -> Floats: ...
    @property
    def fine(self) -> Crops: ...
    @property
    def triangles(self) -> npt.NDArray[np.int32]: ...
    @property
    def crop_px(self) -> int: ...
    @property
    def atlas(self) -> Atlas: ...
    @property
    def detail(self) -> Floats: ...


class Speaker(Mouths, Protocol):
    """Mouths that know how they move."""

    @property
    def style(self) -> MotionStyle: ...


@dataclass(frozen=True, eq=False)
class Draft:
    """``crops`` uint8 [n, S, S, 3], ``points`` float32 [n, 478, 2] that they show, ``masks`` [n, S, S],
    ``fine`` the same crops [n, F, F, 3] at about the take's scale, ``sources`` [n] the take frames used."""

    crops: Crops
    points: Floats
    masks: Floats
    fine: Crops
    sources: Ints


def draft(presenter: Speaker, base: MouthBase, motion: Floats, *, pinned: Ints | None = None) -> Draft:
    """Drafts of the base's frames speaking ``motion`` [n, K] (renderer.motion).

    ``pinned`` [n] names the take frame to draw from where it is not negative: frames that every message
    shares at a seam are drafted once, and pinning their ``sources`` here makes the neighbours lead into them.
    """
    return draft_to(presenter, base, presenter.style.space.decode(motion, base.points), pinned=pinned)


@stage("draft")
def draft_to(
    mouths: Mouths,
    base: MouthBase,
    points: Floats,
    *,
    exclude: Ints | None = None,
    exclude_frames: int = 0,
    pinned: Ints | None = None,
) -> Draft:
    """Drafts of the base's frames with the mouths of ``points`` [n, 478, 2] in crop px.

    ``exclude`` [n] with ``exclude_frames`` keeps near take frames out, to draft a take from the rest of it.
    Frames that are not ok in the base are returned as they are, under an empty mask.
    """
    points = nearly_shut(points, mouths.crop_px)
    sources = choose(mouths.atlas, points, mouths.crop_px, exclude, exclude_frames, pinned)
    points = _settled(points, mouths, sources)
    likes = companions(mouths.atlas, points, mouths.crop_px, sources, exclude, exclude_frames)
    rings = _Rings.of(mouths, base, points)
    bent = partial(_bent_pair, mouths, base, points, rings, _shown_sources(sources), likes)
    fine = base.fine.copy()
    light: Floats | None = None
    for place, pair in enumerate(side_by_side(bent, range(len(points)))):
        if pair is None:
            light = None
            continue
        light = pair.light if light is None else 0.5 * light + 0.5 * pair.light
        fine[place] = blend(pair.around, pair.mouth, pair.region, light)
    masks = lower_face_mask(points, base.points, mouths.crop_px) * base.ok[:, None, None]
    return Draft(shrink(fine, mouths.crop_px), points, masks.astype(np.float32), fine, sources)


def joined(drafts: Sequence[Draft]) -> Draft:
    """Drafts of successive frames as one."""
    return Draft(*(np.concatenate([getattr(one, part.name) for one in drafts]) for part in fields(Draft)))


@stage("sharpen")
def sharpened(draft: Draft, crops: Crops) -> Crops:
    """Refined ``crops`` [n, S, S, 3] at the draft's fine scale [n, F, F, 3].

    What refining changed is added to the fine draft, whose own detail stays.
    """
    if draft.fine.shape[1] == crops.shape[1]:
        return crops
    finer = np.empty_like(draft.fine)
    for place, trio in enumerate(zip(draft.fine, draft.crops, crops, strict=True)):
        finer[place] = _changed(*trio)
    return finer


def _changed(fine: Crops, before: Crops, after: Crops) -> Crops:
    change = after.astype(np.float32) - before
    larger = cv2.resize(change, fine.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(np.rint(fine + larger), 0, 255).astype(np.uint8)


# --- the wanted points ---


def nearly_shut(points: Floats, crop_px: int) -> Floats:
    """Points [n, 478, 2] whose inner lips meet where less than a pixel of the small crop parts them.

    So little is below what a tracker tells apart, but drawn it is a mouth that hangs open in silence.
    Between one and two pixels the gap grows twice as fast, so that no movement jumps.
    """
    gaps = lip_gaps(points, crop_px)
    wide = np.clip(2 * gaps - _OPEN_GAP, 0, gaps)
    upper, lower = points[:, list(INNER_UPPER)], points[:, list(INNER_LOWER)]
    middle = (upper + lower) / 2
    share = np.divide(wide, gaps, out=np.ones_like(gaps), where=gaps > 0)[:, None, None]
    meeting = points.copy()
    meeting[:, list(INNER_UPPER)] = middle + (upper - middle) * share
    meeting[:, list(INNER_LOWER)] = middle + (lower - middle) * share
    return meeting


def _settled(points: Floats, mouths: Mouths, sources: Ints) -> Floats:
    """Lips that should be closed get the lip line of their source, or meet exactly where it has none."""
    closed = mouths.atlas.closed_gap
    wanted, shown = lip_gaps(points, mouths.crop_px), mouths.atlas.gaps[sources]
    shut = np.flatnonzero(wanted <= closed)
    settled = points.copy()
    upper, lower = points[shut][:, list(INNER_UPPER)], points[shut][:, list(INNER_LOWER)]
    middle = (upper + lower) / 2
    own = mouths.points[sources[shut]]
    line = (own[:, list(INNER_LOWER)] - own[:, list(INNER_UPPER)]) / 2
    line = np.where((shown[shut] <= 1.5 * closed)[:, None, None], line, 0)
    settled[shut[:, None], list(INNER_UPPER)] = middle - line
    settled[shut[:, None], list(INNER_LOWER)] = middle + line
    return settled


# --- one frame ---


@dataclass(frozen=True, eq=False)
class _Rings:
    """Still rings (renderer.mouth.warp) of the ``wanted`` faces [n], ``around`` those and the base's own [n],
    and of the take's faces [T]. Inner lips, which alone are moved later, do not count in them."""

    wanted: Floats
    around: Floats
    take: Floats

    @classmethod
    def of(cls, mouths: Mouths, base: MouthBase, points: Floats) -> _Rings:
        own = mouths.points
        return cls(ring_points(points, points), ring_points(points, base.points), ring_points(own, own))


@dataclass(frozen=True, eq=False)
class _Pair:
    """A frame's surroundings and its mouth, both bent [F, F, 3], where the mouth shows ``region`` [F, F], and
    the ``light`` [48, 48, 3] that parts them."""

    around: Crops
    mouth: Crops
    region: Floats
    light: Floats


@stage("bend", frames=1)
def _bent_pair(
    mouths: Mouths,
    base: MouthBase,
    points: Floats,
    rings: _Rings,
    shown: Sequence[list[tuple[int, float]]],
    likes: tuple[Ints, Floats],
    place: int,
) -> _Pair | None:
    """All of a frame that needs no other one; None where it stays as it is."""
    if not base.ok[place]:
        return None
    around = _bent_base(mouths, base, points, rings, place)
    region = mouth_region(points[place], mouths.crop_px, len(around))
    wish = _Wish(mouths, points[place], rings, place, region)
    mouth = _bent_mouth(mouths, wish, shown[place])
    mouth = _toned(mouths, wish, mouth, likes[0][place], likes[1][place])
    mouth = with_detail(mouth, region, points[place], mouths.crop_px, mouths.detail)
    return _Pair(around, mouth, region, light_difference(around, mouth, region))


def _bent_base(mouths: Mouths, base: MouthBase, points: Floats, rings: _Rings, place: int) -> Crops:
    """The shown frame itself with its jaw moved: neck, hair and background go on without a break."""
    target, source = (np.concatenate([ends[place], rings.around[place]]) for ends in (points, base.points))
    moved, box = smooth_map(mouths.triangles, target, source, mouths.crop_px, base.fine.shape[1])
    bent = base.fine[place].copy()
    if box.width:
        bent[box.slices] = bend(base.fine[place], moved[box.slices])
    return bent


class _Wish:
    """One wanted mouth, and the meshes that all bends onto it share.

    Only what the mouth's ``region`` [F, F] can show is bent; elsewhere the picture is black.
    """

    def __init__(self, mouths: Mouths, points: Floats, rings: _Rings, place: int, region: Floats) -> None:
        crop_px, size_px = mouths.crop_px, len(region)
        self.target, self.rings = np.concatenate([points, rings.wanted[place]]), rings.take
        self.shut = bool(lip_gaps(points[None], crop_px)[0] <= mouths.atlas.closed_gap)
        box = _box_of(region).grown(size_px * 3 // 32).inside(size_px, size_px)
        self._aims = [
            Aim(mouths.triangles, self.target, crop_px, *wanted) for wanted in ((size_px, box), (_TONE_PX,))
        ]

    def aim(self, size_px: int) -> Aim:
        return next(aim for aim in self._aims if aim.size_px == size_px)


def _box_of(region: Floats) -> Box:
    left, top, width, height = cv2.boundingRect((region > 0).view(np.uint8))
    return Box(left, top, left + width, top + height)


def _bent_mouth(mouths: Mouths, wish: _Wish, shares: list[tuple[int, float]]) -> Crops:
    """The mouths of the take frames ``shares``, mixed, on the wanted points."""
    if len(shares) == 1:
        return _bent(mouths, wish, shares[0][0], mouths.fine[shares[0][0]])
    total = np.zeros(mouths.fine.shape[1:], np.float32)
    for source, share in shares:
        total += share * _bent(mouths, wish, source, mouths.fine[source])
    # A mix of two textures is flatter than either.
    gain = sum(share * share for _, share in shares) ** -0.25
    tones = _enlarged(_small(total), total.shape[0])
    return np.clip(np.rint(tones + (total - tones) * gain), 0, 255).astype(np.uint8)


def _bent(mouths: Mouths, wish: _Wish, source: int, picture: Crops) -> Crops:
    """A take frame's crop, at the fine or the tones' size, with its lower face bent onto the wanted one."""
    own, inside, aim = mouths.points[source], mouths.atlas.inside, wish.aim(len(picture))
    own = rims_inside(own) if wish.shut and _parted(mouths, source) else own
    shown = np.concatenate([own, wish.rings[source]])
    moved = aim.map_from(shown)
    if aim.size_px > _TONE_PX:  # where a turned head folds the mesh, the edges of its triangles are jagged
        moved = cv2.GaussianBlur(moved, (0, 0), _FOLD_PX * aim.size_px / mouths.crop_px)
    moved, hollow = keep_teeth(moved, wish.target, shown, float(inside.rows[source]), mouths.crop_px)
    return darken(bend_part(picture, moved, aim.box), hollow, inside.colours[source])


def _parted(mouths: Mouths, source: int) -> bool:
    """Whether the source shows lips apart."""
    return bool(mouths.atlas.gaps[source] > 1.5 * mouths.atlas.closed_gap)


def _toned(mouths: Mouths, wish: _Wish, mouth: Crops, frames: Ints, shares: Floats) -> Crops:
    """The mouth with the tones that several like mouths share; its own fine detail stays.

    One frame's broad light and shade are partly chance: compression, a passing shadow, a tracker's error.
    """
    change = (shares[0] - 1) * _small(mouth).astype(np.float32)
    for frame, share in zip(frames[1:].tolist(), shares[1:].tolist(), strict=True):
        if share:
            change += share * _bent(mouths, wish, frame, _small(mouths.fine[frame])).astype(np.float32)
    place = wish.aim(len(mouth)).box.slices
    toned = np.zeros_like(mouth)
    toned[place] = np.clip(np.rint(mouth[place] + _enlarged(change, len(mouth))[place]), 0, 255)
    return toned


def _small(picture: Pixels) -> Pixels:
    small = cv2.resize(picture, (_TONE_PX, _TONE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, picture.dtype)


def _enlarged(tones: Floats, size_px: int) -> Floats:
    return np.asarray(cv2.resize(tones, (size_px, size_px), interpolation=cv2.INTER_CUBIC), np.float32)


# --- changes of source ---


def _shown_sources(sources: Ints) -> list[list[tuple[int, float]]]:
    """Per frame the take frames to show with their shares: one, or two around a change of source."""
    shown = [[(int(source), 1.0)] for source in sources]
    ahead = np.diff(sources)
    half = len(_CROSSING) // 2
    for change in np.flatnonzero((ahead < 0) | (ahead > 2)) + 1:
        for place, share in zip(range(change - half, change + half), _CROSSING, strict=True):
            if 0 <= place < len(sources) and len(shown[place]) == 1:
                old, new = sources[min(place, change - 1)], sources[max(place, change)]
                shown[place] = [(int(old), 1 - share), (int(new), share)]
    return shown
