from __future__ import annotations

import numpy as np
import torch

from renderer.likeness.speaker import RATE_HZ, compute_bands, cut_silence, embed_voice
from renderer.voices.kokoro_decoder import RATE_HZ as VOICE_HZ
from tests.renderer.likeness.voices import say


def test_a_voice_is_nearer_to_itself_in_other_words_than_to_another_voice() -> None:
    her, her_again, him = (
        embed_voice(say(name, 1, first), VOICE_HZ)
        for name, first in (("af_heart", 0), ("af_heart", 1), ("am_fenrir", 1))
    )
    assert her @ her_again > 0.85
    assert her @ him < her @ her_again - 0.1


def test_the_direction_of_a_voice_has_length_one_and_no_negative_part() -> None:
    found = embed_voice(say("af_heart"), VOICE_HZ)
    assert np.isclose(np.linalg.norm(found), 1, atol=1e-5) and found.min() >= 0


def test_loudness_does_not_change_whose_voice_it_is() -> None:
    sound = say("am_fenrir")
    assert embed_voice(sound, VOICE_HZ) @ embed_voice(sound * np.float32(0.1), VOICE_HZ) > 0.995


def test_a_tone_sounds_in_the_band_of_its_frequency_alone() -> None:
    time_s = torch.arange(RATE_HZ) / RATE_HZ
    bands = compute_bands(torch.sin(2 * torch.pi * 1000 * time_s)).mean(0)
    # Slaney's scale puts 1 kHz at mel 15 of 45.2: at 41 edges apart, that is between bands 12 and 13.
    assert int(bands.argmax()) in (12, 13)
    assert float(bands[[5, 20, 35]].max()) < 1e-3 * float(bands.max())


def test_long_silences_are_cut_and_short_ones_stay() -> None:
    speech = np.sin(np.arange(RATE_HZ) / 5).astype(np.float32)
    silent = np.zeros(RATE_HZ, np.float32)
    cut = cut_silence(np.concatenate([speech, silent, speech]))
    assert 2.0 < len(cut) / RATE_HZ < 2.5
    short = np.concatenate([speech, silent[:1600], speech])
    assert len(cut_silence(short)) > 0.98 * len(short)
