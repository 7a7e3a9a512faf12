from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.training.styles import WANTED, fit_style, load_givers, mix
from renderer.voices.styles import SHAPE, read_style

LOW = replace(WANTED[-1], trials=1)


def test_the_two_halves_of_a_style_are_mixed_apart() -> None:
    givers = np.stack([np.zeros(SHAPE, np.float32), np.ones(SHAPE, np.float32)])
    mixed = mix(givers, np.array([0.25, 0.75]), np.array([1.0, 0.0]))
    assert mixed.shape == SHAPE
    assert np.all(mixed[:, :128] == 0.75) and np.all(mixed[:, 128:] == 0.0)


def test_the_givers_are_the_five_styles_of_the_package() -> None:
    assert load_givers().shape == (5, *SHAPE)


@pytest.mark.slow
def test_a_fit_writes_the_same_style_again(tmp_path: Path) -> None:
    for name in ("one.safetensors", "two.safetensors"):
        fit_style(LOW, load_givers(), tmp_path / name)
    one, two = (read_style(tmp_path / name) for name in ("one.safetensors", "two.safetensors"))
    assert np.array_equal(one.style, two.style)
    assert one.pitch_hz == two.pitch_hz
    assert one.pitch_hz == pytest.approx(LOW.pitch_hz, rel=0.2)
