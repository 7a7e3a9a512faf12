from itertools import pairwise

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.speech.captions import LINE_CHARACTERS, build_cues, write_vtt
from renderer.speech.speech import Speech, Word


def line(text, word_s=0.3):
    words = tuple(Word(w, n * word_s, (n + 1) * word_s) for n, w in enumerate(text.split()))
    return Speech(samples=np.zeros(int(len(words) * word_s * 48_000), np.float32), phones=(), words=words)


LONG = (
    "We would love to show you what we have built this year, so choose a time that suits you, "
    "and bring everybody who would like to see it with their own eyes."
)


def test_a_file_is_webvtt_with_times_in_the_video(tmp_path):
    write_vtt([(0.4, line("Hi Zoë.")), (62.0, line("Thanks & welcome <b>."))], tmp_path / "a.vtt")
    assert (tmp_path / "a.vtt").read_text(encoding="utf-8") == (
        "WEBVTT\n"
        "\n1\n00:00:00.400 --> 00:00:01.250\nHi Zoë.\n"
        "\n2\n00:01:02.000 --> 00:01:03.450\nThanks &amp; welcome &lt;b&gt;.\n"
    )


def test_long_lines_are_split_on_words_and_keep_every_word():
    cues = build_cues([(1.0, line(LONG))])
    assert len(cues) > 1
    assert all(len(cue.lines) <= 2 and len(text) <= LINE_CHARACTERS for cue in cues for text in cue.lines)
    assert " ".join(text for cue in cues for text in cue.lines) == LONG


def test_each_cue_starts_with_its_first_word():
    speech = line(LONG)
    for cue in build_cues([(1.0, speech)]):
        assert any(cue.start_s == pytest.approx(1.0 + word.start_s) for word in speech.words)


def test_cues_never_overlap():
    cues = build_cues([(0.0, line(LONG)), (9.7, line("Yes.", word_s=0.1)), (9.9, line("No."))])
    assert all(a.end_s <= b.start_s for a, b in pairwise(cues))
    assert all(cue.start_s < cue.end_s for cue in cues)


def test_a_word_longer_than_a_line_stands_alone():
    cues = build_cues([(0.0, line("See " + "x" * 60 + " there"))])
    assert "x" * 60 in [text for cue in cues for text in cue.lines]


def test_a_recording_without_words_has_no_cues(tmp_path):
    write_vtt([(0.0, line(""))], tmp_path / "a.vtt")
    assert (tmp_path / "a.vtt").read_text() == "WEBVTT\n"


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(RenderError, match="could not be written"):
        write_vtt([(0.0, line("Hi"))], tmp_path / "no" / "a.vtt")


# --- when a cue is shown, and where it ends ---


def spoken(*words: tuple[str, float, float]) -> Speech:
    return Speech(samples=np.zeros(48_000, np.float32), phones=(), words=tuple(Word(*word) for word in words))


def times(*cues: tuple[float, Speech]) -> list[tuple[float, float]]:
    return [pytest.approx((cue.start_s, cue.end_s)) for cue in build_cues(cues)]


def test_a_cue_stays_a_quarter_of_a_second_after_its_last_word():
    assert times((1.0, spoken(("Good", 0.5, 0.9), ("day.", 0.9, 1.5)))) == [(1.5, 2.75)]


def test_a_short_cue_stays_long_enough_to_be_read():
    assert times((1.0, spoken(("Hi.", 0.5, 0.6)))) == [(1.5, 2.3)]


def test_a_cue_ends_where_the_next_begins_but_is_seen_for_a_moment():
    hi = spoken(("Hi.", 0.0, 0.1))
    assert times((1.0, hi), (1.5, hi)) == [(1.0, 1.5), (1.5, 2.3)]
    assert times((1.0, hi), (1.0, hi)) == [(1.0, 1.001), (1.0, 1.8)]


def test_a_pause_of_more_than_600_ms_ends_a_cue():
    assert len(build_cues([(0.0, spoken(("One", -0.5, 0.0), ("two", 0.6, 0.9)))])) == 1
    assert len(build_cues([(0.0, spoken(("One", -0.5, 0.0), ("two", 0.61, 0.9)))])) == 2


def texts(text: str) -> list[tuple[str, ...]]:
    return [cue.lines for cue in build_cues([(0.0, line(text))])]


def test_a_line_holds_42_characters_and_a_cue_two_lines():
    assert LINE_CHARACTERS == 42
    a, b = "a" * 20, "b" * 21
    assert texts(f"{a} {b}") == [(f"{a} {b}",)]
    assert texts(f"{a} {b}b") == [(a, f"{b}b")]
    assert texts(f"{a} {b} {a} {b}") == [(f"{a} {b}", f"{a} {b}")]
    assert texts(f"{a} {b} {a} {b} c") == [(f"{a} {b}", f"{a} {b}"), ("c",)]


@pytest.mark.parametrize("mark", [".", "!", "?", ";", ":"])
def test_the_end_of_a_sentence_ends_a_cue_that_has_two_lines(mark: str):
    a, b = "a" * 30, "b" * 30
    assert texts(f"{a} {b}{mark} c") == [(a, f"{b}{mark}"), ("c",)]
    assert texts(f"{a}{mark} c") == [(f"{a}{mark} c",)], "one line is not enough"
    assert texts(f"{a} {b}, c") == [(a, f"{b}, c")], "a comma ends nothing"


@pytest.mark.parametrize(
    ("at_s", "clock"),
    [
        (3661.5, "01:01:01.500"),
        (59.9996, "00:01:00.000"),
        (3599.9996, "01:00:00.000"),
        (0.0014, "00:00:00.001"),
        (43_210.987, "12:00:10.987"),
    ],
)
def test_times_are_hours_minutes_seconds_and_thousandths(tmp_path, at_s: float, clock: str):
    write_vtt([(at_s, line("Hi."))], tmp_path / "a.vtt")
    assert (tmp_path / "a.vtt").read_text().split("\n")[3].startswith(f"{clock} --> ")


def test_captions_can_be_read_by_everybody_and_a_failed_try_leaves_nothing(tmp_path):
    write_vtt([(0.0, line("Hi."))], tmp_path / "a.vtt")
    assert (tmp_path / "a.vtt").stat().st_mode & 0o777 == 0o644
    (tmp_path / "taken").mkdir()
    with pytest.raises(RenderError, match="could not be written") as caught:
        write_vtt([(0.0, line("Hi."))], tmp_path / "taken")
    assert not caught.value.permanent, "another try can succeed"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.vtt", "taken"]


def test_quotes_stay_as_they_are(tmp_path):
    write_vtt([(0.0, line("\"Hi\" 'you'"))], tmp_path / "a.vtt")
    assert "\"Hi\" 'you'" in (tmp_path / "a.vtt").read_text()
