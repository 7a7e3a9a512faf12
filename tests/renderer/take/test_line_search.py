"""The demo's take says these sentences."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.take.filmed import FilmedLine
from renderer.take.line_search import find_filmed_lines
from renderer.video.decode import read_sound
from tests.takes import DEMO_TAKE

SAID = {
    "0": "I recorded this take so that every message can begin with a real performance.",
    "1": "We would love to show you what we have built.",
    "2": "So choose a time, and we will be there.",
}
NOT_SAID = {
    "3": "So choose a day, and we will be there.",
    "4": "We would love to show you what we have made.",
    "5": "Nothing is sent before you have watched it and said yes.",
    "6": "Привет, спасибо за это видео.",
    "7": "So choose.",
    "8": "We would like to show you what we have built.",
    "9": "So pick a time, and we will be there.",
    "10": "So choose a time, and we will be here.",
    "11": "Hello, and thank you for waiting.",
}


@pytest.fixture(scope="module")
def found() -> dict[str, FilmedLine]:
    sound = read_sound(DEMO_TAKE)
    assert sound is not None
    return {one.line_id: one for one in find_filmed_lines(sound, list((SAID | NOT_SAID).items()))}


def test_lines_that_the_take_says_are_found_and_no_others(found: dict[str, FilmedLine]) -> None:
    assert {at: one.text for at, one in found.items()} == SAID
    assert all(0.5 < one.confidence <= 1 for one in found.values())


def test_a_line_begins_and_ends_with_its_sound_and_lies_between_pauses(found: dict[str, FilmedLine]) -> None:
    line = found["1"]
    assert line.start_s == pytest.approx(18.2, abs=0.05)
    assert line.end_s == pytest.approx(19.9, abs=0.05)
    assert line.quiet_from_s == pytest.approx(17.7, abs=0.1)
    assert line.quiet_until_s == found["2"].start_s


def test_every_word_has_its_time_in_the_take(found: dict[str, FilmedLine]) -> None:
    words = found["2"].words
    assert [word.text for word in words] == SAID["2"].split()
    times = [time_s for word in words for time_s in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert words[3].text == "time,"
    assert words[3].start_s == pytest.approx(20.7, abs=0.15)


def test_a_silent_take_says_nothing() -> None:
    assert find_filmed_lines(np.zeros(96_000, np.float32), list(SAID.items())) == []
    assert find_filmed_lines(np.zeros(0, np.float32), list(SAID.items())) == []
