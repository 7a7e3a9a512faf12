from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.motion.amplitude_fit import fit_amplitude
from renderer.motion.measures import OPEN
from renderer.motion.style import MotionStyle, fit_style, measure_motion
from renderer.motion.synthesis import synthesise_motion

from .synthetic import FPS, make_phones, make_spoken_take

EVERY = np.ones(325, bool)
LINE = make_phones("h ɛ l o m a p i w u t a v e k æ d o b ɛ s t a", 0.0, 0.07)


@pytest.fixture(scope="module")
def style() -> MotionStyle:
    points, phones = make_spoken_take()
    return fit_style(points, EVERY, FPS, phones)


def measure_width_and_speed(style: MotionStyle) -> tuple[float, float]:
    gap = measure_motion(style.space, synthesise_motion(LINE, 60, FPS, style, start_s=0.2))[5:45, OPEN]
    return float(gap.std()), float(np.abs(np.diff(gap)).mean())


@pytest.mark.parametrize("shouted", [1.0, 1.5, 2.0])
def test_a_voice_opens_the_lips_as_wide_and_moves_them_as_fast_as_the_take(
    style: MotionStyle, shouted: float
) -> None:
    points, phones = make_spoken_take()
    loud = replace(style, weights=shouted * style.weights)
    fitted = fit_amplitude(loud, points, EVERY, FPS, phones, None)
    plain = measure_width_and_speed(fit_amplitude(style, points, EVERY, FPS, phones, None))
    assert np.allclose(measure_width_and_speed(fitted), plain, rtol=0.15)
    filmed = measure_motion(style.space, style.space.encode(points))[:, OPEN]
    assert 0.6 < measure_width_and_speed(fitted)[0] / filmed.std() < 1.2


def test_lips_still_meet(style: MotionStyle) -> None:
    points, phones = make_spoken_take()
    fitted = fit_amplitude(style, points, EVERY, FPS, phones, None)
    motion = synthesise_motion(make_phones("a m a", 0.0, 0.1), 30, FPS, fitted, start_s=0.4)
    gap = measure_motion(fitted.space, motion)[round(0.5 * 25) : round(0.6 * 25) + 1, OPEN]
    assert gap.min() < 0.06 * fitted.open_gap_px
    assert not motion[:6].any() and not motion[-3:].any()


def test_a_take_without_enough_speech_keeps_its_style(style: MotionStyle) -> None:
    points, _ = make_spoken_take()
    assert fit_amplitude(style, points, EVERY, FPS, None, None) is style
    assert fit_amplitude(style, points, EVERY, FPS, make_phones("m a p", 1.0), None) is style


def test_the_amplitude_is_kept_with_the_style_and_older_styles_have_none(style: MotionStyle) -> None:
    points, phones = make_spoken_take()
    fitted = fit_amplitude(style, points, EVERY, FPS, phones, None)
    arrays = fitted.to_arrays()
    again = MotionStyle.from_arrays(arrays)
    assert measure_width_and_speed(again) == pytest.approx(measure_width_and_speed(fitted), rel=1e-4)
    del arrays["amplitude"]
    older = MotionStyle.from_arrays(arrays)
    assert older.amplitude is None and older.ear_share == 0 and older.ear == {}
