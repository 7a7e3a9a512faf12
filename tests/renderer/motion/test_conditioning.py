from __future__ import annotations

import numpy as np

from renderer.motion.coarticulation import build_gestures, compute_viseme_activations
from renderer.motion.conditioning import (
    ACTIVATIONS,
    CONDITIONING_SIZE,
    SOUND,
    build_conditioning,
    fit_sound_axes,
    sample_sound,
)
from renderer.motion.visemes import VISEMES, find_visemes
from renderer.speech.log_mel import BANDS
from renderer.speech.speech import Phone

from .synthetic import make_phones

TIMES = np.arange(40) / 25 - 0.4
SILENCE = np.zeros((200, BANDS), np.float32)
CURRENT = slice(len(VISEMES), 2 * len(VISEMES))


def build_rows(text: str, bands: np.ndarray = SILENCE) -> np.ndarray:
    return build_conditioning(build_gestures(make_phones(text, 0.0)), TIMES, bands)


def test_every_moment_has_the_viseme_that_sounds_and_the_activations() -> None:
    rows = build_rows("m a p i")
    assert rows.shape == (40, CONDITIONING_SIZE)
    for at_s, symbol in ((0.05, "m"), (0.16, "a"), (0.27, "p"), (0.38, "i")):
        row = rows[np.argmin(np.abs(TIMES - at_s))]
        assert row[CURRENT].argmax() == find_visemes(symbol)[0]
    assert np.allclose(
        rows[:, ACTIVATIONS],
        compute_viseme_activations(build_gestures(make_phones("m a p i", 0.0)), TIMES),
        atol=1e-5,
    )


def test_time_since_the_phones_start_grows_and_time_to_its_end_falls() -> None:
    rows = build_conditioning(build_gestures((Phone("a", 0.0, 0.4),)), TIMES, SILENCE)
    inside = (TIMES >= 0) & (TIMES < 0.19)
    since, until = rows[inside, 2 * len(VISEMES) + 1], rows[inside, 2 * len(VISEMES) + 2]
    assert np.all(np.diff(since) > 0)
    assert np.all(until == 2)  # more than 0.2 s away


def test_stress_is_part_of_the_conditioning() -> None:
    plain, stressed = (
        build_conditioning(build_gestures((Phone("a", 0.0, 0.2, stress),)), TIMES, SILENCE)
        for stress in (0, 1)
    )
    assert stressed[12, 2 * len(VISEMES)] > plain[12, 2 * len(VISEMES)]


def test_the_sound_has_columns_of_its_own() -> None:
    quiet, loud = build_rows("m a"), build_rows("m a", np.full((200, BANDS), 2.0, np.float32))
    assert np.all(loud[15, SOUND] == 1)
    assert np.array_equal(quiet[:, : SOUND.start], loud[:, : SOUND.start])


def test_the_conditioning_is_the_same_wherever_a_line_stands() -> None:
    found = build_gestures(make_phones("m a p i", 0.0))
    early = build_conditioning(found, np.arange(30) / 25 - 0.4, SILENCE)
    late = build_conditioning(found, np.arange(40) / 25 - 0.8, SILENCE)
    assert np.allclose(early, late[10:], atol=1e-5)


def spread_of(sounds: np.ndarray) -> np.ndarray:
    axes = fit_sound_axes(sounds)
    assert axes is not None
    return (sounds @ axes).std(0)


def test_the_axes_of_a_takes_sound_are_centred_and_as_loud_as_phones() -> None:
    rng = np.random.default_rng(0)
    bands = np.cumsum(rng.normal(size=(400, BANDS)), 0).astype(np.float32) / 10
    sounds = sample_sound(bands, np.arange(90) / 25)
    axes = fit_sound_axes(sounds)
    assert axes is not None
    found = sounds @ axes
    assert np.abs(found.mean(0)).max() < 1e-3
    louder = sounds.copy()
    louder[:, 1:] *= 1.5
    assert np.allclose(spread_of(louder), found.std(0), rtol=1e-3)
    noise = sounds.copy()
    noise[:, 1:] *= 0.01
    assert fit_sound_axes(noise) is None
