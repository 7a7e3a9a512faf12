import pytest

from renderer.speech.arpabet import pronounce_english, write_arpabet


def spell(way):
    return " ".join(way)


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("hello", "HH AH L OW"),
        ("Hello,", "HH AH L OW"),
        ("o’clock", "AH K L AA K"),
        ("twenty-seven", "T W EH N T IY S EH V AH N"),
        ("Müller", "M AH L ER"),
    ],
)
def test_a_word_of_the_dictionary_has_its_phones(word, phones):
    assert phones in [spell(way) for way in pronounce_english(word)]


def test_a_word_that_is_said_in_several_ways_has_all_of_them():
    assert {spell(way) for way in pronounce_english("the")} >= {"DH AH", "DH IY"}


def test_a_word_that_no_dictionary_knows_is_read():
    (way,) = pronounce_english("Brightwater")
    assert spell(way).startswith("B R AY T W")


def test_a_name_may_be_said_as_the_dictionary_and_as_the_network_say_it():
    assert {spell(way) for way in pronounce_english("Seamus")} == {"SH EY M AH S", "S IY M AH S"}


@pytest.mark.parametrize("word", ["", "…", "😀", "—"])
def test_signs_have_no_phones(word):
    assert pronounce_english(word) == ()


def test_phones_that_are_given_are_the_only_way():
    assert pronounce_english("Xochitl", "ˈsoʊtʃiːl") == (("S", "OW", "CH", "IY", "L"),)


def test_sounds_of_other_languages_become_the_nearest_english_ones():
    assert spell(write_arpabet("yːbɐ nɔx ʁɛçt")) == "UW B AH N AO HH R EH SH T"
