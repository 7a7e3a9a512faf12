import pytest

from renderer.speech.phones import join_silence, parse_phones, parse_stress, spread_phones
from renderer.speech.speech import Phone


@pytest.mark.parametrize(
    ("marked", "symbols"),
    [
        ("ˈoʊ", ["o", "ʊ"]),
        ("tʃ", ["t", "ʃ"]),
        ("ʤ", ["d", "ʒ"]),
        ("uː", ["u"]),
        ("n̩", ["n"]),
        ("ɔ̃", ["ɔ"]),
        ("g", ["ɡ"]),
        ("ç", ["ç"]),
        ("ᵻ", ["ɪ"]),
        ("ɾʲ", ["ɾ"]),
        ("ˈ", []),
        (" ", []),
        (",", []),
        ("^", []),
        ("", []),
    ],
)
def test_an_engine_phoneme_becomes_single_phones_without_marks(marked, symbols):
    assert parse_phones(marked) == symbols


def test_stress_is_read_from_its_mark():
    assert [parse_stress(marked) for marked in ("ˈeɪ", "ˌɛ", "ə")] == [1, 2, 0]


def test_a_diphthong_shares_its_time_and_its_first_vowel_the_stress():
    first, second = spread_phones(["a", "ɪ"], 1.0, 1.2, stress=1)
    assert (first.start_s, first.end_s, first.stress) == (1.0, pytest.approx(1.1), 1)
    assert (second.start_s, second.end_s, second.stress) == (pytest.approx(1.1), pytest.approx(1.2), 0)


def test_neighbouring_silences_are_one_and_empty_spans_vanish():
    phones = [Phone("", 0, 1), Phone("", 1, 2), Phone("a", 2, 2), Phone("b", 2, 3), Phone("b", 3, 4)]
    assert join_silence(phones) == (Phone("", 0, 2), Phone("b", 2, 3), Phone("b", 3, 4))
