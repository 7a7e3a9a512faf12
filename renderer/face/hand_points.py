"""Find hands in frames and mark their 21 points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from renderer.face.detector import Detection, Detector
from renderer.face.following import Follower
from renderer.face.networks import HAND_LANDMARKS, PALM_DETECTOR, network
from renderer.face.region import Image, Points, Region, crop, project, turn_between

Exact = npt.NDArray[np.float64]

HAND_POINTS = 21
WRIST, MIDDLE_ROOT = 0, 9

_SURE = 0.5
_UP = np.pi / 2  # a hand stands upright: fingers above the wrist
# A region is (side as a multiple of the longer side, shift along the hand as a share of its height).
_PALM_ROOM, _PALM_SHIFT = 2.6, -0.5  # from the palm up to the fingers
_HAND_ROOM, _HAND_SHIFT = 2.0, -0.1
_PALM_WRIST, _PALM_MIDDLE_ROOT = 0, 2  # keypoints of the detector
_INDEX_ROOT, _RING_ROOT = 5, 13
# Tips move too fast to say where the hand will be.
_STEADY = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)


def open_hand_follower(most: int) -> Follower:
    """Follows up to ``most`` hands."""
    detect = Detector(PALM_DETECTOR)
    return Follower(lambda frame: [enclose_palm(one) for one in detect(frame)], mark_hand, next_region, most)


def mark_hand(frame: Image, region: Region) -> Points | None:
    """The points [21, 2] in frame px of the hand in a region; None where the network sees none."""
    landmarks = network(HAND_LANDMARKS)
    found = landmarks(crop(frame, region, landmarks.size_px))
    if float(found["presence"].item()) <= _SURE:
        return None
    return project(found["points"], region, landmarks.size_px)


def enclose_palm(found: Detection) -> Region:
    """Where to look for the points of a hand whose palm was detected."""
    wrist, middle = found.keypoints[_PALM_WRIST], found.keypoints[_PALM_MIDDLE_ROOT]
    turn_rad = turn_between(wrist, middle, _UP)
    low, high = found.low.astype(np.float64), found.high.astype(np.float64)
    return _shift_region((low + high) / 2, high - low, turn_rad, _PALM_SHIFT, _PALM_ROOM)


def next_region(points: Points) -> Region:
    """Where a hand with these points [21, 2] will be in the next frame."""
    roots = ((points[_INDEX_ROOT] + points[_RING_ROOT]) / 2 + points[MIDDLE_ROOT]) / 2
    turn_rad = turn_between(points[WRIST], roots, _UP)
    steady = points[list(_STEADY)].astype(np.float64)
    upright = steady @ _turn(turn_rad)  # the turn taken back
    low, high = upright.min(0), upright.max(0)
    middle_px = _turn(turn_rad) @ ((low + high) / 2)
    return _shift_region(middle_px, high - low, turn_rad, _HAND_SHIFT, _HAND_ROOM)


def _shift_region(middle_px: Exact, size_px: Exact, turn_rad: float, shift: float, room: float) -> Region:
    x_px, y_px = middle_px + _turn(turn_rad) @ np.array([0.0, shift * float(size_px[1])])
    return Region(float(x_px), float(y_px), float(size_px.max()) * room, turn_rad)


def _turn(angle_rad: float) -> Exact:
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cos, -sin], [sin, cos]])
