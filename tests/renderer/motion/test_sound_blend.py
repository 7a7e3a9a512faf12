from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.motion.ear import EarNetwork
from renderer.motion.measures import compute_aperture
from renderer.motion.sound_blend import Blend, refit_at_blend, refit_with_sound
from renderer.motion.style import MotionStyle, fit_style
from renderer.motion.synthesis import synthesise_motion
from renderer.motion.viseme_denoiser import VisemeDenoiser
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ
from renderer.voices.espeak_voice import EspeakSpeaker
from renderer.voices.text_to_speech import resample
from renderer.weights import base_ear

from .synthetic import FPS, act, make_phones, make_spoken_take

EVERY = np.ones(325, bool)
BASE = {name: value.numpy() for name, value in VisemeDenoiser(width=16, rounds=1).state_dict().items()}
EAR = {name: value.numpy() for name, value in EarNetwork(16, 1).state_dict().items()}
LINE = make_phones("h ɛ l o m a p i", 0.0)
GERMAN = (
    "morgen Abend kommen alle unsere Freunde mit dem Boot zum Fluss und bauen dort ein großes Feuer danach "
    "wollen wir zusammen kochen und bis in die Nacht hinein alte Lieder singen wenn das Wetter so schön "
    "bleibt fahren wir am Sonntag mit dem Zug in die Berge und wandern über den Pass ins nächste Tal"
)


def make_sound(phones: tuple[Phone, ...], length_s: float) -> np.ndarray:
    """A voice whose every phone has a tone of its own, over a hum."""
    times = np.arange(round(length_s * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    sound = 0.003 * np.sin(2 * np.pi * 150 * times)
    for phone in phones:
        here = slice(round(phone.start_s * SOUND_RATE_HZ), round(phone.end_s * SOUND_RATE_HZ))
        tone_hz = 300 * 1.12 ** (sum(map(ord, phone.symbol)) % 23)
        sound[here] += 0.3 * np.sin(2 * np.pi * tone_hz * times[here])
    return sound.astype(np.float32)


def confuse_phones(phones: tuple[Phone, ...]) -> tuple[Phone, ...]:
    """Every third phone is taken for another."""
    return tuple(replace(p, symbol="asu"[n // 3 % 3]) if n % 3 == 0 else p for n, p in enumerate(phones))


@pytest.fixture(scope="module")
def take() -> tuple[np.ndarray, tuple[Phone, ...], np.ndarray]:
    points, phones = make_spoken_take()
    return points, phones, make_sound(phones, 13.0)


@pytest.fixture(scope="module")
def style(take: tuple) -> MotionStyle:
    points, phones, sound = take
    return refit_with_sound(
        fit_style(points, EVERY, FPS, phones, sound), points, EVERY, FPS, phones, sound, BASE, None
    )


def test_where_phones_are_wrong_the_sound_moves_the_mouth_better(take: tuple) -> None:
    points, phones, sound = take
    wrong = confuse_phones(phones)
    style = fit_style(points[:250], EVERY[:250], FPS, wrong, sound[: 10 * SOUND_RATE_HZ])
    assert style.sound_weights is not None
    apart = replace(style, sound_weights=None)
    truth, rs = compute_aperture(points[250:]), []
    for one in (style, apart):
        motion = synthesise_motion(wrong, 75, FPS, one, start_s=style.lag_s - 10.0, samples=sound)
        rs.append(np.corrcoef(compute_aperture(style.space.decode(motion, points[250:])), truth)[0, 1])
    assert rs[0] > rs[1] + 0.02


def test_a_voice_with_exact_phones_is_moved_by_them_alone(style: MotionStyle) -> None:
    plain = synthesise_motion(LINE, 50, FPS, style, start_s=0.4)
    without_sound = replace(style, sound_weights=None, denoiser={}, blend_weight=0.0)
    assert np.array_equal(plain, synthesise_motion(LINE, 50, FPS, without_sound, start_s=0.4))
    heard = synthesise_motion(LINE, 50, FPS, style, start_s=0.4, samples=make_sound(LINE, 1.0))
    assert not np.allclose(plain, heard)


def spoil(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return weights | {"leave.weight": rng.normal(size=weights["leave.weight"].shape).astype(np.float32) * 3}


def test_networks_that_spoil_recognised_phones_do_not_speak(take: tuple, style: MotionStyle) -> None:
    points, phones, sound = take
    refitted = refit_with_sound(style, points, EVERY, FPS, phones, sound, None, spoil(EAR))
    assert refitted.ear_share == 0 and refitted.ear == {}
    apart = refit_at_blend(style, points, EVERY, FPS, phones, sound, {}, {}, Blend(0.0, 0.0))[0]
    motions = [synthesise_motion(LINE, 50, FPS, one, start_s=0.4) for one in (refitted, apart)]
    assert np.allclose(*motions)


def test_where_the_recogniser_hears_nonsense_the_ear_moves_the_mouth() -> None:
    """A recogniser of another language: its phones are no more than about as many."""
    ear = base_ear()
    assert ear is not None
    said = EspeakSpeaker("de+f2").say(GERMAN.split(), 0.9)
    rng = np.random.default_rng(0)
    phones = tuple(
        replace(p, symbol=str(rng.choice(list("asumtil")))) if p.symbol else p for p in said.phones
    )
    sound = resample(said.samples, said.rate_hz)
    points = act(said.phones, int(len(sound) / SOUND_RATE_HZ * 25))
    half = len(points) // 2
    there = slice(half, len(points))
    usable = np.arange(len(points)) < half
    truth, rs = compute_aperture(points[there]), []
    for some in (ear, None):
        style = fit_style(points, usable, FPS, phones, sound, some)
        style = refit_with_sound(style, points, usable, FPS, phones, sound, None, some)
        motion = synthesise_motion(phones, len(points), FPS, style, start_s=style.lag_s, samples=sound)[there]
        rs.append(np.corrcoef(compute_aperture(style.space.decode(motion, points[there])), truth)[0, 1])
    assert rs[0] > 0.5 and rs[0] > rs[1] + 0.1


def test_a_voice_is_heard_by_the_ear_as_well_as_moved_by_its_phones(style: MotionStyle) -> None:
    sound = make_sound(LINE, 1.0)
    hearing = replace(style, ear=EAR | {"leave.bias": np.full(20, 0.3, np.float32)}, ear_share=0.5)
    deaf, heard = (
        synthesise_motion(LINE, 50, FPS, one, start_s=0.4, voice_samples=sound) for one in (style, hearing)
    )
    assert np.array_equal(deaf, synthesise_motion(LINE, 50, FPS, style, start_s=0.4))
    assert not np.allclose(deaf, heard)
    assert not heard[:6].any() and not heard[-3:].any()


def test_a_denoiser_counts_by_half_and_is_kept_with_the_style(style: MotionStyle) -> None:
    assert style.blend_weight == 0.5 and style.denoiser.keys() == BASE.keys()
    again = MotionStyle.from_arrays(style.to_arrays())
    sound = make_sound(LINE, 1.0)
    shown = [synthesise_motion(LINE, 50, FPS, one, start_s=0.4, samples=sound) for one in (style, again)]
    assert np.array_equal(*shown)


def test_sound_and_denoiser_keep_silence_and_closures(style: MotionStyle) -> None:
    loud = replace(style, blend_weight=1.0, denoiser=BASE | {"leave.bias": np.full(20, 1.0, np.float32)})
    line = make_phones("a m a", 0.0, 0.1)
    motion = synthesise_motion(line, 60, FPS, loud, start_s=0.4, samples=make_sound(line, 1.0))
    assert not motion[:6].any() and not motion[25:].any()
    gap = (motion @ loud.space.compute_sensitivities()[0])[round(0.51 * 25) : round(0.59 * 25) + 1]
    assert gap.min() < 0.06 * loud.open_gap_px


def test_a_recording_moves_the_same_wherever_it_stands(style: MotionStyle) -> None:
    speaking = replace(style, denoiser=BASE | {"leave.bias": np.full(20, 0.3, np.float32)})
    sound = make_sound(LINE, 1.0)
    early = synthesise_motion(LINE, 60, FPS, speaking, start_s=0.4, samples=sound)
    late = synthesise_motion(LINE, 80, FPS, speaking, start_s=0.8, samples=sound)
    assert np.allclose(early, late[10:70], atol=1e-4)


@pytest.mark.parametrize("missing", ["speech", "sound", "weights"])
def test_without_speech_sound_or_weights_the_style_stays(
    style: MotionStyle, take: tuple, missing: str
) -> None:
    points, phones, sound = take
    plain = replace(style, denoiser={}, blend_weight=0.0)
    phones = None if missing == "speech" else phones
    sound = None if missing == "sound" else sound
    kept = refit_with_sound(
        plain, points, EVERY, FPS, phones, sound, None if missing == "weights" else BASE, None
    )
    assert kept is plain
