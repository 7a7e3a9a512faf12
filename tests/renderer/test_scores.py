from fractions import Fraction

import numpy as np
import pytest

from renderer.scores import flags_of, lip_scores, look_scores
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
    assert look_scores(crops, crops, mask) == pytest.approx({"sharpness": 1.0, "ring": 1.0})
    assert look_scores(np.full_like(crops, 99), crops, mask)["sharpness"] < 0.01


def test_flags_are_sentences_about_what_is_out_of_bounds():
    assert flags_of({"open_in_silence": 0.0, "closure": 1.0, "aperture_r": 0.9, "offset_frames": 1.0}) == ()
    assert flags_of({"closure": 0.5}) == ("Lips meet in only 50% of p, b and m.",)
    assert flags_of({"offset_frames": -2.0}) == ("The lips are -2 frames beside the speech (+ is late).",)
    assert flags_of({"gain": 0.4, "ring": 1.6}) == (
        "The mouth moves only 40% as far as the speech asks.",
        "The edge of the drawn mouth may show (gradient 1.60 of the take).",
    )
