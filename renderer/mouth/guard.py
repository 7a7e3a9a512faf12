"""Which take frames can carry a drawn mouth; the others are shown as they were filmed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_closing, binary_dilation, binary_opening

from renderer.face.landmarks import CHEEKS, JAW, NOSE_BASE, NOSE_TIP, OUTER_LIPS, UNDER_NOSE
from renderer.mouth.atlas import mouth_marks
from renderer.mouth.mask import mouth_region, soft_polygon
from renderer.mouth.warp import backward_map, bend, ring_points

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_PROFILE_SHARE = 0.17  # nose tip this near to one side of the face: turned by some 50 degrees
_SMALL_PX = 48
_COVERED_LEVELS = 28.0  # grey levels by which a quarter of the chin and cheeks must differ
_COVERED_TIMES = 3.5  # and how many times more than in the take's usual frame
_COVERED_QUANTILE = 0.75
_LIKES, _SAME_MOMENT_FRAMES = 15, 12
_POSE = 0.3  # weight of the head's pose beside the mouth's shape
_MARGIN_FRAMES = 2
_HAND_SHARE = 0.02  # of the lower face that a hand's outline may touch
_HAND_GAP_FRAMES = 12  # a hand that is lost from sight so briefly was there all along


@dataclass(frozen=True, eq=False)
class Guarded:
    """Flags per take frame [T]; ``ok`` is what remains of the track after all of them."""

    ok: Flags
    profile: Flags
    covered: Flags

    def problems(self) -> tuple[str, ...]:
        """Sentences for the person who recorded the take."""
        notes = ((self.profile, "The head is turned away"), (self.covered, "The mouth or chin is covered"))
        return tuple(
            f"{what} in {int(flags.sum())} of {len(flags)} frames (first in frame {int(flags.argmax())}); "
            "there the take is shown unchanged."
            for flags, what in notes
            if flags.any()
        )


def guard(
    points: Floats,
    ok: Flags,
    crops: npt.NDArray[np.uint8],
    triangles: npt.NDArray[np.int32],
    hands: Flags | None = None,
) -> Guarded:
    """Looks for profile and covered faces in points [T, 478, 2] (crop px) and crops [T, S, S, 3].

    ``hands`` [T] marks frames in which a hand was seen before the mouth (`touches_mouth`).
    """
    profile = in_profile(points) & ok
    covered = _covered(points, ok & ~profile, crops, triangles)
    if hands is not None:
        covered |= _without_gaps(hands) & ok
    bad = binary_dilation(profile | covered | ~ok, iterations=_MARGIN_FRAMES)
    return Guarded(ok & ~bad, profile, covered)


def touches_mouth(outline: Floats, points: Floats, crop_px: int) -> bool:
    """Whether the hand's ``outline`` [n, 2] covers the lower face of ``points`` [478, 2]; both in crop px."""
    face = soft_polygon(points[list(UNDER_NOSE + JAW[::-1])], _SMALL_PX, _SMALL_PX / crop_px, 0.01) > 0.3
    hand = soft_polygon(outline, _SMALL_PX, _SMALL_PX / crop_px, 0.01) > 0.3
    return bool((face & hand).sum() > _HAND_SHARE * max(int(face.sum()), 1))


def _without_gaps(hands: Flags) -> Flags:
    reach = _HAND_GAP_FRAMES // 2
    return np.asarray(
        binary_closing(np.pad(hands, reach), iterations=reach)[reach : len(hands) + reach], bool
    )


def in_profile(points: Floats) -> Flags:
    """Where the nose tip nears one side of the face's outline."""
    left, right = points[:, CHEEKS[0], 0], points[:, CHEEKS[1], 0]
    share = (points[:, NOSE_TIP, 0] - left) / np.maximum(right - left, 1e-3)
    return np.asarray((share < _PROFILE_SHARE) | (share > 1 - _PROFILE_SHARE))


def _covered(
    points: Floats, ok: Flags, crops: npt.NDArray[np.uint8], triangles: npt.NDArray[np.int32]
) -> Flags:
    """Frames whose skin around the mouth, laid onto one resting face, looks unlike that of similar frames."""
    if int(ok.sum()) < 10:
        return np.zeros(len(points), bool)
    rest = np.median(points[ok], axis=0).astype(np.float32)
    skin = _skin(rest, crops.shape[1])
    laid = np.stack(
        [_laid(crop, own, rest, triangles)[skin] for crop, own in zip(crops, points, strict=True)]
    ).astype(np.float32)
    unlike = _unlike_its_likes(laid, _looks(points, crops.shape[1]), ok)
    limit = max(_COVERED_LEVELS, _COVERED_TIMES * float(np.median(unlike[ok])))
    # Nothing covers a face for a single frame; a blurred or badly tracked one may look so.
    return np.asarray(binary_opening(ok & (unlike > limit), np.ones(2, bool)))


def _looks(points: Floats, crop_px: int) -> Floats:
    """Mouth and head pose as vectors [T, D]: light and shade on the skin follow both."""
    head = points[:, [NOSE_TIP, NOSE_BASE, *CHEEKS]].reshape(len(points), -1) * (_POSE / crop_px)
    return np.concatenate([mouth_marks(points, crop_px), head], axis=1)


def _unlike_its_likes(laid: Floats, marks: Floats, ok: Flags) -> Floats:
    """Grey levels [T] by which each face differs from the usual face of the same pose and mouth."""
    pool = np.flatnonzero(ok)
    unlike = np.zeros(len(laid), np.float32)
    for frame in pool:
        apart = ((marks[pool] - marks[frame]) ** 2).sum(1)
        apart[np.abs(pool - frame) <= _SAME_MOMENT_FRAMES] = np.inf
        likes = pool[np.argpartition(apart, min(_LIKES, len(pool) - 1))[:_LIKES]]
        apart_levels = np.abs(laid[frame] - np.median(laid[likes], axis=0)).max(axis=1)
        unlike[frame] = np.quantile(apart_levels, _COVERED_QUANTILE)
    return unlike


def _laid(crop: npt.NDArray[np.uint8], own: Floats, rest: Floats, triangles: npt.NDArray[np.int32]) -> Floats:
    """The crop bent onto the resting face, blurred and small [48, 48, 3]."""
    small = cv2.resize(crop, (_SMALL_PX, _SMALL_PX), interpolation=cv2.INTER_AREA)
    target = np.concatenate([rest, ring_points(rest[None], rest[None])[0]])
    source = np.concatenate([own, ring_points(own[None], own[None])[0]])
    moved = backward_map(triangles, target, source, crop.shape[0], _SMALL_PX)
    return np.asarray(cv2.GaussianBlur(bend(small, moved), (0, 0), 1.0), np.float32)


def _skin(rest: Floats, crop_px: int) -> Flags:
    lips = soft_polygon(rest[list(OUTER_LIPS)], _SMALL_PX, _SMALL_PX / crop_px, 0.01) > 0.1
    return np.asarray((mouth_region(rest, crop_px, _SMALL_PX) > 0.3) & ~binary_dilation(lips, iterations=2))
