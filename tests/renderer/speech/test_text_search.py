import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.speech.text_search import find_text, find_texts
from renderer.voices.text_to_speech import speak
from renderer.words.script_words import parse_script_words

RATE_HZ = 48_000
GAP_S = 0.6
SAID = [
    "I am glad that you could join us today.",
    "Our new platform turns one recording into many.",
    "No worries at all.",
    "I am glad that you could join us today.",
]
NOT_SAID = "Please send the signed contract before the end of March."


@pytest.fixture(scope="module")
def lines():
    return [speak(text, VoiceConfig()) for text in SAID]


@pytest.fixture(scope="module")
def take(lines):
    gap = np.random.default_rng(5).normal(0, 2e-4, round(GAP_S * RATE_HZ)).astype(np.float32)
    return np.concatenate([part for line in lines for part in (gap, line.samples)])


def starts_of(lines):
    clock_s = 0.0
    for line in lines:
        clock_s += GAP_S
        yield clock_s
        clock_s += line.duration_s


def parse(text):
    return parse_script_words(text, "en-us")


def test_each_line_is_found_where_it_is_said(take, lines):
    found = find_texts(take, RATE_HZ, [parse(SAID[1]), parse(SAID[2])])
    for place, expected in zip(found, [1, 2], strict=True):
        (one,) = place
        starts = list(starts_of(lines))
        assert one.start_s == pytest.approx(starts[expected], abs=0.25)
        assert one.end_s == pytest.approx(starts[expected] + lines[expected].duration_s, abs=0.25)
        assert one.confidence > 0.8


def test_a_line_that_is_said_twice_is_found_twice(take):
    assert len(find_text(take, RATE_HZ, parse(SAID[0]))) == 2


def test_a_line_that_is_not_said_is_not_found(take):
    assert find_text(take, RATE_HZ, parse(NOT_SAID)) == []


def test_only_the_seconds_that_are_asked_for_are_searched(take, lines):
    middle_s = list(starts_of(lines))[1]
    (one,) = find_text(take, RATE_HZ, parse(SAID[0]), within=(middle_s, len(take) / RATE_HZ))
    assert one.start_s > middle_s


def test_the_words_of_a_found_line_have_their_times_in_it(take, lines):
    (one,) = find_text(take, RATE_HZ, parse(SAID[1]))
    start_s = list(starts_of(lines))[1]
    assert [word.text for word in one.speech.words] == SAID[1].split()
    errors_s = [
        one.start_s + word.start_s - start_s - truth.start_s
        for word, truth in zip(one.speech.words, lines[1].words, strict=True)
    ]
    assert np.median(np.abs(errors_s)) < 0.06
    assert one.speech.duration_s == pytest.approx(one.end_s - one.start_s, abs=1e-3)


def test_nothing_is_found_where_nobody_speaks():
    hush = np.random.default_rng(1).normal(0, 2e-4, 3 * RATE_HZ).astype(np.float32)
    assert find_texts(hush, RATE_HZ, [parse(SAID[0]), parse(NOT_SAID)]) == [[], []]
    assert find_text(hush[:0], RATE_HZ, parse(SAID[0])) == []
