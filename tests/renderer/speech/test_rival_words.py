"""The demo's take says “So choose a time, and we will be there.” from 20.2 s to 22.3 s."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from renderer.speech.rival_words import find_rivals, hear_words
from renderer.video.decode import read_sound
from renderer.words.script_words import parse_script_words
from tests.takes import DEMO_TAKE

RATE_HZ = 48_000


@pytest.fixture(scope="module")
def said() -> npt.NDArray[np.float32]:
    sound = read_sound(DEMO_TAKE)
    assert sound is not None
    return sound[round(20.2 * RATE_HZ) : round(22.3 * RATE_HZ)]


@pytest.fixture(scope="module")
def heard(said: npt.NDArray[np.float32]) -> list[str]:
    return [word.text for word in hear_words(said, RATE_HZ)]


def test_words_are_heard_in_order_with_their_times(said: npt.NDArray[np.float32]) -> None:
    words = hear_words(said, RATE_HZ)
    assert {"choose", "time", "be", "there"} <= {word.text for word in words}
    times = [time_s for word in words for time_s in (word.start_s, word.end_s)]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("text", "wins"),
    [
        ("So choose a time, and we will be there.", ""),
        ("So pick a time, and we will be there.", "choose"),
        ("So choose a day, and we will be there.", "time"),
        ("So choose a time, and we will be here.", "there"),
    ],
)
def test_what_was_really_said_wins_over_another_text(
    said: npt.NDArray[np.float32], heard: list[str], text: str, wins: str
) -> None:
    rivals = find_rivals(said, RATE_HZ, parse_script_words(text, "en-us"), heard)
    assert wins in " ".join(rivals) if wins else rivals == []


def test_a_wording_that_sounds_the_same_is_no_rival(said: npt.NDArray[np.float32]) -> None:
    words = parse_script_words("So choose a time, and we will be there.", "en-us")
    alike = ["so", "choose", "a", "time", "and", "we", "will", "be", "their"]
    assert find_rivals(said, RATE_HZ, words, alike) == []
    assert find_rivals(said, RATE_HZ, words, []) == []
