"""What people write as the sound of a word."""

from __future__ import annotations

import pytest

from campaigns.pronunciations.spelling import BadSpelling, Spelling, compute_key, read_spelling, read_word


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("shiv-AWN", Spelling("shiv-AWN", False)),
        ("  kee   va ", Spelling("kee va", False)),
        ("o’Neel", Spelling("o'Neel", False)),
        ("/ʃɪˈvɔːn/", Spelling("ʃɪˈvɔːn", True)),
        ("/ ʒwɐ̃w /", Spelling("ʒwɐ̃w", True)),
        ("/t͡ʃaɪ/", Spelling("t͡ʃaɪ", True)),
        ("Шивон", Spelling("Шивон", False)),
    ],
)
def test_a_respelling_or_ipa_between_slashes_is_read(typed: str, means: Spelling) -> None:
    assert read_spelling(typed) == means


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "such as shiv-AWN"),
        ("/ʃɪˈvɔːn", "has one slash"),
        ("/", "has one slash"),
        ("//", "has one slash"),
        ("/SHIV/", "“H I S V” is no sign of the phonetic alphabet"),
        ("<b>Anna</b>", "“/ < >” cannot be said"),
        ("4ever", "Write numbers as words"),
        ("😀", "“😀” cannot be said"),
        ("--", "in letters"),
        ("a" * 101, "longer than 100 characters"),
    ],
)
def test_what_cannot_be_said_is_refused_with_what_to_write(typed: str, says: str) -> None:
    with pytest.raises(BadSpelling, match=says):
        read_spelling(typed)


def test_a_word_is_stored_as_script_lines_have_it() -> None:
    assert read_word(" Zoe\u0308\u200b  Smith\n") == "Zoë Smith"
    assert compute_key("STRASSE") == compute_key("straße")
    with pytest.raises(BadSpelling, match="Write the word"):
        read_word("😀 …")
