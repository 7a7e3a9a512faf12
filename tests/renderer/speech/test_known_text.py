from itertools import pairwise

import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.speech.known_text import align_known_text, check_said
from renderer.speech.text_mismatch import TextMismatch
from renderer.voices.text_to_speech import speak
from renderer.words.script_words import ScriptWord, parse_script_words

RATE_HZ = 48_000
LINE = "Big dreams often start small: five people, one good idea, and a very long week."
# eSpeak tells the exact times of what it says.
ESPEAK = VoiceConfig(engine="pyttsx3")


@pytest.fixture(scope="module")
def spoken():
    return speak(LINE, ESPEAK)


@pytest.fixture(scope="module")
def natural():
    """In a voice as natural as a person's; the models do not know eSpeak's well."""
    return speak(LINE, VoiceConfig())


def parse(text):
    return parse_script_words(text, "en-us")


def hush(seconds, level=2e-4):
    return np.random.default_rng(3).normal(0, level, round(seconds * RATE_HZ)).astype(np.float32)


def word_errors_s(found, truth, offset_s=0.0):
    """Of starts and ends, how far each is off [2 * words]."""
    pairs = list(zip(found, truth, strict=True))
    starts = [a.start_s - b.start_s - offset_s for a, b in pairs]
    return np.abs(starts + [a.end_s - b.end_s - offset_s for a, b in pairs])


def test_words_are_heard_when_they_are_said(spoken):
    known = align_known_text(spoken.samples, RATE_HZ, parse(LINE))
    assert [word.text for word in known.words] == LINE.split()
    errors_s = word_errors_s(known.words, spoken.words)
    assert np.median(errors_s) < 0.02
    assert np.percentile(errors_s, 95) < 0.12


def test_phones_cover_the_sound_without_gaps_and_name_their_words(spoken):
    sound = np.concatenate([hush(0.8), spoken.samples, hush(0.5)])
    known = align_known_text(sound, RATE_HZ, parse(LINE))
    assert known.phones[0].start_s == 0.0
    assert known.phones[-1].end_s == pytest.approx(len(sound) / RATE_HZ)
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in pairwise(known.phones))
    assert [word is None for word in known.word_of] == [phone.symbol == "" for phone in known.phones]
    assert [word for word in known.word_of if word is not None] == sorted(filter(None.__ne__, known.word_of))


def test_noise_and_pauses_do_not_move_the_words(spoken):
    """30 dB under the voice, with 1.5 s in the middle of the line where nobody speaks."""
    middle = round(spoken.words[5].start_s * RATE_HZ)
    parts = [hush(0.8), spoken.samples[:middle], hush(1.5), spoken.samples[middle:], hush(0.5)]
    sound = np.concatenate(parts)
    noise = np.std(spoken.samples) * 10 ** (-30 / 20)
    known = align_known_text(sound + hush(len(sound) / RATE_HZ, noise), RATE_HZ, parse(LINE))
    before = word_errors_s(known.words[:5], spoken.words[:5], 0.8)
    after = word_errors_s(known.words[5:], spoken.words[5:], 0.8 + 1.5)
    assert np.median(np.concatenate([before, after])) < 0.03
    assert np.percentile(np.concatenate([before, after]), 90) < 0.15


def test_words_that_repeat_keep_their_order_and_their_times():
    text = "It really, really, really works, and it works every single time."
    spoken = speak(text, ESPEAK)
    errors_s = word_errors_s(align_known_text(spoken.samples, RATE_HZ, parse(text)).words, spoken.words)
    assert np.median(errors_s) < 0.03


@pytest.mark.slow
def test_a_minute_is_aligned_as_well_as_a_line(spoken):
    times = 13
    sound = np.concatenate([part for _ in range(times) for part in (spoken.samples, hush(0.4))])
    assert len(sound) > 60 * RATE_HZ
    known = align_known_text(sound, RATE_HZ, parse(" ".join([LINE] * times)))
    count = len(LINE.split())
    each_s = len(spoken.samples) / RATE_HZ + 0.4
    errors_s = [
        word_errors_s(known.words[n * count : (n + 1) * count], spoken.words, n * each_s)
        for n in range(times)
    ]
    assert np.median(np.concatenate(errors_s)) < 0.02


def test_signs_without_a_sound_get_no_time():
    spoken = speak("Hello — Ada!", ESPEAK)
    words = align_known_text(spoken.samples, RATE_HZ, parse("Hello — Ada!")).words
    assert [word.text for word in words] == ["Hello", "—", "Ada!"]
    assert words[1].start_s == words[1].end_s


def test_a_word_as_written_has_the_time_of_all_the_words_that_it_is_said_with():
    spoken = speak("Pay five dollars now.", ESPEAK)
    words = [ScriptWord("Pay", "Pay"), ScriptWord("$5", "five dollars"), ScriptWord("now.", "now.")]
    found = align_known_text(spoken.samples, RATE_HZ, words).words[1]
    assert found.start_s == pytest.approx(spoken.words[1].start_s, abs=0.05)
    assert found.end_s == pytest.approx(spoken.words[2].end_s, abs=0.05)


def test_the_same_sound_is_aligned_the_same_whatever_came_before(spoken):
    known = align_known_text(spoken.samples, RATE_HZ, parse(LINE))
    align_known_text(spoken.samples[: 2 * RATE_HZ], RATE_HZ, parse("Big dreams often start small"))
    assert align_known_text(spoken.samples, RATE_HZ, parse(LINE)) == known


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5])
def test_a_sound_that_is_too_short_for_the_text_is_told(seconds):
    with pytest.raises(TextMismatch, match="does not say “Big dreams"):
        align_known_text(hush(seconds), RATE_HZ, parse(LINE))


def test_a_sound_that_says_its_text_passes(spoken):
    known = align_known_text(spoken.samples, RATE_HZ, parse(LINE))
    assert known.confidence > 0.8
    assert known.extra_s < 0.2
    check_said(known)


def test_a_noisy_room_is_no_other_text(natural):
    """10 dB under the voice, with a second of noise alone at both ends."""
    sound = np.concatenate([hush(1.0), natural.samples, hush(1.0)])
    noise = hush(len(sound) / RATE_HZ, float(np.std(natural.samples)) * 10 ** (-10 / 20))
    check_said(align_known_text(sound + noise, RATE_HZ, parse(LINE)))


def test_another_text_is_told(natural):
    other = "Please send me the signed contract before the fourteenth of March."
    with pytest.raises(TextMismatch, match="does not say “Please send") as told:
        check_said(align_known_text(natural.samples, RATE_HZ, parse(other)))
    assert told.value.words == tuple(other.split())


@pytest.mark.parametrize(
    ("right", "wrong"), [("people", "warehouses"), ("dreams", "Thursday"), ("week", "contract")]
)
def test_a_word_that_is_not_said_is_named(natural, right, wrong):
    known = align_known_text(natural.samples, RATE_HZ, parse(LINE.replace(right, wrong)))
    assert wrong in " ".join(known.unheard)
    assert len(known.unheard) <= 2
    check_said(known)  # one word may be a name that is said in its own way


def test_a_sound_that_says_more_than_its_text_is_told(natural):
    part = "Big dreams often start small:"
    with pytest.raises(TextMismatch, match="more is said"):
        check_said(align_known_text(natural.samples, RATE_HZ, parse(part)))
