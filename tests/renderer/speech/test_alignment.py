from itertools import pairwise

from renderer.speech.alignment import match_phones_to_words, time_words
from renderer.speech.speech import Phone, Word


def test_phones_go_to_the_words_that_sound_like_them():
    assert match_phones_to_words("haɪzoʊi", ["haɪ", "zoʊi"]) == [0, 0, 0, 1, 1, 1, 1]


def test_a_word_that_sounds_otherwise_in_context_still_gets_its_phones():
    # "for a week": the article alone is "eɪ", in the sentence "ə".
    assert match_phones_to_words("fɚɹəwik", ["fɔɹ", "eɪ", "wik"]) == [0, 0, 0, 1, 2, 2, 2]


def test_order_holds_even_when_nothing_fits():
    owners = match_phones_to_words("pppppppp", ["aɪ", "oʊ", ""])
    assert all(a <= b for a, b in pairwise(owners))
    assert match_phones_to_words("abc", ["", ""]) == [0, 0, 0]
    assert match_phones_to_words("", ["haɪ"]) == []


def phones(symbols, step_s=0.1):
    return [Phone(symbol.strip(), n * step_s, (n + 1) * step_s) for n, symbol in enumerate(symbols)]


def test_words_span_their_own_phones_and_leave_pauses_out():
    words = time_words(["Hi,", "Bo"], phones("ha bo"), [0, 0, None, 1, 1])
    assert words == (Word("Hi,", 0.0, 0.2), Word("Bo", phones("ha bo")[3].start_s, 0.5))


def test_a_silent_mark_stands_at_the_end_of_the_word_before_it():
    words = time_words(["a", "—", "b"], phones("ab"), [0, 2])
    assert words[1] == Word("—", 0.1, 0.1)


def test_a_word_run_into_the_one_before_shares_its_span():
    first, second = time_words(["for", "a"], phones("fɔɹə"), [0, 0, 0, 0])
    assert (first.start_s, second.end_s) == (0.0, 0.4)
    assert abs(first.end_s - 0.3) < 1e-9
    assert second.start_s == first.end_s
