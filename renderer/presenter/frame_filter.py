"""The occlusion and pose filter: which take frames can carry a drawn mouth.

The others are passed through: shown as they were filmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_closing, binary_dilation, binary_opening, binary_propagation

from renderer.face.landmarks import CHEEKS, JAW, NOSE_BASE, NOSE_TIP, OUTER_LIPS, UNDER_NOSE
from renderer.mouth.atlas import compute_mouth_features
from renderer.mouth.mask import draw_mouth_region, draw_soft_polygon
from renderer.mouth.warp import compute_backward_map, compute_boundary_ring, warp

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_PROFILE_SHARE = 0.17  # nose tip this near to one side of the face: turned by some 50 degrees
_SMALL_PX = FILTER_PX = 48
_COVERED_LEVELS = 28.0  # grey levels by which a quarter of the chin and cheeks must differ
_COVERED_TIMES = 3.5  # and how many times more than in the take's usual frame
_COVERED_QUANTILE = 0.75
# Before and after a covered frame, while a tenth of the lower face still differs: what covers is on its way.
_EDGE_LEVELS, _EDGE_TIMES, _EDGE_QUANTILE = 14.0, 2.5, 0.9
_NEIGHBOURS, _SAME_MOMENT_FRAMES = 15, 12
_FEWEST = 10  # frames that can be compared with each other
_POSE = 0.3  # weight of the head's pose beside the mouth's shape
_MARGIN_FRAMES = 2
_SHORTEST_FRAMES = 6  # a mouth that is drawn for less, between passthrough frames, only flickers
_HAND_SHARE = 0.02  # of the lower face that a hand's outline may touch
# The finder also sees hands in bare faces, and is sure of it: a real one changes what it covers.
_HAND_LEVELS, _HAND_TIMES = 9.0, 2.5
_HAND_GAP_FRAMES = 12  # a hand that is lost from sight so briefly was there all along


@dataclass(frozen=True, eq=False)
class FrameFilter:
    """Flags per take frame [T]; ``ok`` is what remains of the track after all of them."""

    ok: Flags
    profile: Flags
    covered: Flags

    def drop_before(self, first: int) -> FrameFilter:
        """Of the frames from ``first`` on."""
        return FrameFilter(self.ok[first:], self.profile[first:], self.covered[first:])

    def describe_problems(self) -> tuple[str, ...]:
        """Sentences for the person who recorded the take."""
        notes = (
            (self.profile, "The head is turned away", "Look into the camera."),
            (
                self.covered,
                "The mouth or chin is covered",
                "Keep hands, cups and microphones below the chin.",
            ),
        )
        return tuple(
            f"{what} in {int(flags.sum())} of {len(flags)} frames (first in frame {int(flags.argmax())}); "
            f"there the take is shown unchanged. {advice}"
            for flags, what, advice in notes
            if flags.any()
        )


def filter_frames(
    points: Floats,
    ok: Flags,
    crops: npt.NDArray[np.uint8],
    triangles: npt.NDArray[np.int32],
    hands: Flags | None = None,
) -> FrameFilter:
    """Looks for profile and covered faces in points [T, 478, 2] (crop px) and crops [T, S, S, 3].

    ``hands`` [T, 48, 48] marks what a hand covers of each crop, if one was seen (`mask_hand`).
    """
    profile = find_profile(points) & ok
    appearance = _Appearance.of(points, ok & ~profile, crops, triangles)
    covered = appearance.find_covered()
    if hands is not None:
        covered |= _close_time_gaps(appearance.find_hand_covered(hands)) & ok
    covered = appearance.spread(covered)
    bad = binary_dilation(profile | covered | ~ok, iterations=_MARGIN_FRAMES)
    return FrameFilter(_drop_short_runs(~bad), profile, covered)


def _drop_short_runs(drawn: Flags) -> Flags:
    """Without runs that are too short; the first and the last run may go on beyond what is seen."""
    beyond = np.pad(drawn, _SHORTEST_FRAMES, constant_values=True)
    long = binary_opening(beyond, np.ones(_SHORTEST_FRAMES))
    return np.asarray(long[_SHORTEST_FRAMES:-_SHORTEST_FRAMES], bool)


def mask_hand(outline: Floats, points: Floats, crop_px: int) -> Flags:
    """What of a crop [48, 48] a hand's ``outline`` [n, 2] covers of the lower face of ``points`` [478, 2].

    Both are in crop px. Nothing where it is too little to matter.
    """
    face, hand = _mask_lower_face(points, crop_px), _fill_outline(outline, crop_px)
    enough = (face & hand).sum() > _HAND_SHARE * max(int(face.sum()), 1)
    return face & hand & enough


def _close_time_gaps(hands: Flags) -> Flags:
    reach = _HAND_GAP_FRAMES // 2
    return np.asarray(
        binary_closing(np.pad(hands, reach), iterations=reach)[reach : len(hands) + reach], bool
    )


def find_profile(points: Floats) -> Flags:
    """Where the nose tip nears one side of the face's outline."""
    left, right = points[:, CHEEKS[0], 0], points[:, CHEEKS[1], 0]
    share = (points[:, NOSE_TIP, 0] - left) / np.maximum(right - left, 1e-3)
    return np.asarray((share < _PROFILE_SHARE) | (share > 1 - _PROFILE_SHARE))


@dataclass(frozen=True, eq=False)
class _Appearance:
    """How much each face of a take differs from its neighbours in pose and mouth: grey ``levels`` [T, P] at
    the pixels ``region`` [48, 48] of the neutral face, of which ``skin`` [P] surrounds the mouth; ``ok`` [T]
    faces are compared."""

    levels: Floats
    region: Flags
    skin: Flags
    ok: Flags

    @classmethod
    def of(
        cls, points: Floats, ok: Flags, crops: npt.NDArray[np.uint8], triangles: npt.NDArray[np.int32]
    ) -> _Appearance:
        """Each face is warped to the neutral one and compared with faces of the same pose and mouth."""
        neutral = np.median(points[ok] if ok.any() else points, axis=0).astype(np.float32)
        crop_px = crops.shape[1]
        lips = binary_dilation(_fill_outline(neutral[list(OUTER_LIPS)], crop_px), iterations=2)
        region = _mask_lower_face(neutral, crop_px) & ~lips
        skin = (draw_mouth_region(neutral, crop_px, _SMALL_PX) > 0.3)[region]
        if int(ok.sum()) < _FEWEST:
            return cls(np.zeros((len(points), len(skin)), np.float32), region, skin, np.zeros_like(ok))
        pairs = zip(crops, points, strict=True)
        warped = np.stack([_warp_to_neutral(crop, own, neutral, triangles)[region] for crop, own in pairs])
        return cls(
            _compare_with_neighbours(warped, _compute_appearance_features(points, crop_px), ok),
            region,
            skin,
            ok,
        )

    def find_covered(self) -> Flags:
        """Frames [T] whose skin around the mouth is far from what it usually is."""
        unlike = np.quantile(self.levels[:, self.skin], _COVERED_QUANTILE, axis=1)
        limit = max(_COVERED_LEVELS, _COVERED_TIMES * self._find_usual(unlike))
        # Nothing covers a face for a single frame; a blurred or badly tracked one may look so.
        return np.asarray(binary_opening(self.ok & (unlike > limit), np.ones(2, bool)))

    def find_hand_covered(self, hands: Flags) -> Flags:
        """Frames [T] that look changed where ``hands`` [T, 48, 48] cover them."""
        limit = max(_HAND_LEVELS, _HAND_TIMES * self._find_usual(np.median(self.levels, axis=1)))
        under = hands[:, self.region]
        changed = [
            bool(at.any()) and np.median(own[at]) > limit for own, at in zip(self.levels, under, strict=True)
        ]
        return self.ok & np.array(changed, bool)

    def spread(self, covered: Flags) -> Flags:
        """The same frames [T], and those beside them in which less is covered."""
        unlike = np.quantile(self.levels, _EDGE_QUANTILE, axis=1)
        limit = max(_EDGE_LEVELS, _EDGE_TIMES * self._find_usual(unlike))
        return np.asarray(binary_propagation(covered, mask=covered | self.ok & (unlike > limit)), bool)

    def _find_usual(self, levels: npt.NDArray[Any]) -> float:
        return float(np.median(levels[self.ok])) if self.ok.any() else 0.0


def _compute_appearance_features(points: Floats, crop_px: int) -> Floats:
    """Mouth and head pose as vectors [T, D]: light and shade on the skin follow both."""
    head = points[:, [NOSE_TIP, NOSE_BASE, *CHEEKS]].reshape(len(points), -1) * (_POSE / crop_px)
    return np.concatenate([compute_mouth_features(points, crop_px), head], axis=1)


def _compare_with_neighbours(warped: Floats, features: Floats, ok: Flags) -> Floats:
    """Grey levels [T, P] by which each face differs from the usual face of the same pose and mouth."""
    pool = np.flatnonzero(ok)
    unlike = np.zeros(warped.shape[:2], np.float32)
    for frame in pool:
        apart = ((features[pool] - features[frame]) ** 2).sum(1)
        apart[np.abs(pool - frame) <= _SAME_MOMENT_FRAMES] = np.inf
        neighbours = pool[np.argpartition(apart, min(_NEIGHBOURS, len(pool) - 1))[:_NEIGHBOURS]]
        unlike[frame] = np.abs(warped[frame] - np.median(warped[neighbours], axis=0)).max(axis=1)
    return unlike


def _warp_to_neutral(
    crop: npt.NDArray[np.uint8], own: Floats, neutral: Floats, triangles: npt.NDArray[np.int32]
) -> Floats:
    """The crop warped onto the neutral face, blurred and small [48, 48, 3]."""
    small = cv2.resize(crop, (_SMALL_PX, _SMALL_PX), interpolation=cv2.INTER_AREA)
    target = np.concatenate([neutral, compute_boundary_ring(neutral[None], neutral[None])[0]])
    source = np.concatenate([own, compute_boundary_ring(own[None], own[None])[0]])
    moved = compute_backward_map(triangles, target, source, crop.shape[0], _SMALL_PX)
    return np.asarray(cv2.GaussianBlur(warp(small, moved), (0, 0), 1.0), np.float32)


def _mask_lower_face(points: Floats, crop_px: int) -> Flags:
    return _fill_outline(points[list(UNDER_NOSE + JAW[::-1])], crop_px)


def _fill_outline(outline: Floats, crop_px: int) -> Flags:
    return np.asarray(draw_soft_polygon(outline, _SMALL_PX, _SMALL_PX / crop_px, 0.01) > 0.3)
