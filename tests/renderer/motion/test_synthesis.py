from __future__ import annotations

import numpy as np
import pytest

from renderer.motion.measures import JAW, OPEN, UPPER_LIP, WIDTH, compute_aperture
from renderer.motion.style import MotionStyle, fit_style, measure_motion
from renderer.motion.synthesis import synthesise_motion
from renderer.speech.speech import Phone
from tests.renderer.motion.synthetic import FPS, act, make_phones, make_spoken_take

LINE = "m a p i s o t u b ɛ n ɪ f æ l w ʌ k"


@pytest.fixture(scope="module")
def learned() -> MotionStyle:
    points, phones = make_spoken_take()
    return fit_style(points, np.ones(len(points), bool), FPS, phones)


@pytest.fixture(scope="module")
def unlearned() -> MotionStyle:
    points, _ = make_spoken_take()
    return fit_style(points, np.ones(len(points), bool), FPS, None)


@pytest.fixture(params=["learned", "unlearned"])
def style(request: pytest.FixtureRequest) -> MotionStyle:
    return request.getfixturevalue(request.param)


def measure_middle_phone(symbols: str, style: MotionStyle) -> np.ndarray:
    """Measures at the middle of the second phone of three, 40 ms ahead of its sound."""
    phones = make_phones(symbols, 0.0, 0.12)
    motion = synthesise_motion(phones, 30, FPS, style, start_s=0.4)
    return measure_motion(style.space, motion)[round((0.4 + 0.18 - 0.04) * 25)]


def test_held_out_speech_moves_the_lips_as_the_person_did() -> None:
    points, phones = make_spoken_take()
    known = 244
    style = fit_style(
        points[:known], np.ones(known, bool), FPS, tuple(p for p in phones if p.end_s < known / 25)
    )
    motion = synthesise_motion(phones, len(points), FPS, style)
    guess = compute_aperture(style.space.decode(motion, points))[known:]
    truth = compute_aperture(points)[known:]
    assert style.is_learned
    assert np.corrcoef(guess, truth)[0, 1] > 0.85
    assert 0.7 < guess.std() / truth.std() < 1.4


def test_without_speech_the_viseme_table_speaks_within_the_persons_range(unlearned: MotionStyle) -> None:
    points, phones = make_spoken_take()
    guess = compute_aperture(
        unlearned.space.decode(synthesise_motion(phones, len(points), FPS, unlearned), points)
    )
    truth = compute_aperture(points)
    assert not unlearned.is_learned
    assert np.corrcoef(guess, truth)[0, 1] > 0.7
    assert guess.max() < 1.5 * truth.max()


def test_open_vowels_open_wider_than_close_ones(style: MotionStyle) -> None:
    assert measure_middle_phone("t a t", style)[OPEN] > 1.5 * measure_middle_phone("t i t", style)[OPEN]
    assert measure_middle_phone("t a t", style)[JAW] > measure_middle_phone("t i t", style)[JAW]


def test_rounded_vowels_are_narrow_and_pushed_out(style: MotionStyle) -> None:
    rounded, spread = measure_middle_phone("t u t", style), measure_middle_phone("t i t", style)
    assert rounded[WIDTH] < spread[WIDTH] - 3
    assert rounded[UPPER_LIP] > spread[UPPER_LIP]


def test_lip_and_teeth_nearly_close(style: MotionStyle) -> None:
    assert measure_middle_phone("a f a", style)[OPEN] < 0.35 * measure_middle_phone("t a t", style)[OPEN]


@pytest.mark.parametrize("symbol", ["p", "b", "m"])
@pytest.mark.parametrize("offset_s", [0.40, 0.41, 0.42, 0.43])
@pytest.mark.parametrize(("length_s", "frames"), [(0.04, 1), (0.09, 2)])
def test_lips_meet_for_whole_frames_however_short_the_phone(
    style: MotionStyle, symbol: str, offset_s: float, length_s: float, frames: int
) -> None:
    phones = make_phones(f"a {symbol} a", 0.0, length_s)
    motion = synthesise_motion(phones, 30, FPS, style, start_s=offset_s)
    gap = measure_motion(style.space, motion)[:, OPEN]
    onset, end = round(offset_s * 25), round((offset_s + 3 * length_s) * 25)
    assert (gap[onset - 1 : end + 1] < 0.06 * style.open_gap_px).sum() >= frames


def test_silence_is_exactly_neutral_and_so_are_both_ends(style: MotionStyle) -> None:
    phones = make_phones(LINE, 0.0)
    motion = synthesise_motion(phones, 90, FPS, style, start_s=0.4)
    last = round((0.4 + phones[-1].end_s + 0.12) * 25) + 1
    assert not motion[:6].any()
    assert not motion[last:].any()
    assert motion[8:last].any()


def test_a_pause_inside_a_line_closes_the_mouth(style: MotionStyle) -> None:
    phones = (*make_phones("t a", 0.0), Phone("", 0.22, 0.9), *make_phones("a t", 0.9))
    motion = synthesise_motion(phones, 50, FPS, style, start_s=0.4)
    assert not motion[round(0.8 * 25) : round(1.1 * 25)].any()


def test_lips_lead_the_sound_by_about_forty_milliseconds(unlearned: MotionStyle) -> None:
    phones = make_phones("a", 0.0, 0.2)
    gap = measure_motion(unlearned.space, synthesise_motion(phones, 240, FPS * 8, unlearned, start_s=0.5))[
        :, OPEN
    ]
    centre_s = float((gap * np.arange(240)).sum() / gap.sum()) / 200 - 0.5
    assert 0.02 < 0.1 - centre_s < 0.07


def test_motion_is_smooth(style: MotionStyle) -> None:
    points, phones = make_spoken_take()
    guess = compute_aperture(style.space.decode(synthesise_motion(phones, len(points), FPS, style), points))
    truth = compute_aperture(points)
    assert np.abs(np.diff(guess, 2)).mean() < 2 * np.abs(np.diff(truth, 2)).mean()


def test_a_line_moves_the_same_wherever_it_stands(style: MotionStyle) -> None:
    phones = make_phones(LINE, 0.0)
    early = synthesise_motion(phones, 80, FPS, style, start_s=0.4)
    late = synthesise_motion(phones, 100, FPS, style, start_s=0.8)
    assert np.allclose(early[:80], late[10:90], atol=1e-4)


def test_the_same_line_gives_the_same_bytes(style: MotionStyle) -> None:
    phones = make_phones(LINE, 0.0)
    assert (
        synthesise_motion(phones, 80, FPS, style).tobytes()
        == synthesise_motion(phones, 80, FPS, style).tobytes()
    )


def test_a_line_without_phones_stays_neutral(style: MotionStyle) -> None:
    assert not synthesise_motion((), 20, FPS, style).any()
    assert not synthesise_motion((Phone("", 0.0, 0.5),), 20, FPS, style).any()


def test_a_style_comes_back_from_its_arrays(style: MotionStyle) -> None:
    again = MotionStyle.from_arrays(style.to_arrays())
    phones = make_phones(LINE, 0.0)
    assert np.array_equal(
        synthesise_motion(phones, 80, FPS, again), synthesise_motion(phones, 80, FPS, style)
    )
    assert again.is_learned == style.is_learned


def test_a_presenter_who_never_spoke_can_still_be_made_to_speak() -> None:
    still = act((), 150)
    style = fit_style(still, np.ones(150, bool), FPS, None)
    gap = measure_motion(style.space, synthesise_motion(make_phones(LINE, 0.0), 80, FPS, style, start_s=0.4))[
        :, OPEN
    ]
    assert gap.max() > 0.03 * np.ptp(style.space.rest[:, 0])


# --- recordings ---

BREATH = (*make_phones("t a", 0.0), Phone("", 0.22, 0.8), *make_phones("a t", 0.8))


@pytest.fixture(scope="module")
def breathing() -> MotionStyle:
    """A person whose lips stay parted while they breathe between words."""
    points, phones = make_spoken_take()
    awake = tuple(Phone("", p.start_s, p.end_s) if p.symbol in "iu" else p for p in phones)
    return fit_style(points, np.ones(len(points), bool), FPS, awake, make_room_noise(14.0))


def make_room_noise(length_s: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=int(length_s * 48_000))
    return (0.01 * noise).astype(np.float32)


def synthesise_pause(style: MotionStyle, samples: np.ndarray | None) -> np.ndarray:
    motion = synthesise_motion(BREATH, 50, FPS, style, start_s=0.4, samples=samples)
    return motion[round(0.8 * 25) : round(1.05 * 25)]


def test_in_a_recording_a_breath_between_words_is_part_of_speech(breathing: MotionStyle) -> None:
    gap = measure_motion(breathing.space, synthesise_pause(breathing, make_room_noise(1.1)))[:, OPEN]
    assert np.all(gap > 0.15 * breathing.open_gap_px)


def test_digital_silence_in_a_recording_closes_the_mouth(breathing: MotionStyle) -> None:
    assert not synthesise_pause(breathing, np.zeros(int(1.1 * 48_000), np.float32)).any()


@pytest.mark.parametrize(("muted_s", "closes"), [(0.05, False), (0.3, True)])
def test_a_pause_that_is_partly_muted_closes_the_mouth_as_well(
    breathing: MotionStyle, muted_s: float, closes: bool
) -> None:
    sound = make_room_noise(1.1)
    sound[round(0.4 * 48_000) : round((0.4 + muted_s) * 48_000)] = 0
    assert (not synthesise_pause(breathing, sound).any()) == closes


def test_a_voices_pause_closes_the_mouth(breathing: MotionStyle) -> None:
    assert not synthesise_pause(breathing, None).any()
