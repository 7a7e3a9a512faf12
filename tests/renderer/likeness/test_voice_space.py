from __future__ import annotations

import numpy as np

from renderer.likeness.voice_space import load_voice_space
from renderer.voices.styles import SHAPE
from renderer.weights import VOICE_SPACE


def test_every_stock_voice_is_nearest_to_itself() -> None:
    space = load_voice_space()
    for at in space.rank(space.speakers[0]):
        assert space.rank(space.speakers[at])[0] == at


def test_only_english_voices_are_where_a_fit_starts() -> None:
    space = load_voice_space()
    assert {space.names[at][0] for at in space.rank(space.speakers[0])} == {"a", "b"}
    assert space.build_style(0).shape == SHAPE


def test_a_step_along_the_axes_is_a_deviation_of_the_stock_voices() -> None:
    space = load_voice_space()
    covariance = np.cov(space.means[:, :128].T.astype(np.float64))
    axes = space.compute_axes().astype(np.float64)
    floor = 0.02 * np.trace(covariance) / 128
    np.testing.assert_allclose(axes @ axes.T, covariance + floor * np.eye(128), atol=1e-4)


def test_the_space_is_small() -> None:
    assert VOICE_SPACE.stat().st_size < 1_000_000
