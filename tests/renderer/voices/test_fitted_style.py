from __future__ import annotations

from dataclasses import replace

import numpy as np

from renderer.speech.pitch import measure_pitch_hz
from renderer.voices.fitted_style import say_fitted
from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.kokoro_voice import load_kokoro
from renderer.voices.styles import write_style
from tests.renderer.likeness.voices import stock

SIGNS = "wˌi wˈɜɹ ɡlˈæd tə hˈɪɹ ɪt."


def test_the_pitch_moves_and_the_times_stay() -> None:
    own = stock("am_fenrir")
    low, lengths = say_fitted(own, SIGNS, 1.0)
    high, same = say_fitted(replace(own, curve_hz=140.0, curve_pitch=1.3), SIGNS, 1.0)
    np.testing.assert_array_equal(lengths, same)
    ratio = measure_pitch_hz(high, RATE_HZ) / measure_pitch_hz(low, RATE_HZ)
    assert 1.2 < ratio < 1.4


def test_the_same_words_are_the_same_samples() -> None:
    np.testing.assert_array_equal(
        say_fitted(stock("af_heart"), SIGNS, 1.0)[0], say_fitted(stock("af_heart"), SIGNS, 1.0)[0]
    )


def test_a_fitted_voice_is_a_file_that_the_engine_speaks(tmp_path) -> None:  # type: ignore[no-untyped-def]
    fitted = replace(
        stock("am_fenrir"), curve_hz=140.0, curve_pitch=1.2, curve_spread=0.9, tone_db=(1.0,) * 12
    )
    write_style(fitted, tmp_path / "fitted.safetensors", base="am_fenrir")
    spoken = load_kokoro(str(tmp_path / "fitted.safetensors")).say(
        ["We", "were", "glad", "to", "hear", "it."], 1.0
    )
    assert spoken.rate_hz == RATE_HZ and spoken.phones[-1].end_s > 0.8
    assert {word for word in spoken.word_of if word is not None} == set(range(6))
