from __future__ import annotations

import pytest

from renderer.voices.name_sounds import NAMES, find_name_ipa, read_by_letters, strip_accents
from renderer.voices.signs import write_english_signs


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("Łukasz", "Lukasz"),
        ("Nguyễn", "Nguyen"),
        ("Søren", "Soren"),
        ("François", "Francois"),
        ("Ngũgĩ", "Ngugi"),
    ],
)
def test_accents_and_strokes_are_taken_off(word: str, plain: str) -> None:
    assert strip_accents(word) == plain


def test_a_name_is_found_with_and_without_its_accents() -> None:
    assert find_name_ipa("Siobhán") == find_name_ipa("siobhan") == "ʃɪvˈɔn"
    assert find_name_ipa("Smith") == ""


def test_a_name_that_is_another_without_its_accent_needs_it() -> None:
    assert find_name_ipa("Jesús") and not find_name_ipa("Jesus")


def test_every_name_of_the_table_can_be_said() -> None:
    assert len(NAMES) > 150
    assert all(write_english_signs(ipa).count("ˈ") == 1 for ipa in NAMES.values())


@pytest.mark.parametrize(
    ("name", "ipa"),
    [
        ("Wiśniewski", "viʃnjˈɛvski"),
        ("Kowalczyk", "kɔvˈɑltʃɪk"),
        ("Szczęsny", "ʃtʃˈɛnsnɪ"),
        ("Núñez", "nˈunjes"),
        ("Ximénez", "himˈenes"),
        ("Ibáñez", "ibˈanjes"),
        ("Simón", "simˈon"),
        ("Przemysław", "pʃɛmˈɪswɑf"),
        ("Aurélie", ""),
        ("Ruaidhrí", ""),
        ("Zsófia", ""),
        ("Vicki", ""),
        ("Smith", ""),
        ("Møller", ""),
    ],
)
def test_polish_and_spanish_are_read_by_their_letters_and_others_are_not(name: str, ipa: str) -> None:
    assert read_by_letters(name) == ipa
