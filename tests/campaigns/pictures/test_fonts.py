"""Which fonts a name is drawn with, and which names are left out rather than drawn as boxes."""

from __future__ import annotations

import pytest

from campaigns.pictures.fonts import choose_lettering, clean_words

PLAIN = ("Ada", "José", "Żółć", "Владимир", "Αθηνά", "Nguyễn", "李雷", "ハナコ", "김민준")
SHAPED = ("Վարդան", "محمد", "שרה", "अर्जुन", "สมชาย", "ശ്രീ", "Hi محمد", "முருகன்", "ሰላም")


@pytest.mark.parametrize("name", PLAIN + SHAPED)
def test_a_name_of_every_script_has_fonts_for_all_its_letters(name: str) -> None:
    lettering = choose_lettering(clean_words(name))
    assert lettering is not None and lettering.is_plain == (name in PLAIN)


@pytest.mark.parametrize("name", ["𓀀", "Ada 𓀀", "\U0001e900"])
def test_a_name_with_a_letter_that_no_font_has_is_left_out(name: str) -> None:
    assert choose_lettering(clean_words(name)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada 🚀", "Ada"),
        ("Ada\n Byron\t", "Ada Byron"),
        ("\u202eadA\u202c", "adA"),
        ("Jose\u0301", "José"),
    ],
)
def test_what_is_no_letter_is_taken_out_of_the_words(text: str, words: str) -> None:
    assert clean_words(text) == words


def test_a_chinese_character_has_the_form_of_its_language() -> None:
    faces = [choose_lettering("直子", locale) for locale in ("", "ja-JP", "zh-TW")]
    assert len({one.face for one in faces if one}) == 3
    beside_kana = choose_lettering("直ハ")
    assert beside_kana and faces[1] and beside_kana.face == faces[1].face
