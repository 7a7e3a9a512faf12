from __future__ import annotations

import torch

from renderer.likeness.sound_pattern import compute_pattern, measure_pattern_gap
from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.tone import BANDS, apply_tone
from tests.renderer.likeness.voices import say


def test_a_sound_through_a_filter_still_says_the_same() -> None:
    sound = torch.from_numpy(say("af_heart"))
    filtered = apply_tone(sound, RATE_HZ, torch.linspace(-6, 6, BANDS))
    assert float(_gap(sound, filtered)) < 0.02


def test_other_words_are_another_pattern() -> None:
    sound = torch.from_numpy(say("af_heart"))
    assert float(_gap(sound, sound.flip(0))) > 0.5


def _gap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return measure_pattern_gap(compute_pattern(one, RATE_HZ), compute_pattern(other, RATE_HZ))
