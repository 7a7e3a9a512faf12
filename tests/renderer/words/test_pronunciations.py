"""Pronunciations change the words that they name, and no other speech."""

from __future__ import annotations

import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.voices.speech_cache import compute_speech_key
from renderer.words.pronunciations import (
    Pronunciation,
    add_possessive,
    check_pronunciation,
    select_pronunciations,
    write_respelling,
)
from renderer.words.script_words import parse_script_words

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


def say(text: str, *known: Pronunciation) -> list[tuple[str, str]]:
    return [(word.spoken, word.ipa) for word in parse_script_words(text, "en-us", "", known)]


def test_a_respelling_is_said_in_the_place_of_its_word_with_the_marks_around_it() -> None:
    assert say("Hi Niamh, welcome.", NIAMH) == [("Hi", ""), ("neev,", ""), ("welcome.", "")]
    assert say("“NIAMH”!", NIAMH) == [("“neev”!", "")]


def test_a_possessive_keeps_its_ending() -> None:
    assert say("Niamh’s plan", NIAMH)[0] == ("neev's", "")
    ipa = Pronunciation("Niamh", "niːv", is_ipa=True)
    assert say("Niamh’s plan", ipa)[0] == ("Niamh's", "niːvz")
    assert add_possessive("dʒɛs", "'s") == "dʒɛsɪz"
    assert add_possessive("pæt", "'s") == "pæts"
    assert add_possessive("dʒɛs", "'") == "dʒɛs"


def test_capitals_and_hyphens_of_a_respelling_are_neither_spelt_nor_paused_at() -> None:
    siobhan = Pronunciation("Siobhán", "shiv-AWN")
    assert say("Hi Siobhán.", siobhan)[1] == ("shiv-awn.", "")
    assert write_respelling("HWAH·keen  Neve") == "hwah keen Neve"


def test_a_name_of_several_words_is_said_word_by_word_where_it_can_be() -> None:
    xi = Pronunciation("Xi Wei", "shee way")
    assert say("Hi Xi Wei.", xi) == [("Hi", ""), ("shee", ""), ("way.", "")]
    one = Pronunciation("Van der Berg", "fanderbairg")
    assert say("Hi Van der Berg!", one) == [("Hi", ""), ("fanderbairg!", ""), ("", ""), ("", "")]


def test_ipa_goes_beside_the_word_and_foreign_letters_may_stand_there() -> None:
    wang = Pronunciation("王", "/waŋ/", is_ipa=True)
    assert say("Hi 王.", wang)[1] == ("王.", "waŋ")
    assert say("Hi Ada 王.", Pronunciation("王", "Wong"))[2] == ("Wong.", "")


def test_the_first_pronunciation_of_a_word_wins_and_other_languages_are_left_alone() -> None:
    other = Pronunciation("Niamh", "nee-uv")
    german = Pronunciation("Niamh", "Nief", language="de")
    assert say("Niamh", german, NIAMH, other) == [("neev", "")]
    assert not german.is_for("en-us") and german.is_for("de-DE") and NIAMH.is_for("xx")


def test_addresses_and_double_names_are_not_cut_in_two() -> None:
    ipa = Pronunciation("Niamh", "niːv", is_ipa=True)
    assert say("niamh@example.com", NIAMH)[0][0] == "niamh at example dot com"
    assert say("Niamh-Ann", ipa) == [("Niamh-Ann", "")]
    assert say("Niamh-Ann", NIAMH) == [("neev-Ann", "")]


def test_figures_in_a_name_can_be_pronounced_too() -> None:
    assert say("Use B2B.", Pronunciation("B2B", "bee to bee"))[1] == ("bee to bee.", "")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Pronunciation("", "neev"), "needs the word"),
        (Pronunciation("Niamh", " "), "empty or has no letters"),
        (Pronunciation("Niamh", "-1"), "empty or has no letters"),
        (Pronunciation("Niamh", "нив"), "does not read"),
        (Pronunciation("Niamh", "n€v", is_ipa=True), "no IPA: €"),
        (Pronunciation("Niamh", "NEEV", is_ipa=True), "no IPA: E N V"),
    ],
)
def test_what_a_voice_cannot_say_is_refused_in_plain_words(one: Pronunciation, said: str) -> None:
    with pytest.raises(RenderError, match=said):
        check_pronunciation(one, "en-us")


def test_what_voices_can_say_is_accepted() -> None:
    for one in (
        NIAMH,
        Pronunciation("Siobhán", "/ʃɪˈvɔːn/", is_ipa=True),
        Pronunciation("Ç", "t͡ʃe", is_ipa=True),
    ):
        check_pronunciation(one, "en-us")


def test_a_bad_pronunciation_stops_the_line_that_needs_it() -> None:
    bad = Pronunciation("Niamh", "%%", is_ipa=True)
    with pytest.raises(RenderError, match="Niamh"):
        say("Hi Niamh.", bad)
    assert say("Hi Ada.", bad)[1] == ("Ada.", "")
