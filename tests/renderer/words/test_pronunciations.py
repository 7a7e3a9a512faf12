"""Pronunciations change the words that they name, and no other speech."""

from __future__ import annotations

from renderer.config import VoiceConfig
from renderer.voices.speech_cache import compute_speech_key
from renderer.words.pronunciations import Pronunciation, select_pronunciations

NIAMH = Pronunciation("Niamh", "neev")


def test_a_word_is_found_whole_and_in_any_case() -> None:
    assert [found.start() for found in NIAMH.find("Niamh, NIAMH’s niamha")] == [0, 7]


def test_capitals_count_where_they_are_told_to() -> None:
    assert not Pronunciation("US", "you ess", match_case=True).find("between us")


def test_words_of_two_parts_are_found_over_any_space() -> None:
    assert Pronunciation("Xi  Wei", "shee way").find("Hi Xi\nWei.")


def test_only_those_whose_words_are_said_are_selected() -> None:
    other = Pronunciation("Siobhán", "ʃɪˈvɔːn", is_ipa=True)
    assert select_pronunciations("Hi Niamh.", [other, NIAMH]) == (NIAMH,)


def test_a_correction_changes_the_key_of_the_lines_with_its_word_alone() -> None:
    voice = VoiceConfig()
    assert compute_speech_key("Hi Niamh.", voice, [NIAMH]) != compute_speech_key("Hi Niamh.", voice)
    assert compute_speech_key("Hi Ada.", voice, [NIAMH]) == compute_speech_key("Hi Ada.", voice)
