"""Between the lips: teeth nearly keep their size, and no row of the source is repeated."""

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


def move(source_px: int, wanted_px: int) -> tuple[np.ndarray, np.ndarray]:
    own, wanted = mouth(source_px), mouth(wanted_px)
    inside = measure_interiors(picture(source_px)[None], own[None], S)
    return keep_teeth(still(), wanted, own, float(inside.rows[0]), S)


def draw(source_px: int, wanted_px: int) -> np.ndarray:
    inside = measure_interiors(picture(source_px)[None], mouth(source_px)[None], S)
    moved, hollow = move(source_px, wanted_px)
    return darken(warp(picture(source_px), moved), hollow, inside.colours[0])


def tooth_rows(image: np.ndarray, rows: slice) -> int:
    return int((image[rows, S // 2, 1] > 150).sum())


def test_the_dark_line_is_found_between_the_rows_of_teeth() -> None:
    inside = measure_interiors(np.stack([picture(24), picture(16)]), np.stack([mouth(24), mouth(16)]), S)
    assert inside.rows == pytest.approx([0.5, 0.5], abs=0.26)
    assert inside.colours == pytest.approx(np.array([CAVITY, CAVITY]), abs=40)


def test_equal_mouths_that_show_other_things_look_unlike() -> None:
    teeth, dark = picture(24), picture(24)
    dark[int(TOP) : int(TOP) + 24, LEFT:RIGHT] = CAVITY
    shown = np.stack([teeth, teeth, dark])
    looks = measure_interiors(shown, np.stack([mouth(24)] * 3), S).looks
    assert np.array_equal(looks[0], looks[1])
    assert np.abs(looks[0] - looks[2]).mean() > 0.2


def test_a_mouth_looks_the_same_wherever_it_lies_in_the_crop() -> None:
    shown = np.stack([picture(24), np.roll(picture(24), (9, -5), (0, 1))])
    moved = mouth(24) + np.array([-5, 9], np.float32)
    looks = measure_interiors(shown, np.stack([mouth(24), moved]), S).looks
    assert looks[0] == pytest.approx(looks[1], abs=1e-3)


@pytest.mark.parametrize("wanted_px", [18, 22, 24])
def test_teeth_grow_half_as_much_as_the_mouth_opens(wanted_px: int) -> None:
    image, top = draw(20, wanted_px), int(TOP)
    upper = tooth_rows(image, slice(top, top + wanted_px // 2))
    lower = tooth_rows(image, slice(top + wanted_px // 2, top + wanted_px))
    stretched = TEETH * wanted_px / 20
    for rows in (upper, lower):
        assert min(TEETH, stretched) - 1 <= rows <= (TEETH + stretched) / 2 + 1.5


@pytest.mark.parametrize("wanted_px", [26, 32, 40])
def test_no_row_of_the_source_streaks_over_a_wider_mouth(wanted_px: int) -> None:
    moved, hollow = move(20, wanted_px)
    rows = slice(int(TOP) + 1, int(TOP) + wanted_px)
    repeated = np.diff(moved[rows, S // 2, 1]) < 0.2
    # Beside each lip and on each side of the hollow one row may be.
    assert (repeated & (hollow[rows, S // 2][1:] < 0.05)).sum() <= 4


def test_teeth_keep_their_size_in_a_mouth_that_opens_much_wider_and_the_hollow_is_dark() -> None:
    image, top = draw(20, 40), int(TOP)
    assert abs(tooth_rows(image, slice(top, top + 20)) - TEETH) <= 2
    assert image[top + 20, S // 2] == pytest.approx(np.array(CAVITY), abs=12)


def test_a_mouth_that_opens_as_wide_as_its_source_is_shown_as_filmed() -> None:
    moved, hollow = move(20, 20)
    assert np.allclose(moved, still(), atol=1e-3)
    assert hollow.max() == 0


def test_pixels_outside_the_inner_lips_stay_with_the_lips() -> None:
    moved, hollow = keep_teeth(still(), mouth(30), mouth(20), 0.5, S)
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
    assert inside.looks.shape == (0, 600)
