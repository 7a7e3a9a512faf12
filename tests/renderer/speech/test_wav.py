"""Sound as a file that browsers play."""

from __future__ import annotations

import io
import wave

import numpy as np

from renderer.speech.wav import write_wav


def test_samples_become_16_bit_and_louder_ones_are_cut_off() -> None:
    with wave.open(io.BytesIO(write_wav(np.array([0, 0.5, -1, 2], np.float32), 48_000))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 48_000)
        assert list(np.frombuffer(file.readframes(4), "<i2")) == [0, 16383, -32767, 32767]
