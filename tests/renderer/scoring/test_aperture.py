from fractions import Fraction

import numpy as np
import pytest

from renderer.scoring.aperture import (
    CLOSED_APERTURE,
    OPEN_APERTURE,
    aperture,
    articulation,
    closure_limit,
    closure_rate,
    closures,
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
    limit = closure_limit(real, phones, FPS)
    assert limit is not None
    assert closure_rate(real, phones, FPS, 0.0, limit) == pytest.approx(0.95, abs=0.03)


def test_of_a_few_real_closures_all_count():
    real = np.array([0.1, 0.002, 0.1, 0.008, 0.1, 0.005] * 5, np.float32)
    phones = (Phone("p", 0.03, 0.05), Phone("m", 0.11, 0.13), Phone("b", 0.19, 0.21))
    limit = closure_limit(real, phones, FPS)
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


# --- exact values ---

FINE = Fraction(100)  # frames a second, so that a frame is 10 ms


def test_the_aperture_counts_both_directions_of_the_gap_and_of_the_width():
    points = np.zeros((1, 478, 2), np.float32)
    points[0, 13], points[0, 14] = (3, 1), (0, 5)  # 5 apart
    points[0, 234], points[0, 454] = (10, 20), (40, 60)  # 50 apart
    assert aperture(points) == pytest.approx([0.1])


def test_a_face_without_a_width_does_not_divide_by_zero():
    points = np.zeros((1, 478, 2), np.float32)
    points[0, 14] = (0, 1)
    assert aperture(points) == pytest.approx([1e6])


def test_the_movement_of_a_real_mouth_that_is_still_does_not_divide_by_zero():
    still = np.zeros(2, np.float32)
    assert gain(np.array([0, 2], np.float32), still) == pytest.approx(1e9)
    assert articulation(np.array([0, 1], np.float32), still) == pytest.approx(0.5e9)


def test_open_begins_above_22_thousandths_of_the_face_and_closed_ends_at_16():
    assert (OPEN_APERTURE, CLOSED_APERTURE) == (0.022, 0.016)
    limit = np.float32(OPEN_APERTURE)
    at_and_above = np.array([limit, np.nextafter(limit, np.float32(1))], np.float32)
    assert open_in_silence(at_and_above, np.ones(2, bool)) == 0.5
    assert (
        articulation(np.array([limit, 1, 1, 1], np.float32), np.array([limit, 1, 1, limit], np.float32))
        == 1.5
    )


def test_lips_that_come_exactly_as_near_as_the_limit_count_as_closed():
    seen = np.full(25, 0.25, np.float32)
    assert closure_rate(seen, (Phone("p", 0.4, 0.5),), FPS, 0.0, limit=0.25) == 1.0


def test_a_bilabial_is_looked_at_from_40_ms_before_it_to_40_ms_after():
    phones = (Phone("b", 0.107, 0.207),)  # 0.067 s to 0.247 s: frames 6 to 24
    touched = [at for at in range(40) if closures(closed_at(at), phones, FINE)[0] == 0]
    assert touched == list(range(6, 25))
    later = [at for at in range(40) if closures(closed_at(at), phones, FINE, start_s=0.1)[0] == 0]
    assert later == list(range(16, 35))


def closed_at(frame: int, frames: int = 40) -> np.ndarray:
    seen = np.ones(frames, np.float32)
    seen[frame] = 0
    return seen


def test_of_a_bilabial_at_an_end_of_the_picture_what_is_in_it_counts():
    assert closures(closed_at(0), (Phone("m", 0.0, 0.017),), FINE) == [0.0]
    assert closures(closed_at(39), (Phone("m", 0.357, 0.5),), FINE) == [0.0]
    assert len(closures(closed_at(39), (Phone("m", 0.447, 0.5),), FINE)) == 0, "begins as the picture ends"
    assert len(closures(closed_at(0), (Phone("m", 0.1, 0.2),), FINE, start_s=-0.5)) == 0, "ended before it"


def test_closed_is_the_least_limit_that_95_percent_of_the_real_closures_reach():
    real = np.full(21 * 20, 0.5, np.float32)
    real[10::20] = 0.001 * np.arange(21)  # a closure every 200 ms
    phones = tuple(Phone("m", at / 100, at / 100 + 0.01) for at in range(10, len(real), 20))
    assert closure_limit(real, phones, FINE) == pytest.approx(0.019)  # 20 of 21 come as near
    assert closure_limit(real, (), FINE) is None


def test_contrast_is_the_middle_vowel_over_the_middle_closure():
    seen = np.full(300, 0.05, np.float32)
    phones = []
    for number, (peak, nearest) in enumerate([(0.1, 0.01), (0.2, 0.02), (0.6, 0.04)]):
        at = 100 * number
        seen[at + 22], seen[at + 72] = peak, nearest
        seen[at + 18] = seen[at + 27] = 0.9  # just outside the vowel
        phones += [
            Phone("a", (at + 20.5) / 100, (at + 25.5) / 100),
            Phone("p", at / 100 + 0.7, at / 100 + 0.75),
        ]
    assert contrast(seen, phones, FINE) == pytest.approx(0.2 / 0.02)
    assert contrast(seen, [phone for phone in phones if phone.symbol == "p"], FINE) is None


def test_closures_below_what_a_tracker_can_tell_count_as_that_much():
    seen = np.full(100, 0.04, np.float32)
    seen[60:80] = 0.001
    assert contrast(seen, (Phone("a", 0.1, 0.2), Phone("b", 0.65, 0.7)), FINE) == pytest.approx(0.04 / 0.004)


def test_silence_is_at_least_120_ms_from_every_sound():
    sounded = np.flatnonzero(~silent_frames(100, (Phone("a", 0.507, 0.603),), FINE, 0.0))
    assert sounded.tolist() == list(range(38, 73))  # 0.387 s to 0.723 s
    later = np.flatnonzero(~silent_frames(100, (Phone("a", 0.507, 0.603),), FINE, 0.1))
    assert later.tolist() == list(range(48, 83))
    first = np.flatnonzero(~silent_frames(100, (Phone("a", 0.0, 0.017),), FINE, 0.0))
    assert first.tolist() == list(range(14)), "not before the picture, which would be its end"


def test_where_nobody_is_silent_no_mouth_is_open_in_silence():
    assert open_in_silence(np.ones(4, np.float32), np.zeros(4, bool)) == 0.0
