from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.motion.adapt import with_flow
from renderer.motion.flow import MotionFlow
from renderer.motion.measures import aperture
from renderer.motion.motion import speak_motion
from renderer.motion.style import MotionStyle, fit_style
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

from .synthetic import FPS, phones_of, spoken_take

EVERY = np.ones(325, bool)
BASE = {name: value.numpy() for name, value in MotionFlow(width=16, rounds=1).state_dict().items()}
LINE = phones_of("h ɛ l o m a p i", 0.0)


def sound_of(phones: tuple[Phone, ...], length_s: float) -> np.ndarray:
    """A voice whose every phone has a tone of its own, over a hum."""
    times = np.arange(round(length_s * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    sound = 0.003 * np.sin(2 * np.pi * 150 * times)
    for phone in phones:
        here = slice(round(phone.start_s * SOUND_RATE_HZ), round(phone.end_s * SOUND_RATE_HZ))
        tone_hz = 300 * 1.12 ** (sum(map(ord, phone.symbol)) % 23)
        sound[here] += 0.3 * np.sin(2 * np.pi * tone_hz * times[here])
    return sound.astype(np.float32)


def misheard(phones: tuple[Phone, ...]) -> tuple[Phone, ...]:
    """Every third phone is taken for another."""
    return tuple(replace(p, symbol="asu"[n // 3 % 3]) if n % 3 == 0 else p for n, p in enumerate(phones))


@pytest.fixture(scope="module")
def take() -> tuple[np.ndarray, tuple[Phone, ...], np.ndarray]:
    points, phones = spoken_take()
    return points, phones, sound_of(phones, 13.0)


@pytest.fixture(scope="module")
def style(take: tuple) -> MotionStyle:
    points, phones, sound = take
    return with_flow(fit_style(points, EVERY, FPS, phones, sound), points, EVERY, FPS, phones, sound, BASE)


def test_where_phones_are_misheard_the_sound_moves_the_mouth_better(take: tuple) -> None:
    points, phones, sound = take
    wrong = misheard(phones)
    style = fit_style(points[:250], EVERY[:250], FPS, wrong, sound[: 10 * SOUND_RATE_HZ])
    assert style.heard is not None
    apart = replace(style, heard=None)
    truth, rs = aperture(points[250:]), []
    for one in (style, apart):
        motion = speak_motion(wrong, 75, FPS, one, start_s=style.lag_s - 10.0, samples=sound)
        rs.append(np.corrcoef(aperture(style.space.decode(motion, points[250:])), truth)[0, 1])
    assert rs[0] > rs[1] + 0.02


def test_a_voice_with_exact_phones_is_moved_by_them_alone(style: MotionStyle) -> None:
    plain = speak_motion(LINE, 50, FPS, style, start_s=0.4)
    deaf = replace(style, heard=None, flow={}, trust=0.0)
    assert np.array_equal(plain, speak_motion(LINE, 50, FPS, deaf, start_s=0.4))
    heard = speak_motion(LINE, 50, FPS, style, start_s=0.4, samples=sound_of(LINE, 1.0))
    assert not np.allclose(plain, heard)


def test_an_ear_that_spoils_what_was_heard_is_not_believed(take: tuple, style: MotionStyle) -> None:
    points, phones, sound = take
    rng = np.random.default_rng(0)
    noisy = BASE | {"leave.weight": rng.normal(size=BASE["leave.weight"].shape).astype(np.float32) * 3}
    assert with_flow(style, points, EVERY, FPS, phones, sound, noisy).trust == 0
    assert with_flow(style, points, EVERY, FPS, phones, sound, noisy).flow == {}


def test_an_ear_is_believed_by_half_and_kept_with_the_style(style: MotionStyle) -> None:
    assert style.trust == 0.5 and style.flow.keys() == BASE.keys()
    again = MotionStyle.from_arrays(style.to_arrays())
    sound = sound_of(LINE, 1.0)
    shown = [speak_motion(LINE, 50, FPS, one, start_s=0.4, samples=sound) for one in (style, again)]
    assert np.array_equal(*shown)


def test_sound_and_ear_keep_silence_and_closures(style: MotionStyle) -> None:
    loud = replace(style, trust=1.0, flow=BASE | {"leave.bias": np.full(20, 1.0, np.float32)})
    line = phones_of("a m a", 0.0, 0.1)
    motion = speak_motion(line, 60, FPS, loud, start_s=0.4, samples=sound_of(line, 1.0))
    assert not motion[:6].any() and not motion[25:].any()
    gap = (motion @ loud.space.measures()[0])[round(0.51 * 25) : round(0.59 * 25) + 1]
    assert gap.min() < 0.06 * loud.open_gap_px


def test_a_recording_moves_the_same_wherever_it_is_heard(style: MotionStyle) -> None:
    speaking = replace(style, flow=BASE | {"leave.bias": np.full(20, 0.3, np.float32)})
    sound = sound_of(LINE, 1.0)
    early = speak_motion(LINE, 60, FPS, speaking, start_s=0.4, samples=sound)
    late = speak_motion(LINE, 80, FPS, speaking, start_s=0.8, samples=sound)
    assert np.allclose(early, late[10:70], atol=1e-4)


@pytest.mark.parametrize("missing", ["speech", "sound", "weights"])
def test_without_speech_sound_or_weights_the_style_stays(
    style: MotionStyle, take: tuple, missing: str
) -> None:
    points, phones, sound = take
    plain = replace(style, flow={}, trust=0.0)
    phones = None if missing == "speech" else phones
    sound = None if missing == "sound" else sound
    kept = with_flow(plain, points, EVERY, FPS, phones, sound, None if missing == "weights" else BASE)
    assert kept is plain
