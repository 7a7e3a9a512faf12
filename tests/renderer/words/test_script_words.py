import pytest

from renderer.errors import RenderError
from renderer.words.script_words import parse_script_words, read_aloud


def spoken(text, language="en-us"):
    return [word.spoken for word in parse_script_words(text, language)]


def test_words_keep_what_was_written_for_the_captions():
    words = parse_script_words("Hi  Zoë,\n welcome 😀!", "en-us")
    assert [word.written for word in words] == ["Hi", "Zoë,", "welcome", "😀!"]


def test_emoji_and_invisible_characters_are_not_read_aloud():
    assert spoken("Thanks 👍🏽 Jo\u200bhn ❤️") == ["Thanks", "", "John", ""]


def test_decorated_letters_are_read_as_plain_ones():
    assert spoken("𝓙𝓸𝓱𝓷 Ａｎｎ") == ["John", "Ann"]


def test_curly_apostrophes_in_names_are_read_as_apostrophes():
    assert spoken("O’Brien Kealiʻi") == ["O'Brien", "Keali'i"]


def test_titles_and_initials_do_not_end_the_sentence():
    assert spoken("Dr. Smith met John F. Kennedy.") == ["Doctor", "Smith", "met", "John", "F", "Kennedy."]
    assert spoken("Dr. Smith kam.", language="de") == ["Doktor", "Smith", "kam."]


def test_accents_that_a_voice_would_spell_out_are_dropped_but_not_from_the_captions():
    words = parse_script_words("Nguyễn Đặng Ọlá", "en-us")
    assert [word.spoken for word in words] == ["Nguyen", "Dang", "Ola"]
    assert [word.written for word in words] == ["Nguyễn", "Đặng", "Ọlá"]
    assert spoken("Nguyễn", "vi") == ["Nguyễn"]


def test_letters_and_accents_typed_apart_are_joined():
    assert spoken("Jose\u0301") == ["José"]


def test_marks_of_trade_are_only_seen():
    assert spoken("Acme™ © ®") == ["Acme", "copyright", ""]


def test_several_written_words_share_what_is_said_where_it_has_as_many_parts():
    words = parse_script_words("On 14 March 2026, friends.", "en-us")
    assert [(word.written, word.spoken) for word in words] == [
        ("On", "On"),
        ("14", "the fourteenth of"),
        ("March", "March"),
        ("2026,", "twenty twenty six,"),
        ("friends.", "friends."),
    ]


def test_several_written_words_that_are_said_as_one_stand_on_the_first_with_the_last_mark():
    words = parse_script_words("Call +44 20 7946 0000, Ada.", "en-us")
    said = "plus four four, two zero, seven nine four six, zero zero zero zero,"
    assert [word.spoken for word in words] == ["Call", said, "", "", "", "Ada."]


def test_one_written_word_that_is_said_as_several_stays_one():
    assert spoken("It costs $5.50.") == ["It", "costs", "five dollars and fifty cents."]
    assert spoken("Hi Ada.Thanks!") == ["Hi", "Ada. Thanks!"]


def test_a_mark_between_words_is_heard_on_the_word_before_it():
    assert spoken("Hi Ada — welcome") == ["Hi", "Ada,", "", "welcome"]


def test_a_line_is_read_aloud_as_one_text():
    assert (
        read_aloud("It costs $5.50 — really 😀.", "en-us") == "It costs five dollars and fifty cents, really."
    )
    with pytest.raises(RenderError, match="cannot say"):
        read_aloud("Hi 王小明.", "en-us")


def test_a_language_that_no_library_counts_in_keeps_its_figures():
    assert spoken("5 ευρώ", "el") == ["5", "ευρώ"]


@pytest.mark.parametrize("text", ["", "   ", "...", "😀", "— !", "\u200b"])
def test_a_text_without_letters_or_numbers_cannot_be_said(text):
    with pytest.raises(RenderError, match="No voice can say") as caught:
        parse_script_words(text, "en-us")
    assert text.strip() in caught.value.message
    assert caught.value.permanent


@pytest.mark.parametrize("name", ["王小明", "Привет", "محمد", "אבי", "ひろし", "김민준"])
def test_a_name_in_letters_that_the_voice_does_not_read_is_refused_by_name(name):
    with pytest.raises(RenderError, match="cannot say") as caught:
        parse_script_words(f"Hi {name}, welcome.", "en-us")
    assert f"“{name}”" in caught.value.message
    assert "Hi" in caught.value.message


def test_a_voice_of_the_language_reads_its_own_letters_and_latin_ones():
    assert spoken("Привет, John", "ru") == ["Привет,", "John"]
    assert spoken("ひろし 王", "ja") == ["ひろし", "王"]


@pytest.mark.parametrize("name", ["Łukasz", "Zoë", "D'Angelo", "Søren", "Ğökçe", "José-María", "Œuvre"])
def test_accented_latin_names_are_accepted(name):
    assert spoken(name) == [name]
