from __future__ import annotations

import numpy as np
import pytest

from renderer.speech.speech import Phone
from renderer.speech.utterance import Utterance
from renderer.voices.hibari_voice import MODEL
from renderer.voices.phoneme_network import RATE_HZ, Signs, build_utterance, join_utterances, open_network


def test_a_network_gives_a_tensor_that_was_none_of_its_outputs() -> None:
    model = MODEL.read_bytes()
    network = open_network(model, "/Clip_output_0")
    assert [one.name for one in network.get_outputs()][-1] == "/Clip_output_0"
    inputs = {"ids": np.array([[0, 50, 51, 0]], np.int64), "speed": np.ones(1, np.float32)}
    sound, lengths = network.run(["f0", "/Clip_output_0"], inputs)
    assert np.ravel(lengths).shape == (4,)
    assert np.ravel(lengths).sum() * 2 == sound.shape[-1]


def test_a_tensor_that_is_not_in_the_network_is_an_error() -> None:
    with pytest.raises(Exception, match="nowhere"):
        open_network(MODEL.read_bytes(), "nowhere")


def test_sound_that_is_played_faster_has_shorter_phones() -> None:
    said = Signs("a", (0,))
    lengths = np.array([10.0, 8.0, 10.0], np.float32)
    sound = np.full(28 * 600, 0.1, np.float32)
    for pitch in (1.0, 1.25):
        utterance = build_utterance(sound, said, lengths, pitch)
        assert utterance.rate_hz == RATE_HZ * pitch
        assert utterance.phones[-1].end_s == pytest.approx(len(sound) / utterance.rate_hz)
        assert utterance.word_of == (None, 0, None)


def test_a_phone_before_a_pause_ends_where_its_sound_does() -> None:
    sound = np.zeros(40 * 600, np.float32)
    sound[: 20 * 600] = 0.1  # half a second
    said = Signs("ap.", (0, 0, 0))
    lengths = np.array([2.6, 4.0, 20.0, 3.4, 10.0], np.float32)
    phones = build_utterance(sound, said, lengths).phones
    last = next(phone for phone in phones if phone.symbol == "p")
    assert last.end_s == pytest.approx(0.5)
    assert phones[-1].start_s == pytest.approx(0.5) and phones[-1].end_s == pytest.approx(1.0)


def test_sentences_are_joined_with_one_pause_and_keep_their_words() -> None:
    def sentence(word: int) -> Utterance:
        phones = (Phone("", 0.0, 0.5), Phone("a", 0.5, 1.0), Phone("", 1.0, 1.5))
        return Utterance(np.full(1500, word, np.float32), 1000, phones, (None, word, None))

    joined = join_utterances([sentence(0), sentence(1)], 1000, 0.2)
    assert [(p.symbol, round(p.start_s, 3), round(p.end_s, 3)) for p in joined.phones] == [
        *[("", 0.0, 0.5), ("a", 0.5, 1.0), ("", 1.0, 1.2)],
        *[("a", 1.2, 1.7), ("", 1.7, 2.2)],
    ]
    assert joined.word_of == (None, 0, None, 1, None)
    assert len(joined.samples) == 2200
