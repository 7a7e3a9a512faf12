"""A hand is looked for above its palm and looked at upright."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face.detector import Detection
from renderer.face.hand_points import HAND_POINTS, enclose_palm, mark_hand, next_region, open_hand_follower
from renderer.face.region import Region


def palm(wrist: tuple[float, float], middle_root: tuple[float, float]) -> Detection:
    keypoints = np.zeros((7, 2), np.float32)
    keypoints[0], keypoints[2] = wrist, middle_root
    return Detection(np.float32([40, 40]), np.float32([60, 60]), keypoints, 0.9)


def hand() -> np.ndarray:
    """Wrist below, roots of the fingers in a row, tips far above."""
    points = np.zeros((HAND_POINTS, 2), np.float32)
    points[0] = (50, 100)
    for finger, x in enumerate((30, 40, 50, 60, 70)):
        points[1 + 4 * finger : 5 + 4 * finger] = [(x, y) for y in (80, 60, 30, 0)]
    points[[9, 5, 13]] = [(50, 60), (40, 60), (60, 60)]
    return points


def test_the_hand_is_looked_for_above_an_upright_palm() -> None:
    assert enclose_palm(palm((50, 60), (50, 40))) == Region(50, 40, 52, pytest.approx(0))


def test_a_lying_palm_has_its_hand_at_the_side_of_the_fingers() -> None:
    region = enclose_palm(palm((40, 50), (60, 50)))
    assert region.angle_rad == pytest.approx(np.pi / 2)
    assert (region.x_px, region.y_px) == pytest.approx((60, 50))


def test_the_next_region_leaves_the_fast_tips_out() -> None:
    points = hand()
    before = next_region(points)
    points[[4, 8, 12, 16, 20]] += 30
    assert next_region(points) == before
    assert before.angle_rad == pytest.approx(0)


def test_the_next_region_turns_with_the_hand() -> None:
    points = hand()
    upright = next_region(points)
    turned = next_region(points @ np.array([[0, 1], [-1, 0]], np.float32))  # a quarter clockwise
    assert turned.angle_rad == pytest.approx(np.pi / 2)
    assert turned.side_px == pytest.approx(upright.side_px, rel=1e-5)
    assert (turned.x_px, turned.y_px) == pytest.approx((-upright.y_px, upright.x_px), rel=1e-5)


def test_an_empty_picture_has_no_hands() -> None:
    picture = np.full((120, 160, 3), 90, np.uint8)
    assert open_hand_follower(2)(picture) == []
    assert mark_hand(picture, Region(80, 60, 100)) is None
