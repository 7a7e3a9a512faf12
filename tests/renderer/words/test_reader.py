"""Figures are read as the campaign's place writes them, in words of the voice's language."""

from __future__ import annotations

import pytest

from renderer.words.reader import find_reader, is_locale


def test_without_a_locale_the_voice_says_how_figures_are_read() -> None:
    american, british = find_reader("en-us"), find_reader("en-gb")
    assert (american.is_american, american.month_first) == (True, True)
    assert (british.is_american, british.month_first) == (False, False)


def test_a_locale_changes_figures_and_not_the_language_of_the_words() -> None:
    reader = find_reader("en-us", "de-DE")
    assert (reader.language, reader.decimal, reader.groups, reader.month_first) == ("en", ",", ".", False)
    assert reader.is_american


def test_a_locale_of_the_voices_language_changes_its_words_too() -> None:
    assert not find_reader("en-us", "en-GB").is_american


@pytest.mark.parametrize(("tag", "spaced"), [("fr", True), ("pl", True), ("de", False), ("en-us", False)])
def test_some_places_write_groups_with_spaces(tag: str, spaced: bool) -> None:
    assert find_reader(tag).has_spaced_groups is spaced


@pytest.mark.parametrize("tag", ["xx-unknown", "", "grc", "en-us-nyc", "es-419", "cmn"])
def test_any_voice_has_a_reader(tag: str) -> None:
    assert find_reader(tag).decimal in ".,"


def test_a_locale_is_known_or_not() -> None:
    assert is_locale("en-GB") and is_locale("de") and is_locale("pt_BR")
    assert not is_locale("xx") and not is_locale("en-QQ")
