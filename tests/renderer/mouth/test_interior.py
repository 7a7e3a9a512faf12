"""Between the lips: teeth keep their size and place, the dark line between them gives way."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER, JAW_TIP, NOSE_FOOT, POINTS
from renderer.mouth.interior import darken, keep_teeth, measure_interiors
from renderer.mouth.warp import warp

S = 128
TOP, TEETH, LEFT, RIGHT = 60.0, 6, 40, 88
LIP, TOOTH, CAVITY = (200, 90, 90), (230, 225, 215), (30, 10, 12)


def mouth(gap_px: float, jaw_px: float | None = None) -> np.ndarray:
    """Face points [478, 2] of a straight mouth; the chin follows the lower lip."""
    points = np.full((POINTS, 2), 64.0, np.float32)
    x = np.linspace(LEFT, RIGHT, len(INNER_UPPER), dtype=np.float32)
    points[list(INNER_UPPER)] = np.stack([x, np.full_like(x, TOP)], axis=1)
    drop = np.full_like(x, gap_px)
    drop[[0, -1]] = 0
    points[list(INNER_LOWER)] = np.stack([x, TOP + drop], axis=1)
    points[list(NOSE_FOOT), 1] = 40
    points[list(JAW_TIP), 1] = 95 + (gap_px if jaw_px is None else jaw_px)
    return points


def picture(gap_px: int) -> np.ndarray:
    """Six rows of upper teeth, six of lower ones, dark between them."""
    image = np.full((S, S, 3), LIP, np.uint8)
    top = int(TOP)
    image[top : top + gap_px, LEFT:RIGHT] = CAVITY
    image[top : top + TEETH, LEFT:RIGHT] = TOOTH
    image[top + gap_px - TEETH : top + gap_px, LEFT:RIGHT] = TOOTH
    return image


def still() -> np.ndarray:
    y, x = np.mgrid[0:S, 0:S].astype(np.float32)
    return np.stack([x, y], axis=-1)


def drawn(source_px: int, wanted_px: int) -> tuple[np.ndarray, np.ndarray]:
    image, own, wanted = picture(source_px), mouth(source_px), mouth(wanted_px)
    inside = measure_interiors(image[None], own[None], S)
    moved, hollow = keep_teeth(still(), wanted, own, float(inside.rows[0]), S)
    return darken(warp(image, moved), hollow, inside.colours[0]), hollow


def tooth_rows(image: np.ndarray, rows: slice) -> int:
    return int((image[rows, S // 2, 1] > 150).sum())


def test_the_dark_line_is_found_between_the_rows_of_teeth() -> None:
    inside = measure_interiors(np.stack([picture(24), picture(16)]), np.stack([mouth(24), mouth(16)]), S)
    assert inside.rows == pytest.approx([0.5, 0.5], abs=0.26)
    assert inside.colours == pytest.approx(np.array([CAVITY, CAVITY]), abs=40)


@pytest.mark.parametrize("wanted_px", [18, 24, 32, 40])
def test_teeth_keep_their_height_however_wide_the_mouth_opens(wanted_px: int) -> None:
    image, _ = drawn(20, wanted_px)
    top = int(TOP)
    upper = tooth_rows(image, slice(top, top + wanted_px // 2))
    lower = tooth_rows(image, slice(top + wanted_px // 2, top + wanted_px))
    assert abs(upper - TEETH) <= 1
    assert abs(lower - TEETH) <= 1


def test_what_the_source_does_not_show_is_dark_and_nothing_else_is() -> None:
    image, hollow = drawn(20, 40)
    assert hollow.max() > 0.9
    assert image[int(TOP) + 20, S // 2] == pytest.approx(np.array(CAVITY), abs=12)
    assert drawn(20, 20)[1].max() == 0


def test_pixels_outside_the_inner_lips_stay_with_the_lips() -> None:
    wanted, own = mouth(30), mouth(20)
    moved, hollow = keep_teeth(still(), wanted, own, 0.5, S)
    outside = np.ones((S, S), bool)
    outside[int(TOP) : int(TOP) + 31, LEFT : RIGHT + 1] = False
    assert np.array_equal(moved[outside], still()[outside])
    assert hollow[outside].max() == 0


def test_a_closed_mouth_is_left_to_the_lips() -> None:
    moved, hollow = keep_teeth(still(), mouth(0), mouth(20), 0.5, S)
    assert np.array_equal(moved, still())
    assert hollow.max() == 0


def test_a_mouth_without_frames_is_no_fault() -> None:
    inside = measure_interiors(np.zeros((0, S, S, 3), np.uint8), np.zeros((0, POINTS, 2), np.float32), S)
    assert inside.rows.shape == (0,)
    assert inside.colours.shape == (0, 3)
