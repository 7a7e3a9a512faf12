from __future__ import annotations

from renderer.voices.foreign_sounds import read_foreign


def test_each_word_owns_its_sounds_and_sentences_are_said_one_by_one() -> None:
    said = read_foreign(["Hola", "", "Pedro!", "Buenos", "días."], {}, "es")
    assert [set(one.owners) for one in said] == [{0, 2}, {3, 4}]
    assert said[0].signs.endswith("!") and said[1].signs.startswith("b")


def test_a_given_pronunciation_keeps_the_words_marks() -> None:
    (said,) = read_foreign(["Hola", "Niamh!"], {1: "niːv"}, "es")
    assert said.signs.endswith("niːv!")


def test_words_that_change_each_other_are_read_together() -> None:
    (said,) = read_foreign(["les", "amis"], {}, "fr")
    first = "".join(s for s, word in zip(said.signs, said.owners, strict=True) if word == 0)
    second = "".join(s for s, word in zip(said.signs, said.owners, strict=True) if word == 1)
    assert "z" in first + second
