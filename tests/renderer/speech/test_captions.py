from itertools import pairwise

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.speech.captions import LINE_CHARACTERS, captions, write_vtt
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
    cues = captions([(1.0, line(LONG))])
    assert len(cues) > 1
    assert all(len(cue.lines) <= 2 and len(text) <= LINE_CHARACTERS for cue in cues for text in cue.lines)
    assert " ".join(text for cue in cues for text in cue.lines) == LONG


def test_each_cue_starts_with_its_first_word():
    speech = line(LONG)
    for cue in captions([(1.0, speech)]):
        assert any(cue.start_s == pytest.approx(1.0 + word.start_s) for word in speech.words)


def test_cues_never_overlap():
    cues = captions([(0.0, line(LONG)), (9.7, line("Yes.", word_s=0.1)), (9.9, line("No."))])
    assert all(a.end_s <= b.start_s for a, b in pairwise(cues))
    assert all(cue.start_s < cue.end_s for cue in cues)


def test_a_word_longer_than_a_line_stands_alone():
    cues = captions([(0.0, line("See " + "x" * 60 + " there"))])
    assert "x" * 60 in [text for cue in cues for text in cue.lines]


def test_a_recording_without_words_has_no_cues(tmp_path):
    write_vtt([(0.0, line(""))], tmp_path / "a.vtt")
    assert (tmp_path / "a.vtt").read_text() == "WEBVTT\n"


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(RenderError, match="could not be written"):
        write_vtt([(0.0, line("Hi"))], tmp_path / "no" / "a.vtt")
