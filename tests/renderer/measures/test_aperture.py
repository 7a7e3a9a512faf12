from fractions import Fraction

import numpy as np
import pytest

from renderer.measures.aperture import (
    CLOSED_APERTURE,
    OPEN_APERTURE,
    aperture,
    articulation,
    closed_limit,
    closure_rate,
    contrast,
    gain,
    open_in_silence,
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


def test_a_mumbled_mouth_has_half_the_gain_and_is_open_less_often():
    real = (0.03 + 0.03 * np.sin(np.arange(100) / 3)).astype(np.float32)
    assert gain(real, real) == pytest.approx(1.0)
    assert gain(real / 2, real) == pytest.approx(0.5)
    assert articulation(real, real) == 1.0
    assert articulation(real / 3, real) < 0.5


def test_closure_counts_the_bilabials_whose_lips_meet():
    seen = np.full(50, 0.1, np.float32)
    seen[10:13] = CLOSED_APERTURE / 2
    phones = (Phone("m", 0.40, 0.52), Phone("a", 0.52, 1.0), Phone("p", 1.2, 1.3))
    assert closure_rate(seen, phones, FPS, start_s=0.0) == 0.5
    assert closure_rate(seen, (Phone("a", 0.1, 0.2),), FPS, start_s=0.0) is None


def test_a_bilabial_outside_the_picture_is_not_counted():
    seen = np.zeros(25, np.float32)
    assert closure_rate(seen, (Phone("p", 5.0, 5.1),), FPS, start_s=0.0) is None


def test_what_counts_as_closed_is_what_95_percent_of_the_real_closures_reach():
    real = np.full(500, 0.1, np.float32)
    phones = tuple(Phone("b", t, t + 0.04) for t in np.arange(0.5, 19.5, 0.5))
    for number, phone in enumerate(phones):
        real[round(phone.start_s * 25)] = 0.001 * number
    limit = closed_limit(real, phones, FPS)
    assert limit is not None
    assert closure_rate(real, phones, FPS, 0.0, limit) == pytest.approx(0.95, abs=0.03)


def test_of_a_few_real_closures_all_count():
    real = np.array([0.1, 0.002, 0.1, 0.008, 0.1, 0.005] * 5, np.float32)
    phones = (Phone("p", 0.03, 0.05), Phone("m", 0.11, 0.13), Phone("b", 0.19, 0.21))
    limit = closed_limit(real, phones, FPS)
    assert limit is not None
    assert closure_rate(real, phones, FPS, 0.0, limit) == 1.0


def test_contrast_sets_open_vowels_against_closures():
    seen = np.full(100, 0.05, np.float32)
    seen[50:60] = 0.01
    phones = (Phone("a", 0.4, 0.8), Phone("m", 2.1, 2.3))
    assert contrast(seen, phones, FPS) == pytest.approx(5.0)
    assert contrast(seen, phones[:1], FPS) is None


def test_silence_begins_120_ms_after_the_last_phone():
    silent = silent_frames(50, (Phone("a", 0.4, 0.8), Phone("", 0.8, 1.6)), FPS, start_s=0.0)
    assert not silent[7:23].any()
    assert silent[:7].all() and silent[24:].all()


def test_an_open_mouth_counts_only_in_silence():
    silent = np.array([True, True, False, False])
    seen = np.array([OPEN_APERTURE * 2, 0.0, 1.0, 1.0], np.float32)
    assert open_in_silence(seen, silent) == 0.5
