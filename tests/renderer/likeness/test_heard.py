from __future__ import annotations

import numpy as np

from renderer.likeness.fit import read_signs
from renderer.likeness.heard import hear_back, measure_pace
from renderer.likeness.lines import FITTED_ON
from renderer.speech.speech import Phone
from renderer.voices.kokoro_decoder import RATE_HZ
from tests.renderer.likeness.voices import say, stock


def test_a_clear_voice_is_heard_better_than_the_same_voice_played_backwards() -> None:
    signs = read_signs(stock("af_heart"), FITTED_ON[0])[0]
    sound = say("af_heart")
    clear, backwards = (
        hear_back([(signs, one)], RATE_HZ) for one in (sound, np.ascontiguousarray(sound[::-1]))
    )
    assert clear.share > 0.7 > 0.4 > backwards.share
    assert 8 < clear.pace < 18


def test_pauses_do_not_count_as_slow_speech() -> None:
    assert measure_pace([Phone("a", 0.0, 0.125), Phone("", 0.125, 2.0), Phone("b", 2.0, 2.125)]) == 8.0
    assert measure_pace([Phone("", 0.0, 1.0)]) == 0.0
