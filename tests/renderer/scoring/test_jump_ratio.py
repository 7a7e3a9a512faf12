import numpy as np
import pytest

from renderer.scoring.jump_ratio import jump_ratio, seam_ratio, steps

SEAMS = list(range(20, 400, 20))


def walk(seed: int = 0) -> np.ndarray:
    """Face points [400, 478, 2] that move about evenly."""
    dice = np.random.default_rng(seed)
    return np.cumsum(dice.normal(size=(400, 1, 2)) + np.zeros((1, 478, 1)), axis=0).astype(np.float32)


def test_an_even_movement_has_no_seams():
    for order in (1, 2):
        found = jump_ratio(steps(walk(), order), SEAMS, width=order)
        assert 0.8 < found.ratio < 1.2
        assert found.p > 0.05
        assert found.seams == len(SEAMS)


def test_an_injected_jump_at_every_seam_is_found():
    points = walk()
    for number, seam in enumerate(SEAMS):
        points[seam:] += (-1) ** number * np.float32(2.0)
    velocity = jump_ratio(steps(points), SEAMS)
    acceleration = jump_ratio(steps(points, 2), SEAMS, width=2)
    assert velocity.ratio > 1.3 and velocity.p < 0.01
    assert acceleration.ratio > 1.3 and acceleration.p < 0.01
    elsewhere = jump_ratio(steps(points), [seam + 7 for seam in SEAMS])
    assert elsewhere.ratio < 1.0


def test_a_curve_without_seams_has_the_ratio_one():
    assert jump_ratio(steps(walk()), []).ratio == 1.0


def test_numbers_that_are_missing_are_left_out():
    sizes = steps(walk())
    sizes[SEAMS[:5]] = np.nan
    assert np.isfinite(jump_ratio(sizes, SEAMS).ratio)


def test_a_jump_at_a_join_shows_in_the_seam_ratio_of_its_surroundings():
    even = np.cumsum(np.ones((40, 478, 2), np.float32), axis=0)
    assert seam_ratio(even, [20]) == pytest.approx(1.0)
    even[20:] += 5
    assert seam_ratio(even, [20]) == pytest.approx(6.0)


# --- exact values ---


def jumping(*jumps: tuple[int, float], frames: int = 60) -> np.ndarray:
    """Face points [frames, 478, 2] that move by 1 a frame, but by as much as is said into some."""
    by = np.ones(frames, np.float32)
    for frame, size in jumps:
        by[frame] = size
    points = np.zeros((frames, 478, 2), np.float32)
    points[..., 0] = np.cumsum(by)[:, None]
    return points


def test_a_step_is_the_mean_distance_of_all_points_and_belongs_to_the_frame_it_leads_into():
    points = np.zeros((4, 6, 2), np.float32)
    points[2:, 0] = (9, 12)  # one of the six points moves by 15
    assert steps(points) == pytest.approx([np.nan, 0, 2.5, 0], nan_ok=True)
    assert steps(points, 2) == pytest.approx([np.nan, np.nan, 2.5, 2.5], nan_ok=True)


def test_a_seams_step_is_set_against_all_other_steps():
    sizes = np.array([np.nan, 1, 1, 6, 1, 5, 1, 1], np.float32)
    assert jump_ratio(sizes, [3]).ratio == pytest.approx(6 / (10 / 6))
    assert jump_ratio(sizes, [3, 5, 5]).ratio == pytest.approx(5.5)
    assert jump_ratio(sizes, [3, 5, 5]).seams == 2
    assert jump_ratio(sizes, [3], width=3).ratio == pytest.approx(4 / (4 / 4))


def test_a_seam_before_the_first_frame_marks_only_what_reaches_into_the_picture():
    sizes = np.array([9, 1, 3, 3, 3, 3], np.float32)
    assert jump_ratio(sizes, [-1], width=2).ratio == pytest.approx(9 / (13 / 5))
    assert jump_ratio(sizes, [-3], width=2).ratio == 1.0, "nothing of it is seen"


def test_without_a_frame_at_a_seam_or_without_one_beside_it_nothing_is_said():
    sizes = np.array([2, 1, 1], np.float32)
    for seams in ([], [0, 1, 2], [7]):
        found = jump_ratio(sizes, seams)
        assert (found.ratio, found.p, found.seams) == (1.0, 1.0, 0)


def test_where_nothing_moves_beside_the_seams_the_ratio_is_still_a_number():
    assert jump_ratio(np.array([0, 0, 1, 0], np.float32), [2]).ratio == pytest.approx(1e9)


def test_the_chance_is_one_in_1001_where_no_random_seams_jump_as_far_and_one_where_all_do():
    sizes = np.ones(1000, np.float32)
    assert jump_ratio(sizes, [5, 50]).p == 1.0
    sizes[:10] = 2
    assert jump_ratio(sizes, list(range(10))).p == 1 / 1001


def test_the_chance_of_one_highest_step_is_one_over_the_number_of_steps():
    assert jump_ratio(np.array([1, 1, 5, 1, 1], np.float32), [2]).p == pytest.approx(0.2, abs=0.03)
    assert jump_ratio(np.array([1, 1, 5, 1, 1], np.float32), [2, 3]).p == pytest.approx(0.4, abs=0.04)
    assert jump_ratio(np.array([1, 0, 0, 0, 1], np.float32), [0, 4]).p == pytest.approx(0.1, abs=0.03)


def test_a_join_is_compared_with_the_six_steps_on_each_side_of_it():
    assert seam_ratio(jumping((30, 5)), [30]) == pytest.approx(5.0)
    for inside in (24, 36):
        assert seam_ratio(jumping((30, 5), (inside, 13)), [30]) == pytest.approx(5 / 2), "(11 · 1 + 13) / 12"
    for outside in (23, 37):
        assert seam_ratio(jumping((30, 5), (outside, 13)), [30]) == pytest.approx(5.0)


def test_a_join_is_not_part_of_another_ones_surroundings():
    assert seam_ratio(jumping((30, 5), (33, 7)), [30, 33]) == pytest.approx(6.0)


def test_a_join_at_the_first_frame_joins_nothing_and_one_at_the_second_counts():
    assert seam_ratio(jumping(), [0]) == 0.0
    assert seam_ratio(jumping(), []) == 0.0
    assert seam_ratio(jumping((1, 5)), [1]) == pytest.approx(5.0)


def test_a_join_in_a_still_picture_is_still_a_number():
    still = np.zeros((40, 478, 2), np.float32)
    still[20:, :, 0] = 1
    assert seam_ratio(still, [20]) == pytest.approx(1e6)
