from __future__ import annotations

import numpy as np

from renderer.motion.coarticulation import gestures
from renderer.motion.shares import SHARES
from renderer.motion.told import SOUND, TOLD, told_of
from renderer.motion.visemes import VISEMES, visemes_of
from renderer.speech.sound import BANDS
from renderer.speech.speech import Phone

from .synthetic import phones_of

TIMES = np.arange(40) / 25 - 0.4
NO_DRAFT = np.zeros((40, len(SHARES)), np.float32)
CURRENT = slice(len(VISEMES), 2 * len(VISEMES))


def told(text: str, bands: np.ndarray | None = None) -> np.ndarray:
    return told_of(gestures(phones_of(text, 0.0)), TIMES, NO_DRAFT, bands)


def test_every_frame_is_told_the_viseme_that_sounds() -> None:
    rows = told("m a p i")
    assert rows.shape == (40, TOLD)
    for at_s, symbol in ((0.05, "m"), (0.16, "a"), (0.27, "p"), (0.38, "i")):
        row = rows[np.argmin(np.abs(TIMES - at_s))]
        assert row[CURRENT].argmax() == visemes_of(symbol)[0]


def test_time_since_the_phones_start_grows_and_time_to_its_end_falls() -> None:
    phones = (Phone("a", 0.0, 0.4),)
    rows = told_of(gestures(phones), TIMES, NO_DRAFT, None)
    inside = (TIMES >= 0) & (TIMES < 0.19)
    since, until = rows[inside, 2 * len(VISEMES) + 1], rows[inside, 2 * len(VISEMES) + 2]
    assert np.all(np.diff(since) > 0)
    assert np.all(until == 2)  # more than 0.2 s away


def test_stress_is_told() -> None:
    plain, stressed = (
        told_of(gestures((Phone("a", 0.0, 0.2, stress),)), TIMES, NO_DRAFT, None) for stress in (0, 1)
    )
    assert stressed[12, 2 * len(VISEMES)] > plain[12, 2 * len(VISEMES)]


def test_unheard_sound_is_nothing_and_heard_sound_is_marked() -> None:
    bands = np.full((80, BANDS), 2.0, np.float32)
    deaf, hearing = told("m a"), told("m a", bands)
    assert not deaf[:, SOUND].any()
    assert np.all(hearing[:, -1] == 1)
    assert np.all(hearing[15, SOUND] == 1)
    assert np.array_equal(deaf[:, : SOUND.start], hearing[:, : SOUND.start])


def test_a_line_is_told_alike_wherever_it_stands() -> None:
    found = gestures(phones_of("m a p i", 0.0))
    early = told_of(found, np.arange(30) / 25 - 0.4, NO_DRAFT[:30], None)
    late = told_of(found, np.arange(40) / 25 - 0.8, NO_DRAFT, None)
    assert np.allclose(early, late[10:], atol=1e-5)
