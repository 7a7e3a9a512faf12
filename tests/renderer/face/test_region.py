"""A region is cut out turned and scaled, and its points go back to where they were."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face.region import Region, crop, overlap, project, turn_between, whole


def test_points_of_a_crop_go_back_to_the_picture() -> None:
    upright = Region(100, 50, side_px=40)
    corners = np.array([[0, 0], [20, 20], [0, 20]], np.float32)
    assert project(corners, upright, 20).tolist() == [[80, 30], [120, 70], [80, 70]]


def test_a_region_turns_clockwise_around_its_middle() -> None:
    quarter = Region(100, 50, side_px=40, angle_rad=np.pi / 2)
    top_left, top_right = project(np.array([[0, 0], [20, 0]], np.float32), quarter, 20)
    assert top_left == pytest.approx([120, 30])
    assert top_right == pytest.approx([120, 70])


def test_a_crop_shows_what_lies_in_its_region() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[40:60, 90:110] = 250
    middle = crop(picture, Region(100, 50, side_px=20), 10)
    assert (middle == 250).all()
    aside = crop(picture, Region(40, 50, side_px=20), 10)
    assert (aside == 0).all()


def test_a_turned_crop_turns_the_picture_the_other_way() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, 40:] = 200  # bright at the right
    turned = crop(picture, Region(32, 32, side_px=40, angle_rad=np.pi / 2), 20)
    assert turned[:6].max() == 200 and turned[:3].min() == 200, "what was at the right is above"
    assert turned[14:].max() == 0


def test_outside_the_picture_its_edge_goes_on_or_all_is_black() -> None:
    picture = np.full((10, 10, 3), 90, np.uint8)
    beside = Region(-20, 5, side_px=10)
    assert (crop(picture, beside, 8) == 90).all()
    assert (crop(picture, beside, 8, black_outside=True) == 0).all()


def test_the_whole_picture_is_the_square_that_holds_it() -> None:
    assert whole(np.zeros((100, 200, 3), np.uint8)) == Region(100, 50, 200)


@pytest.mark.parametrize(
    ("end", "upright_rad", "turn_rad"),
    [
        ((10, 0), 0.0, 0.0),
        ((10, 10), 0.0, np.pi / 4),  # the right eye hangs: the head is turned clockwise
        ((10, -10), 0.0, -np.pi / 4),
        ((0, -10), np.pi / 2, 0.0),  # fingers above the wrist
        ((10, 0), np.pi / 2, np.pi / 2),
    ],
)
def test_the_turn_of_a_line_is_told_clockwise(
    end: tuple[float, float], upright_rad: float, turn_rad: float
) -> None:
    start = np.zeros(2, np.float32)
    assert turn_between(start, np.array(end, np.float32), upright_rad) == pytest.approx(turn_rad)


def test_overlap_is_the_share_of_both_together() -> None:
    assert overlap(Region(0, 0, 2), Region(0, 0, 2)) == 1
    assert overlap(Region(0, 0, 2), Region(1, 0, 2)) == pytest.approx(1 / 3)
    assert overlap(Region(0, 0, 2), Region(5, 0, 2)) == 0
