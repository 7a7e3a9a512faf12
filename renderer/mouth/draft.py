"""Draw the wanted mouths from the take's own: retrieve, warp, match the light, feather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER
from renderer.motion.style import MotionStyle
from renderer.mouth.atlas import Atlas, choose_sources, find_neighbours, measure_lip_gaps
from renderer.mouth.base import MouthBase, shrink
from renderer.mouth.closure import inset_lip_lines
from renderer.mouth.colour import blend, measure_light_difference
from renderer.mouth.detail import apply_detail
from renderer.mouth.interior import darken, keep_teeth
from renderer.mouth.mask import draw_lower_face_mask, draw_mouth_region, draw_soft_polygon
from renderer.mouth.warp import WarpTarget, compute_boundary_ring, compute_smooth_map, warp, warp_part
from renderer.runtime.parallel import parallel_map
from renderer.runtime.profiling import span
from renderer.video.picture import Box

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int_]
Crops = npt.NDArray[np.uint8]
Pixels = TypeVar("Pixels", Crops, Floats)

# Around a change of source frame both sources are crossfaded, with these shares of the new one.
_CROSSFADE = (0.2, 0.4, 0.6, 0.8)
_OPEN_GAP = 0.016  # of the crop's edge; a gap of half of it is none
_FOLD_PX = 0.5  # crop px
_INSIDE = (*INNER_UPPER, *INNER_LOWER[-2:0:-1])  # the inner lips' outline
_INSIDE_FEATHER = 0.006  # of the crop's edge: less than a pixel of the small crop
# Neighbours' teeth and tongues do not lie where the source's do: their mean is grey. Shared wholly it is
# nearer to the film by 0.2 dB between the lips (five takes), and looks like no mouth.
_SHARED_INSIDE = 0.5
_LOW_FREQUENCY_PX = 64  # at this size a crop keeps its low frequencies, but no fine detail


class Mouths(Protocol):
    """A presenter as the draft sees it (renderer.presenter.presenter.Presenter)."""

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


@span("draft")
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
    points = close_small_gaps(points, mouths.crop_px)
    sources = choose_sources(mouths.atlas, points, mouths.crop_px, exclude, exclude_frames, pinned)
    points = _close_lips(points, mouths, sources)
    neighbours = find_neighbours(mouths.atlas, points, mouths.crop_px, sources, exclude, exclude_frames)
    rings = _BoundaryRings.of(mouths, base, points)
    warp_one = partial(_warp_frame, mouths, base, points, rings, _crossfade_sources(sources), neighbours)
    fine = base.fine.copy()
    light: Floats | None = None
    for place, pair in enumerate(parallel_map(warp_one, range(len(points)))):
        if pair is None:
            light = None
            continue
        light = pair.light if light is None else 0.5 * light + 0.5 * pair.light
        fine[place] = blend(pair.around, pair.mouth, pair.region, light)
    masks = draw_lower_face_mask(points, base.points, mouths.crop_px) * base.ok[:, None, None]
    return Draft(shrink(fine, mouths.crop_px), points, masks.astype(np.float32), fine, sources)


def concatenate_drafts(drafts: Sequence[Draft]) -> Draft:
    """Drafts of successive frames as one."""
    return Draft(*(np.concatenate([getattr(one, part.name) for one in drafts]) for part in fields(Draft)))


@span("sharpen")
def upscale_refined(draft: Draft, crops: Crops) -> Crops:
    """Refined ``crops`` [n, S, S, 3] at the draft's fine scale [n, F, F, 3].

    What refining changed is added to the fine draft, whose own detail stays.
    """
    if draft.fine.shape[1] == crops.shape[1]:
        return crops
    finer = np.empty_like(draft.fine)
    for place, trio in enumerate(zip(draft.fine, draft.crops, crops, strict=True)):
        finer[place] = _add_change(*trio)
    return finer


def _add_change(fine: Crops, before: Crops, after: Crops) -> Crops:
    change = after.astype(np.float32) - before
    larger = cv2.resize(change, fine.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(np.rint(fine + larger), 0, 255).astype(np.uint8)


# --- the wanted points ---


def close_small_gaps(points: Floats, crop_px: int) -> Floats:
    """Points [n, 478, 2] whose inner lips meet where less than a pixel of the small crop is between them.

    So little is below what a tracker tells apart, but drawn it is a mouth that hangs open in silence.
    Between one and two pixels the gap grows twice as fast, so that no movement jumps.
    """
    gaps = measure_lip_gaps(points, crop_px)
    wide = np.clip(2 * gaps - _OPEN_GAP, 0, gaps)
    upper, lower = points[:, list(INNER_UPPER)], points[:, list(INNER_LOWER)]
    middle = (upper + lower) / 2
    share = np.divide(wide, gaps, out=np.ones_like(gaps), where=gaps > 0)[:, None, None]
    meeting = points.copy()
    meeting[:, list(INNER_UPPER)] = middle + (upper - middle) * share
    meeting[:, list(INNER_LOWER)] = middle + (lower - middle) * share
    return meeting


def _close_lips(points: Floats, mouths: Mouths, sources: Ints) -> Floats:
    """Lips that should be closed get the lip line of their source, or meet exactly where it has none."""
    closed = mouths.atlas.closed_gap
    wanted, shown = measure_lip_gaps(points, mouths.crop_px), mouths.atlas.gaps[sources]
    shut = np.flatnonzero(wanted <= closed)
    closed_points = points.copy()
    upper, lower = points[shut][:, list(INNER_UPPER)], points[shut][:, list(INNER_LOWER)]
    middle = (upper + lower) / 2
    own = mouths.points[sources[shut]]
    line = (own[:, list(INNER_LOWER)] - own[:, list(INNER_UPPER)]) / 2
    line = np.where((shown[shut] <= 1.5 * closed)[:, None, None], line, 0)
    closed_points[shut[:, None], list(INNER_UPPER)] = middle - line
    closed_points[shut[:, None], list(INNER_LOWER)] = middle + line
    return closed_points


# --- one frame ---


@dataclass(frozen=True, eq=False)
class _BoundaryRings:
    """Boundary rings (renderer.mouth.warp) of the ``wanted`` faces [n], ``around`` both those and the base's
    faces [n], and of the take's faces [T]. Inner lips, the only points moved later, do not count."""

    wanted: Floats
    around: Floats
    take: Floats

    @classmethod
    def of(cls, mouths: Mouths, base: MouthBase, points: Floats) -> _BoundaryRings:
        own = mouths.points
        return cls(
            compute_boundary_ring(points, points),
            compute_boundary_ring(points, base.points),
            compute_boundary_ring(own, own),
        )


@dataclass(frozen=True, eq=False)
class _WarpedFrame:
    """A frame's surroundings and its mouth, both warped [F, F, 3], the mouth's ``region`` [F, F], and
    the difference of ``light`` [48, 48, 3] between them."""

    around: Crops
    mouth: Crops
    region: Floats
    light: Floats


@span("bend", frames=1)
def _warp_frame(
    mouths: Mouths,
    base: MouthBase,
    points: Floats,
    rings: _BoundaryRings,
    shown: Sequence[list[tuple[int, float]]],
    neighbours: tuple[Ints, Floats],
    place: int,
) -> _WarpedFrame | None:
    """All steps that need no other frame; None where the frame stays as it is."""
    if not base.ok[place]:
        return None
    around = _warp_surroundings(mouths, base, points, rings, place)
    region = draw_mouth_region(points[place], mouths.crop_px, len(around))
    wanted = _WantedMouth(mouths, points[place], rings, place, region)
    mouth = _warp_mouth(mouths, wanted, shown[place])
    mouth = _share_low_frequencies(mouths, wanted, mouth, neighbours[0][place], neighbours[1][place])
    mouth = apply_detail(mouth, region, points[place], mouths.crop_px, mouths.detail)
    return _WarpedFrame(around, mouth, region, measure_light_difference(around, mouth, region))


def _warp_surroundings(
    mouths: Mouths, base: MouthBase, points: Floats, rings: _BoundaryRings, place: int
) -> Crops:
    """The shown frame itself with its jaw moved: neck, hair and background go on without a break."""
    target, source = (np.concatenate([ends[place], rings.around[place]]) for ends in (points, base.points))
    source_map, box = compute_smooth_map(mouths.triangles, target, source, mouths.crop_px, base.fine.shape[1])
    warped = base.fine[place].copy()
    if box.width:
        warped[box.slices] = warp(base.fine[place], source_map[box.slices])
    return warped


class _WantedMouth:
    """One wanted mouth, and the meshes that all warps onto it share.

    Only what the mouth's ``region`` [F, F] can show is warped; elsewhere the picture is black.
    """

    def __init__(
        self, mouths: Mouths, points: Floats, rings: _BoundaryRings, place: int, region: Floats
    ) -> None:
        crop_px, size_px = mouths.crop_px, len(region)
        self.mesh, self.rings = np.concatenate([points, rings.wanted[place]]), rings.take
        self.shut = bool(measure_lip_gaps(points[None], crop_px)[0] <= mouths.atlas.closed_gap)
        self.inside = draw_soft_polygon(points[list(_INSIDE)], size_px, size_px / crop_px, _INSIDE_FEATHER)
        box = _find_box(region).expand(size_px * 3 // 32).clip_to(size_px, size_px)
        self._targets = [
            WarpTarget(mouths.triangles, self.mesh, crop_px, *size)
            for size in ((size_px, box), (_LOW_FREQUENCY_PX,))
        ]

    def find_target(self, size_px: int) -> WarpTarget:
        return next(one for one in self._targets if one.size_px == size_px)


def _find_box(region: Floats) -> Box:
    left, top, width, height = cv2.boundingRect((region > 0).view(np.uint8))
    return Box(left, top, left + width, top + height)


def _warp_mouth(mouths: Mouths, wanted: _WantedMouth, shares: list[tuple[int, float]]) -> Crops:
    """The mouths of the take frames ``shares``, mixed, on the wanted points.

    Between the lips only the one with the greater share is seen: two rows of teeth mixed are a ghost.
    """
    if len(shares) == 1:
        return _warp_source(mouths, wanted, shares[0][0], mouths.fine[shares[0][0]])
    warped = [
        (_warp_source(mouths, wanted, source, mouths.fine[source]), share)
        for source, share in sorted(shares, key=lambda pair: pair[1])
    ]
    total = np.zeros(mouths.fine.shape[1:], np.float32)
    for picture, share in warped:
        total += share * picture
    # A mix of two textures is flatter than either.
    gain = sum(share * share for _, share in shares) ** -0.25
    low_frequencies = _upsample(_downsample(total), len(total))
    mixed = low_frequencies + (total - low_frequencies) * gain
    mixed += wanted.inside[..., None] * (warped[-1][0] - mixed)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _warp_source(mouths: Mouths, wanted: _WantedMouth, source: int, picture: Crops) -> Crops:
    """A take frame's crop, fine or at the low-frequency size, its lower face warped onto the wanted one."""
    points, target = mouths.points[source], wanted.find_target(len(picture))
    points = inset_lip_lines(points) if wanted.shut and _has_parted_lips(mouths, source) else points
    shown = np.concatenate([points, wanted.rings[source]])
    source_map = target.map_from(shown)
    if target.size_px > _LOW_FREQUENCY_PX:
        # Where a turned head folds the mesh, the edges of its triangles are jagged.
        source_map = cv2.GaussianBlur(source_map, (0, 0), _FOLD_PX * target.size_px / mouths.crop_px)
    interiors = mouths.atlas.interiors
    dark_row = float(interiors.rows[source])
    source_map, hollow = keep_teeth(source_map, wanted.mesh, shown, dark_row, mouths.crop_px)
    return darken(warp_part(picture, source_map, target.box), hollow, interiors.colours[source])


def _has_parted_lips(mouths: Mouths, source: int) -> bool:
    """Whether the source shows lips apart."""
    return bool(mouths.atlas.gaps[source] > 1.5 * mouths.atlas.closed_gap)


def _share_low_frequencies(
    mouths: Mouths, wanted: _WantedMouth, mouth: Crops, frames: Ints, shares: Floats
) -> Crops:
    """The mouth with the mean low frequencies of its neighbours in the atlas; its own fine detail stays.

    One frame's broad light and shade are partly chance: compression, a passing shadow, a tracker's error.
    """
    change = (float(shares[0]) - 1) * _downsample(mouth).astype(np.float32)
    for frame, share in zip(frames[1:].tolist(), shares[1:].tolist(), strict=True):
        if share:
            change += share * _warp_source(mouths, wanted, frame, _downsample(mouths.fine[frame])).astype(
                np.float32
            )
    place = wanted.find_target(len(mouth)).box.slices
    shared = np.zeros_like(mouth)
    weight = 1 - (1 - _SHARED_INSIDE) * wanted.inside[place][..., None]
    shared[place] = np.clip(np.rint(mouth[place] + weight * _upsample(change, len(mouth))[place]), 0, 255)
    return shared


def _downsample(picture: Pixels) -> Pixels:
    small = cv2.resize(picture, (_LOW_FREQUENCY_PX, _LOW_FREQUENCY_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, picture.dtype)


def _upsample(low_frequencies: Floats, size_px: int) -> Floats:
    return np.asarray(
        cv2.resize(low_frequencies, (size_px, size_px), interpolation=cv2.INTER_CUBIC), np.float32
    )


# --- changes of source ---


def _crossfade_sources(sources: Ints) -> list[list[tuple[int, float]]]:
    """Per frame the take frames to show with their shares: one, or two around a change of source."""
    shown = [[(int(source), 1.0)] for source in sources]
    ahead = np.diff(sources)
    half = len(_CROSSFADE) // 2
    for change in (np.flatnonzero((ahead < 0) | (ahead > 2)) + 1).tolist():
        for place, share in zip(range(change - half, change + half), _CROSSFADE, strict=True):
            if 0 <= place < len(sources) and len(shown[place]) == 1:
                old, new = sources[min(place, change - 1)], sources[max(place, change)]
                shown[place] = [(int(old), 1 - share), (int(new), share)]
    return shown
