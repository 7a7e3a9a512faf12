"""A speaker knows what the words of a row need, and which letters its voice cannot read."""

from __future__ import annotations

from campaigns import engine
from campaigns.engine import Pronunciation
from campaigns.pronunciations.library import create_library
from campaigns.pronunciations.speaker import Speaker

ENGLISH = engine.choose_voice("pyttsx3")


def test_a_row_beats_the_library() -> None:
    speaker = Speaker(ENGLISH, create_library([Pronunciation("Andrea", "AN-dree-a")]))
    own = [Pronunciation("andrea", "an-DRAY-a"), Pronunciation("Bo", "boh")]
    assert [one.said for one in speaker.select(["Hi Andrea."], own)] == ["an-DRAY-a"]
    assert [one.said for one in speaker.select(["Hi Andrea."])] == ["AN-dree-a"]


def test_a_word_of_two_parts_does_not_reach_into_the_next_line() -> None:
    speaker = Speaker(ENGLISH, create_library([Pronunciation("Ann Marie", "x")]))
    assert speaker.select(["Hi Ann", "Marie is here"]) == ()


def test_letters_that_the_voice_cannot_read_are_a_fault() -> None:
    speaker = Speaker(ENGLISH, create_library([]))
    assert "王小明" in speaker.find_fault("Hi 王小明.")
    assert speaker.find_fault("Hi Łukasz.") == speaker.find_fault("Hi Nguyễn.") == ""


def test_where_there_is_no_voice_no_letters_are_judged() -> None:
    speaker = Speaker(engine.VoiceConfig("piper", "/nowhere/voice.onnx"), create_library([]))
    assert (speaker.language, speaker.find_fault("王小明")) == ("", "")
