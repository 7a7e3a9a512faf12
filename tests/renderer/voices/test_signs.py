from __future__ import annotations

from itertools import pairwise

import pytest

from renderer.errors import RenderError
from renderer.voices.signs import (
    number_signs,
    time_signs,
    write_english_signs,
    write_ipa_of,
    write_signs,
)


def test_diphthongs_and_affricates_are_one_sign_and_strange_signs_are_left_out() -> None:
    assert write_signs("dʒˈaɪ ga t̪ʃ, eɪ!") == "ʤˈI ɡa tʃ, A!"


@pytest.mark.parametrize(
    ("ipa", "signs"),
    [
        ("ʃɪˈvɔːn", "ʃɪvˈɔːn"),
        ("ˈniːv", "nˈiːv"),
        ("/xoˈse/", "hOsˈA"),
        ("rəˈne", "ɹənˈA"),
        ("ˈvɔi̯.tɕik", "vˈɔiʧik"),
        ("ˈpɛdro", "pˈɛdɹO"),
        ("tʃaɪˈkɔfski", "ʧIkˈɔfski"),
        ("bɔ̃", "bɔn"),
    ],
)
def test_a_pronunciation_is_written_with_english_sounds(ipa: str, signs: str) -> None:
    assert write_english_signs(ipa) == signs


@pytest.mark.parametrize("ipa", ["niv7", "Neev", "王", "ˈ", "...", ""])
def test_what_is_no_pronunciation_is_refused_with_an_example(ipa: str) -> None:
    with pytest.raises(RenderError, match="shiv-AWN") as caught:
        write_english_signs(ipa)
    assert f"“{ipa}”" in caught.value.message


def test_signs_are_written_back_as_ordinary_ipa() -> None:
    assert write_ipa_of("həlˈO ʤˈIᵻz") == "həlˈoʊ dʒˈaɪɪz"


def test_a_line_begins_and_ends_in_silence() -> None:
    assert number_signs("a.") == [0, 43, 4, 0]


def test_signs_become_phones_one_after_another_each_of_its_word() -> None:
    owners = [0, 0, 0, 0, 1, 1, 1]
    lengths_s = [0.1, 0.06, 0.02, 0.12, 0.2, 0.05, 0.08, 0.1, 0.3]
    phones, words = time_signs("ʤˈI, pa", lengths_s, owners)
    assert "".join(phone.symbol or "_" for phone in phones) == "_dʒaɪ_pa_"
    assert words == [None, 0, 0, 0, 0, None, 1, 1, None]
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in pairwise(phones))
    assert phones[0].end_s == pytest.approx(0.1) and phones[-1].end_s == pytest.approx(1.03)


def test_a_stress_mark_lengthens_the_vowel_after_it_and_a_length_mark_the_one_before() -> None:
    phones, _ = time_signs("pˈaːp", [0.1, 0.06, 0.02, 0.1, 0.05, 0.06, 0.1])
    vowel = next(phone for phone in phones if phone.symbol == "a")
    assert vowel.stress == 1
    assert (vowel.start_s, vowel.end_s) == (pytest.approx(0.16), pytest.approx(0.33))


def test_stress_before_a_syllable_is_that_of_its_vowel() -> None:
    phones, _ = time_signs("ˈpa", [0.1, 0.02, 0.06, 0.1, 0.1])
    assert [(phone.symbol, phone.stress) for phone in phones if phone.symbol] == [("p", 0), ("a", 1)]
    assert phones[1].start_s == pytest.approx(0.1)
