from __future__ import annotations

import pytest

from renderer.errors import RenderError
from renderer.voices.english_sounds import SIGNS_MAX, read_english


def read(text: str, ipa: dict[int, str] | None = None, *, british: bool = False) -> dict[int | None, str]:
    """The signs of each word of a line."""
    words = text.split()
    out: dict[int | None, str] = {}
    for sentence in read_english(words, ipa or {}, british=british):
        for sign, word in zip(sentence.signs, sentence.owners, strict=True):
            out[word] = out.get(word, "") + sign
    return {word: signs.strip() for word, signs in out.items()}


def test_each_word_owns_its_sounds_and_its_punctuation() -> None:
    assert read("Hello there, friend!") == {0: "həlˈO", 1: "ðˈɛɹ,", 2: "fɹˈɛnd!"}


def test_a_word_sounds_as_its_neighbours_ask_for() -> None:
    said = read("Read the book that I have read.")
    assert (said[0], said[6]) == ("ɹˈid", "ɹˈɛd.")
    assert (read("the apple")[0], read("the pear")[0]) == ("ði", "ðə")


def test_what_is_spoken_as_several_words_belongs_to_one() -> None:
    words = ["You", "saved", "twelve hundred dollars", "today."]
    owners = [word for word in read_english(words, {})[0].owners]
    assert owners == sorted(owners)
    assert set(owners) == {0, 1, 2, 3}


def test_a_word_that_is_not_spoken_owns_nothing() -> None:
    (said,) = read_english(["Hello", "", "there."], {})
    assert set(said.owners) == {0, 2}


def test_a_given_pronunciation_takes_the_place_of_the_words_own_and_keeps_its_marks() -> None:
    said = read("Hello Niamh, and “Siobhán”!", {1: "ˈniːv", 3: "ʃɪˈvɔːn"})
    assert said[1] == "nˈiːv,"
    assert said[3] == "“ʃɪvˈɔːn”!"


def test_a_pronunciation_that_cannot_be_said_is_refused() -> None:
    with pytest.raises(RenderError, match="“7”"):
        read("Hello Niamh", {1: "niv7"})


def test_british_words_sound_british() -> None:
    assert (read("hello")[0], read("hello", british=True)[0]) == ("həlˈO", "həlˈQ")


def test_sentences_are_said_one_by_one() -> None:
    said = read_english(["Are", "you", "well?", "I", "am.", "Good"], {})
    assert [one.signs[-1] for one in said] == ["?", ".", "d"]


def test_a_sentence_that_is_too_long_ends_at_a_clause_and_else_between_words() -> None:
    for text in ("one of the many long words, " * 40, "one of the many long words " * 40):
        said = read_english(text.split(), {})
        assert all(len(one.signs) <= SIGNS_MAX for one in said)
        owners = [word for one in said for word in one.owners]
        assert sorted(set(owners)) == list(range(240))
        lasts = {one.signs.split(" ")[-1].strip(",") for one in said}
        assert lasts <= {"wˈɜɹdz", "lˈɔŋ", "mˈɛni", "wˈʌn", "ðə", "ʌv"}


def test_the_letter_of_a_code_is_no_article() -> None:
    assert read("Order A-one")[1].startswith("ˈA")
    assert read("a one")[0] == "ɐ"
