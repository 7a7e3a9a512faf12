from fractions import Fraction

import numpy as np
import pytest

from renderer.scoring.scores import appearance_scores, lip_scores, write_flags
from renderer.speech.speech import Phone

FPS = Fraction(25)
PHONES = (Phone("a", 0.4, 1.2), Phone("m", 1.2, 1.4), Phone("a", 1.4, 3.0))


def spoken() -> np.ndarray:
    """Apertures of a mouth that opens and closes while PHONES sound, and rests before and after."""
    at = np.arange(100)
    gaps = 0.03 * (1 + np.sin(at / 2.3)) * ((at > 9) & (at < 76))
    gaps[29:36] = 0.0
    return gaps.astype(np.float32)


def test_a_mouth_that_does_what_it_should_has_perfect_scores():
    wanted = spoken()
    assert lip_scores(wanted, wanted, PHONES, FPS, 0.0) == pytest.approx(
        {"aperture_r": 1.0, "gain": 1.0, "open_in_silence": 0.0, "closure": 1.0, "offset_frames": 0.0}
    )


def test_late_and_mumbled_lips_show_in_the_scores():
    wanted = spoken()
    scores = lip_scores(0.5 * np.roll(wanted, 3), wanted, PHONES, FPS, 0.0)
    assert scores["offset_frames"] == 3.0
    assert scores["gain"] == pytest.approx(0.5)
    assert scores["aperture_r"] < 0.8


def test_what_a_silent_line_cannot_tell_is_left_out():
    still = np.zeros(50, np.float32)
    assert lip_scores(still, still, (), FPS, 0.0) == {"aperture_r": 0.0, "open_in_silence": 0.0}


def test_a_take_compared_with_itself_looks_like_itself():
    crops = np.random.default_rng(0).integers(0, 255, (3, 32, 32, 3), dtype=np.uint8)
    mask = np.clip(np.mgrid[:32, :32][0] / 8 - 1, 0, 1).astype(np.float32)
    assert appearance_scores(crops, crops, mask) == pytest.approx({"sharpness": 1.0, "ring": 1.0})
    assert appearance_scores(np.full_like(crops, 99), crops, mask)["sharpness"] < 0.01


def test_flags_are_sentences_about_what_is_out_of_bounds():
    assert (
        write_flags({"open_in_silence": 0.0, "closure": 1.0, "aperture_r": 0.9, "offset_frames": 1.0}) == ()
    )
    assert write_flags({"closure": 0.5}) == ("Lips meet in only 50% of p, b and m.",)
    assert write_flags({"offset_frames": -2.0}) == ("The lips are -2 frames beside the speech (+ is late).",)
    assert write_flags({"gain": 0.4, "ring": 1.6}) == (
        "The mouth moves only 40% as far as the speech asks.",
        "The edge of the drawn mouth may show (gradient 1.60 of the take).",
    )


# --- bounds ---


@pytest.mark.parametrize(
    ("score", "bound", "bad_side"),
    [
        ("open_in_silence", 0.02, 1),
        ("closure", 0.9, -1),
        ("aperture_r", 0.8, -1),
        ("gain", 0.6, -1),
        ("offset_frames", 1.5, 1),
        ("offset_frames", -1.5, -1),
        ("seam", 1.5, 1),
        ("sharpness", 0.6, -1),
        ("sharpness", 1.6, 1),
        ("ring", 0.75, -1),
        ("ring", 1.3, 1),
        ("kept_frames", 0.0, 1),
    ],
)
def test_a_score_on_its_bound_is_good_and_the_next_number_is_flagged(score: str, bound: float, bad_side: int):
    assert write_flags({score: bound}) == ()
    assert len(write_flags({score: float(np.nextafter(bound, 9 * bad_side))})) == 1


def test_scores_that_were_not_measured_are_not_flagged():
    assert write_flags({}) == ()


# --- what is late ---


def late(frames: int, count: int) -> dict[str, float]:
    """Scores of ``count`` frames that follow what was wanted by ``frames``."""
    curve = np.abs(np.random.default_rng(2).normal(0.03, 0.01, count + 20)).astype(np.float32)
    return lip_scores(curve[10 - frames : 10 - frames + count], curve[10 : 10 + count], (), FPS, 0.0)


@pytest.mark.parametrize("frames", [-5, 5])
def test_lips_are_looked_for_five_frames_early_and_late(frames: int):
    assert late(frames, 100)["offset_frames"] == frames
    assert "offset_frames" not in late(frames + np.sign(frames), 100)


def test_in_a_short_line_lips_are_looked_for_within_a_quarter_of_it():
    assert late(3, 12)["offset_frames"] == 3
    assert late(4, 12).get("offset_frames") != 4


def test_an_offset_can_be_read_from_a_correlation_of_a_half():
    wanted = np.array([1, -1, 0, 0], np.float32)
    assert lip_scores(np.array([1, 0, -1, 0], np.float32), wanted, (), FPS, 0.0)["offset_frames"] == 0.0
    assert "offset_frames" not in lip_scores(np.array([1, 0.1, -1, 0], np.float32), wanted, (), FPS, 0.0)


def test_the_gain_of_lips_that_hardly_should_move_is_still_a_gain():
    barely = np.array([0.02, 0.0202] * 10, np.float32)
    assert lip_scores(2 * barely, barely, (), FPS, 0.0)["gain"] == pytest.approx(2.0, rel=0.01)


# --- how it looks ---


def striped(contrast: int) -> np.ndarray:
    """Crops [2, 32, 32, 3] of vertical stripes, four pixels wide."""
    columns = 100 + contrast * (np.arange(32) // 4 % 2)
    return np.broadcast_to(columns[None, None, :, None], (2, 32, 32, 3)).astype(np.uint8)


def test_half_the_contrast_has_a_quarter_of_the_sharpness_and_half_the_gradient_on_the_edge():
    mask = np.broadcast_to(np.clip((np.arange(32) - 8) / 16, 0, 1), (32, 32)).astype(np.float32)
    found = appearance_scores(striped(20), striped(40), mask)
    assert found == pytest.approx({"sharpness": 0.25, "ring": 0.5})


def test_a_take_without_any_detail_does_not_divide_by_zero():
    mask = np.broadcast_to(np.clip((np.arange(32) - 8) / 16, 0, 1), (32, 32)).astype(np.float32)
    found, flat = (
        appearance_scores(striped(40), striped(0), mask),
        appearance_scores(striped(0), striped(0), mask),
    )
    assert found["sharpness"] > 1e6 and found["ring"] > 1e5
    assert flat == {"sharpness": 0.0, "ring": 0.0}
