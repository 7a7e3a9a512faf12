from __future__ import annotations

import numpy as np
import pytest

from renderer.motion import adapt
from renderer.motion.adapt import with_flow
from renderer.motion.flow import MotionFlow
from renderer.motion.motion import speak_motion
from renderer.motion.style import MotionStyle, fit_style, held_out_draft

from .synthetic import FPS, phones_of, spoken_take

EVERY = np.ones(325, bool)
BASE = {name: value.numpy() for name, value in MotionFlow(width=16, rounds=1).state_dict().items()}


@pytest.fixture(scope="module")
def style() -> MotionStyle:
    points, phones = spoken_take()
    return fit_style(points, EVERY, FPS, phones)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapt, "_STEPS", 3)


def test_a_model_that_adds_nothing_to_the_draft_does_not_speak(style: MotionStyle) -> None:
    points, phones = spoken_take()
    assert with_flow(style, points, EVERY, FPS, phones, None, BASE).flow == {}


def test_a_model_that_spoils_the_draft_does_not_speak(style: MotionStyle) -> None:
    points, phones = spoken_take()
    spoiling = BASE | {"leave.bias": np.full_like(BASE["leave.bias"], 2.0)}
    assert with_flow(style, points, EVERY, FPS, phones, None, spoiling).flow == {}


def test_a_model_that_mends_the_draft_speaks_and_is_kept_with_the_style(style: MotionStyle) -> None:
    points, phones = spoken_take()
    # A style whose closed mouth is half open, and a model that knows it.
    gaping = MotionStyle(**{**vars(style), "weights": style.weights * 0.0, "learned": False})
    shares = style.scale().shares(style.space.encode(points))
    mending = BASE | {"leave.bias": shares.mean(0)}
    spoken = with_flow(gaping, points, EVERY, FPS, phones, None, mending)
    assert spoken.flow
    again = MotionStyle.from_arrays(spoken.to_arrays())
    line = phones_of("h ɛ l o m a p i", 0.0)
    motion = speak_motion(line, 50, FPS, again, start_s=0.4)
    assert np.array_equal(motion, speak_motion(line, 50, FPS, spoken, start_s=0.4))
    assert not np.allclose(motion, speak_motion(line, 50, FPS, gaping, start_s=0.4))


def test_the_model_keeps_silence_and_closures(style: MotionStyle) -> None:
    loud = MotionStyle(**{**vars(style), "flow": BASE | {"leave.bias": np.full(7, 1.0, np.float32)}})
    line = phones_of("a m a", 0.0, 0.1)
    motion = speak_motion(line, 60, FPS, loud, start_s=0.4)
    assert not motion[:6].any() and not motion[25:].any()
    gap = (motion @ loud.space.measures()[0])[round(0.51 * 25) : round(0.59 * 25) + 1]
    assert gap.min() < 0.06 * loud.open_gap_px


def test_a_line_with_a_model_moves_the_same_wherever_it_is_heard(style: MotionStyle) -> None:
    speaking = MotionStyle(**{**vars(style), "flow": BASE | {"leave.bias": np.full(7, 0.3, np.float32)}})
    line = phones_of("h ɛ l o m a p i", 0.0)
    early = speak_motion(line, 60, FPS, speaking, start_s=0.4)
    late = speak_motion(line, 80, FPS, speaking, start_s=0.8)
    assert np.allclose(early, late[10:70], atol=1e-4)


@pytest.mark.parametrize("base", [None, BASE])
def test_a_take_without_speech_or_an_engine_without_weights_only_drafts(
    style: MotionStyle, base: dict | None
) -> None:
    points, phones = spoken_take()
    assert with_flow(style, points, EVERY, FPS, None if base else phones, None, base).flow == {}


def test_a_held_out_draft_is_worse_than_a_draft_of_what_was_learned(style: MotionStyle) -> None:
    from renderer.motion.coarticulation import gestures, times_s

    points, phones = spoken_take()
    motion, found, times = style.space.encode(points), gestures(phones), times_s(325, FPS, style.lag_s)
    unseen = held_out_draft(style, found, times, motion, EVERY)
    missed = [float(((draft - motion)[:, :3] ** 2).mean()) for draft in (style.drafted(found, times), unseen)]
    assert missed[0] < missed[1] < 4 * missed[0]
