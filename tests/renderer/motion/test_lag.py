from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from renderer.motion.coarticulation import build_gestures, compute_viseme_activations
from renderer.motion.lag import Activations, estimate_lag
from renderer.motion.measures import compute_mouth_measures
from renderer.motion.style import MotionStyle, fit_style
from renderer.motion.synthesis import synthesise_motion
from renderer.speech.speech import Phone

from .synthetic import FPS, make_phones, make_spoken_take

EVERY = np.ones(325, bool)


def shift_phones(phones: tuple, by_s: float) -> tuple:
    return tuple(replace(phone, start_s=phone.start_s + by_s, end_s=phone.end_s + by_s) for phone in phones)


def activate(phones: Sequence[Phone]) -> Activations:
    gestures = build_gestures(phones)
    return lambda times: compute_viseme_activations(gestures, times)


@pytest.mark.parametrize("late_s", [0.0, 0.04, 0.12, -0.08, 0.3, -0.3])
def test_a_picture_that_follows_its_sound_late_is_noticed_to_half_a_frame(late_s: float) -> None:
    points, phones = make_spoken_take()
    lag = estimate_lag(activate(shift_phones(phones, -late_s)), compute_mouth_measures(points), EVERY, FPS)
    in_step = estimate_lag(activate(phones), compute_mouth_measures(points), EVERY, FPS)
    assert lag.seconds - in_step.seconds == pytest.approx(late_s, abs=0.01)
    assert abs(in_step.seconds) < 0.02
    assert lag.deviation_s < 0.02 and lag.explained > 0.5


def test_less_speech_leaves_the_lag_less_certain() -> None:
    points, phones = make_spoken_take()
    measures = compute_mouth_measures(points)
    whole = estimate_lag(activate(phones), measures, EVERY, FPS)
    third = estimate_lag(activate(phones), measures[:110], EVERY[:110], FPS)
    assert third.deviation_s > 1.2 * whole.deviation_s


def test_sound_that_does_not_belong_to_the_picture_has_no_lag() -> None:
    points, _ = make_spoken_take()
    rng = np.random.default_rng(3)
    foreign = make_phones(" ".join(rng.choice(list("sintɪzkeaoump"), 80)), 0.5, 0.14)
    lag = estimate_lag(activate(foreign), compute_mouth_measures(points), EVERY, FPS)
    assert lag.seconds == 0.0 and lag.explained < 0.3


def test_a_few_frames_have_no_lag() -> None:
    points, phones = make_spoken_take()
    few = np.arange(325) < 60
    assert estimate_lag(activate(phones), compute_mouth_measures(points), few, FPS).seconds == 0.0


def test_a_take_out_of_step_teaches_the_same_mouth_as_one_in_step() -> None:
    points, phones = make_spoken_take()
    line = make_phones("h ɛ l o m a p i w u", 0.0)
    in_step = fit_style(points, EVERY, FPS, phones)
    late = fit_style(points, EVERY, FPS, shift_phones(phones, -0.12))
    shown, wanted = (synthesise_motion(line, 60, FPS, style, start_s=0.4) for style in (late, in_step))
    assert late.lag_s - in_step.lag_s == pytest.approx(0.12, abs=0.01)
    assert np.corrcoef(shown[:, 0], wanted[:, 0])[0, 1] > 0.98


def test_the_lag_is_kept_with_the_style_and_older_styles_have_none() -> None:
    points, phones = make_spoken_take()
    style = fit_style(points, EVERY, FPS, shift_phones(phones, -0.12))
    arrays = style.to_arrays()
    assert MotionStyle.from_arrays(arrays).lag_s == style.lag_s != 0
    del arrays["lag_s"]
    assert MotionStyle.from_arrays(arrays).lag_s == 0
