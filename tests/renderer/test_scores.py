from fractions import Fraction

import numpy as np
import pytest

from renderer.scores import (
    CLOSED_APERTURE,
    OPEN_APERTURE,
    aperture,
    closure_rate,
    correlation,
    flags_of,
    open_in_silence,
    seam_ratio,
    sharpness,
    silent_frames,
)
from renderer.speech.speech import Phone

FPS = Fraction(25)


def face(gap: float) -> np.ndarray:
    points = np.zeros((478, 2), np.float32)
    points[454] = (100, 0)
    points[13], points[14] = (50, 60), (50, 60 + gap)
    return points


def test_aperture_is_the_lip_gap_over_the_face_width():
    assert aperture(np.stack([face(0), face(10)])) == pytest.approx([0.0, 0.1])


def test_correlation_of_a_still_mouth_is_zero():
    moving = np.sin(np.arange(50, dtype=np.float32))
    assert correlation(moving, moving * 3 + 1) == pytest.approx(1.0)
    assert correlation(moving, np.zeros(50, np.float32)) == 0.0


def test_closure_counts_the_bilabials_whose_lips_meet():
    seen = np.full(50, 0.1, np.float32)
    seen[10:13] = CLOSED_APERTURE / 2
    phones = (Phone("m", 0.40, 0.52), Phone("a", 0.52, 1.0), Phone("p", 1.2, 1.3))
    assert closure_rate(seen, phones, FPS, start_s=0.0) == 0.5
    assert closure_rate(seen, (Phone("a", 0.1, 0.2),), FPS, start_s=0.0) is None


def test_silence_begins_120_ms_after_the_last_phone():
    silent = silent_frames(50, (Phone("a", 0.4, 0.8), Phone("", 0.8, 1.6)), FPS, start_s=0.0)
    assert not silent[7:23].any()
    assert silent[:7].all() and silent[24:].all()


def test_an_open_mouth_counts_only_in_silence():
    silent = np.array([True, True, False, False])
    seen = np.array([OPEN_APERTURE * 2, 0.0, 1.0, 1.0], np.float32)
    assert open_in_silence(seen, silent) == 0.5


def test_blur_lowers_sharpness():
    noise = np.random.default_rng(0).integers(0, 255, (4, 32, 32, 3), dtype=np.uint8)
    mask = np.ones((32, 32), np.float32)
    blurred = np.full_like(noise, 128)
    assert sharpness(noise, mask) > 100 * max(sharpness(blurred, mask), 1e-3)


def test_a_jump_at_a_seam_shows_in_the_seam_ratio():
    walk = np.cumsum(np.ones((40, 478, 2), np.float32), axis=0)
    assert seam_ratio(walk, [20]) == pytest.approx(1.0)
    walk[20:] += 5
    assert seam_ratio(walk, [20]) == pytest.approx(6.0)


def test_flags_are_sentences_about_what_is_out_of_bounds():
    assert flags_of({"open_in_silence": 0.0, "closure": 1.0, "aperture_r": 0.9}) == ()
    assert flags_of({"closure": 0.5}) == ("Lips meet in only 50% of p, b and m.",)
