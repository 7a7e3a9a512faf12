from __future__ import annotations

import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.speech.pitch import measure_pitch_hz
from renderer.voices.hibari_voice import THROATS, HibariSpeaker, Throat, find_hibari_files, load_hibari
from renderer.voices.speech_cache import compute_speech_key
from renderer.voices.text_to_speech import speak

LINE = "Hello Anna, may we borrow some of your money on Monday morning?"


def test_a_given_pronunciation_is_what_is_said() -> None:
    said = HibariSpeaker().say(["Hello", "Niamh!"], 1.0, {1: "ˈniːv"})
    own = [p.symbol for p, word in zip(said.phones, said.word_of, strict=True) if word == 1]
    assert own == ["n", "i", "v"]


def test_sounds_start_where_their_phones_do() -> None:
    said = HibariSpeaker().say(["Big", "people", "make", "better", "maps."], 1.0)
    first = next(phone for phone in said.phones if phone.symbol)
    loud = np.flatnonzero(np.abs(said.samples) > 0.02 * np.abs(said.samples).max())[0]
    assert loud / said.rate_hz == pytest.approx(first.start_s, abs=0.05)
    assert said.phones[-1].end_s == pytest.approx(len(said.samples) / said.rate_hz, abs=1e-3)


def test_two_sentences_follow_each_other_after_one_pause() -> None:
    said = HibariSpeaker().say(["Thank", "you.", "Good", "bye."], 1.0)
    pauses = [p.end_s - p.start_s for p in said.phones[1:-1] if not p.symbol]
    assert len(pauses) == 1 and 0.3 < pauses[0] < 0.6
    assert said.word_of[said.phones.index(next(p for p in said.phones[1:-1] if not p.symbol)) + 1] == 2


@pytest.mark.parametrize("name", THROATS)
def test_each_voice_has_the_pitch_that_its_throat_asks_for(name: str) -> None:
    said = [speak(LINE, VoiceConfig("hibari", voice)) for voice in ("", name)]
    own, other = (measure_pitch_hz(one.samples, one.rate_hz) for one in said)
    assert other / own == pytest.approx(THROATS[name].pitch, rel=0.15)


def test_a_shorter_tract_has_higher_resonances() -> None:
    plane = np.zeros((601, 4), np.float32)
    plane[100] = 1.0
    stretched = HibariSpeaker(Throat(tract=1.1))._stretch_spectrum(plane)
    assert stretched.shape == plane.shape
    assert stretched[:, 0].argmax() == pytest.approx(110, abs=1)


def test_a_voice_that_is_not_packaged_is_refused_and_never_fetched() -> None:
    with pytest.raises(RenderError, match="heart"):
        load_hibari("fenrir")


def test_the_packaged_network_counts_for_a_lines_key() -> None:
    assert [path.name for path in find_hibari_files("")] == ["hibari.onnx"]
    plain, low = (compute_speech_key("Hi.", VoiceConfig("hibari", name)) for name in ("", "heart-low"))
    assert plain != low
