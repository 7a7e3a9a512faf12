from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.likeness.take_voice import hear_take, hear_voice
from renderer.voices.kokoro_decoder import RATE_HZ
from tests.renderer.likeness.voices import say
from tests.renderer.video.clips import write_clip

TAKE = Path("take.mp4")


def test_a_take_in_which_one_person_speaks_is_heard() -> None:
    voice = hear_voice(_add_room(say("af_heart", 3)), RATE_HZ, TAKE)
    assert np.isclose(np.linalg.norm(voice.speaker), 1, atol=1e-4)
    assert 150 < voice.pitch_hz < 230
    assert 8 < voice.pace < 18


def test_a_take_with_music_is_refused_in_words_even_where_the_music_is_quiet() -> None:
    speech = say("af_heart", 3)
    time_s = np.arange(len(speech)) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hertz * time_s) for hertz in (262, 330, 392, 523, 659, 784))
    music = np.asarray(0.1 * speech.std() * chord / np.std(chord), np.float32)
    with pytest.raises(RenderError, match="has music or a tone under the voice"):
        hear_voice(_add_room(speech + music), RATE_HZ, TAKE)


def test_a_take_with_two_voices_is_refused_in_words() -> None:
    both = np.concatenate([say("af_heart", 2), say("am_fenrir", 2)])
    with pytest.raises(RenderError, match="more than one voice"):
        hear_voice(_add_room(both), RATE_HZ, TAKE)


def test_a_take_without_speech_is_refused_in_words() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE_HZ * 10).astype(np.float32)
    with pytest.raises(RenderError, match="too little speech"):
        hear_voice(noise * np.float32(0.01), RATE_HZ, TAKE)


def test_a_take_without_sound_is_refused_and_trying_again_does_not_help(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="has no sound") as refusal:
        hear_take(write_clip(tmp_path / "mute.mp4"))
    assert refusal.value.permanent


def _add_room(sound: np.ndarray) -> np.ndarray:
    room = np.random.default_rng(1).standard_normal(len(sound)).astype(np.float32)
    return np.asarray(sound + room * 10 ** (-55 / 20), np.float32)
