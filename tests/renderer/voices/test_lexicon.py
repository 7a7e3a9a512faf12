from __future__ import annotations

import pytest

from renderer.voices.english_sounds import read_english
from renderer.voices.lexicon import WordSounds, assess_word, find_signs, guess


@pytest.mark.parametrize(("word", "ipa"), [("Smith", "smˈɪθ"), ("hello,", "həlˈoʊ"), ("MICHAEL", "mˈIkᵊl")])
def test_what_a_lexicon_knows_comes_from_it(word: str, ipa: str) -> None:
    found = assess_word(word)
    assert (found.source, found.agreed) == ("lexicon", True)
    assert found.ipa == ipa.replace("I", "aɪ").replace("ᵊ", "ə")


@pytest.mark.parametrize(
    ("name", "ipa"),
    [
        ("Nguyễn", "wˈɪn"),
        ("Xochitl", "sˈoʊtʃil"),
        ("Joaquín", "wɑkˈin"),
        ("Niamh", "nˈiv"),
        ("Siobhán", "ʃɪvˈɔn"),
        ("Wójcik", "vˈɔɪtʃɪk"),
        ("Zoë", "zˈoʊi"),
        ("Łukasz", "lˈukɑʃ"),
    ],
)
def test_a_name_of_another_language_is_right_without_help(name: str, ipa: str) -> None:
    assert assess_word(name) == WordSounds(ipa, "rule", True)


def test_a_lexicon_that_a_guess_contradicts_is_told() -> None:
    assert assess_word("Muñoz").source == "lexicon" and not assess_word("Muñoz").agreed


def test_what_nobody_knows_is_a_guess_and_may_be_disputed() -> None:
    assert assess_word("Jaylen").source == "guess"
    assert assess_word("Jaylen").agreed and assess_word("Yilmaz").agreed
    for name in ("Cholmondeley", "Tuan"):
        assert assess_word(name).source == "guess" and not assess_word(name).agreed


def test_british_sounds_differ() -> None:
    assert assess_word("Zoë", "en-gb").ipa == "zˈəʊi"


def test_what_is_told_is_what_is_said() -> None:
    for name in ("Nguyễn", "Łukasz", "Muñoz", "Jaylen"):
        (said,) = read_english([name], {})
        assert said.signs == find_signs(name), name


def test_a_possessive_is_its_name_with_an_s() -> None:
    assert find_signs("Siobhán's") == find_signs("Siobhán") + "z"
    assert find_signs("Łukasz's") == find_signs("Łukasz") + "ᵻz"


def test_signs_that_no_network_knows_are_no_guess() -> None:
    assert guess("王") == ""
