"""Which take frames can carry a drawn mouth; the others are shown as they were filmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_closing, binary_dilation, binary_opening, binary_propagation

from renderer.face.landmarks import CHEEKS, JAW, NOSE_BASE, NOSE_TIP, OUTER_LIPS, UNDER_NOSE
from renderer.mouth.atlas import mouth_marks
from renderer.mouth.mask import mouth_region, soft_polygon
from renderer.mouth.warp import backward_map, bend, ring_points

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_PROFILE_SHARE = 0.17  # nose tip this near to one side of the face: turned by some 50 degrees
_SMALL_PX = GUARD_PX = 48
_COVERED_LEVELS = 28.0  # grey levels by which a quarter of the chin and cheeks must differ
_COVERED_TIMES = 3.5  # and how many times more than in the take's usual frame
_COVERED_QUANTILE = 0.75
# Before and after a covered frame, while a tenth of the lower face still differs: what covers is on its way.
_EDGE_LEVELS, _EDGE_TIMES, _EDGE_QUANTILE = 14.0, 2.5, 0.9
_LIKES, _SAME_MOMENT_FRAMES = 15, 12
_FEWEST = 10  # frames that can be compared with each other
_POSE = 0.3  # weight of the head's pose beside the mouth's shape
_MARGIN_FRAMES = 2
_SHORTEST_FRAMES = 6  # a mouth that is drawn for less, between frames that are kept, only flickers
_HAND_SHARE = 0.02  # of the lower face that a hand's outline may touch
# The finder also sees hands in bare faces, and is sure of it: a real one changes what it covers.
_HAND_LEVELS, _HAND_TIMES = 9.0, 2.5
_HAND_GAP_FRAMES = 12  # a hand that is lost from sight so briefly was there all along


@dataclass(frozen=True, eq=False)
class Guarded:
    """Flags per take frame [T]; ``ok`` is what remains of the track after all of them."""

    ok: Flags
    profile: Flags
    covered: Flags

    def since(self, first: int) -> Guarded:
        """Of the frames from ``first`` on."""
        return Guarded(self.ok[first:], self.profile[first:], self.covered[first:])

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

    ``hands`` [T, 48, 48] marks what a hand covers of each crop, if one was seen (`hand_before`).
    """
    profile = in_profile(points) & ok
    looks = _Looks.of(points, ok & ~profile, crops, triangles)
    covered = looks.covered()
    if hands is not None:
        covered |= _without_gaps(looks.handled(hands)) & ok
    covered = looks.spread(covered)
    bad = binary_dilation(profile | covered | ~ok, iterations=_MARGIN_FRAMES)
    return Guarded(_in_runs(~bad), profile, covered)


def _in_runs(drawn: Flags) -> Flags:
    """Without runs that are too short; the first and the last run may go on beyond what is seen."""
    beyond = np.pad(drawn, _SHORTEST_FRAMES, constant_values=True)
    long = binary_opening(beyond, np.ones(_SHORTEST_FRAMES))
    return np.asarray(long[_SHORTEST_FRAMES:-_SHORTEST_FRAMES], bool)


def hand_before(outline: Floats, points: Floats, crop_px: int) -> Flags:
    """What of a crop [48, 48] a hand's ``outline`` [n, 2] covers of the lower face of ``points`` [478, 2].

    Both are in crop px. Nothing where it is too little to matter.
    """
    face, hand = _lower_face(points, crop_px), _filled(outline, crop_px)
    enough = (face & hand).sum() > _HAND_SHARE * max(int(face.sum()), 1)
    return face & hand & enough


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


@dataclass(frozen=True, eq=False)
class _Looks:
    """How unlike its likes each face of a take is: grey ``levels`` [T, P] at the pixels ``region`` [48, 48]
    of one resting face, of which ``skin`` [P] surrounds the mouth; ``ok`` [T] faces are compared."""

    levels: Floats
    region: Flags
    skin: Flags
    ok: Flags

    @classmethod
    def of(
        cls, points: Floats, ok: Flags, crops: npt.NDArray[np.uint8], triangles: npt.NDArray[np.int32]
    ) -> _Looks:
        """Each face is laid onto the resting one and held against faces of the same pose and mouth."""
        rest = np.median(points[ok] if ok.any() else points, axis=0).astype(np.float32)
        crop_px = crops.shape[1]
        lips = binary_dilation(_filled(rest[list(OUTER_LIPS)], crop_px), iterations=2)
        region = _lower_face(rest, crop_px) & ~lips
        skin = (mouth_region(rest, crop_px, _SMALL_PX) > 0.3)[region]
        if int(ok.sum()) < _FEWEST:
            return cls(np.zeros((len(points), len(skin)), np.float32), region, skin, np.zeros_like(ok))
        pairs = zip(crops, points, strict=True)
        laid = np.stack([_laid(crop, own, rest, triangles)[region] for crop, own in pairs])
        return cls(_unlike_its_likes(laid, _looks(points, crop_px), ok), region, skin, ok)

    def covered(self) -> Flags:
        """Frames [T] whose skin around the mouth is far from what it usually is."""
        unlike = np.quantile(self.levels[:, self.skin], _COVERED_QUANTILE, axis=1)
        limit = max(_COVERED_LEVELS, _COVERED_TIMES * self._usual(unlike))
        # Nothing covers a face for a single frame; a blurred or badly tracked one may look so.
        return np.asarray(binary_opening(self.ok & (unlike > limit), np.ones(2, bool)))

    def handled(self, hands: Flags) -> Flags:
        """Frames [T] that do look changed where ``hands`` [T, 48, 48] cover them."""
        limit = max(_HAND_LEVELS, _HAND_TIMES * self._usual(np.median(self.levels, axis=1)))
        under = hands[:, self.region]
        changed = [
            bool(at.any()) and np.median(own[at]) > limit for own, at in zip(self.levels, under, strict=True)
        ]
        return self.ok & np.array(changed, bool)

    def spread(self, covered: Flags) -> Flags:
        """The same frames [T], and those beside them in which less is covered."""
        unlike = np.quantile(self.levels, _EDGE_QUANTILE, axis=1)
        limit = max(_EDGE_LEVELS, _EDGE_TIMES * self._usual(unlike))
        return np.asarray(binary_propagation(covered, mask=covered | self.ok & (unlike > limit)), bool)

    def _usual(self, levels: npt.NDArray[Any]) -> float:
        return float(np.median(levels[self.ok])) if self.ok.any() else 0.0


def _looks(points: Floats, crop_px: int) -> Floats:
    """Mouth and head pose as vectors [T, D]: light and shade on the skin follow both."""
    head = points[:, [NOSE_TIP, NOSE_BASE, *CHEEKS]].reshape(len(points), -1) * (_POSE / crop_px)
    return np.concatenate([mouth_marks(points, crop_px), head], axis=1)


def _unlike_its_likes(laid: Floats, marks: Floats, ok: Flags) -> Floats:
    """Grey levels [T, P] by which each face differs from the usual face of the same pose and mouth."""
    pool = np.flatnonzero(ok)
    unlike = np.zeros(laid.shape[:2], np.float32)
    for frame in pool:
        apart = ((marks[pool] - marks[frame]) ** 2).sum(1)
        apart[np.abs(pool - frame) <= _SAME_MOMENT_FRAMES] = np.inf
        likes = pool[np.argpartition(apart, min(_LIKES, len(pool) - 1))[:_LIKES]]
        unlike[frame] = np.abs(laid[frame] - np.median(laid[likes], axis=0)).max(axis=1)
    return unlike


def _laid(crop: npt.NDArray[np.uint8], own: Floats, rest: Floats, triangles: npt.NDArray[np.int32]) -> Floats:
    """The crop bent onto the resting face, blurred and small [48, 48, 3]."""
    small = cv2.resize(crop, (_SMALL_PX, _SMALL_PX), interpolation=cv2.INTER_AREA)
    target = np.concatenate([rest, ring_points(rest[None], rest[None])[0]])
    source = np.concatenate([own, ring_points(own[None], own[None])[0]])
    moved = backward_map(triangles, target, source, crop.shape[0], _SMALL_PX)
    return np.asarray(cv2.GaussianBlur(bend(small, moved), (0, 0), 1.0), np.float32)


def _lower_face(points: Floats, crop_px: int) -> Flags:
    return _filled(points[list(UNDER_NOSE + JAW[::-1])], crop_px)


def _filled(outline: Floats, crop_px: int) -> Flags:
    return np.asarray(soft_polygon(outline, _SMALL_PX, _SMALL_PX / crop_px, 0.01) > 0.3)
