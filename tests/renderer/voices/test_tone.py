from __future__ import annotations

import pytest
import torch

from renderer.voices.tone import BANDS, apply_tone

RATE_HZ = 24_000


def test_even_gains_change_the_level_alone() -> None:
    sound = torch.randn(2_400, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(apply_tone(sound, RATE_HZ, torch.full((BANDS,), 20.0)), 10 * sound)


@pytest.mark.parametrize(("hertz", "gain_db"), [(80, -6.0), (7_600, 6.0)])
def test_each_end_of_the_scale_has_its_own_gain(hertz: int, gain_db: float) -> None:
    sound = torch.sin(2 * torch.pi * hertz * torch.arange(RATE_HZ) / RATE_HZ)
    heard = apply_tone(sound, RATE_HZ, torch.linspace(-6, 6, BANDS))
    assert float(20 * torch.log10(heard.std() / sound.std())) == pytest.approx(gain_db, abs=0.1)
