from __future__ import annotations

import numpy as np
import torch

from renderer.voices.fitted_style import TIMBRE, say_fitted
from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.kokoro_plan import load_decoder, plan_signs
from renderer.voices.kokoro_voice import load_network
from renderer.voices.signs import number_signs
from tests.renderer.likeness.voices import stock

SIGNS = "həlˈO ðˈɛɹ."


def test_it_makes_the_sound_that_the_packages_graph_makes() -> None:
    style = stock("af_heart")
    inputs = {
        "tokens": np.array([number_signs(SIGNS)], np.int64),
        "style": style.style[len(SIGNS) - 1][None],
        "speed": np.ones(1, np.float32),
    }
    (graphs,) = load_network().run(["audio"], inputs)
    own, _ = say_fitted(style, SIGNS, 1.0)
    assert len(own) == len(graphs.ravel())
    # The graph rounds to 8 bits between its layers; the phase of the harmonics stays the same.
    assert np.corrcoef(own, graphs.ravel())[0, 1] > 0.9
    assert 0.9 < own.std() / graphs.std() < 1.1


def test_a_gradient_reaches_the_timbre() -> None:
    style = stock("af_heart")
    plan = plan_signs(SIGNS, style.style, 1.0).cut(4, 24)
    timbre = torch.from_numpy(style.style[:1, :TIMBRE].copy()).requires_grad_()
    sound = load_decoder().decode(plan.phones, plan.pitch_hz, plan.energy, timbre)
    assert len(sound) == 24 * RATE_HZ // 40
    sound.square().mean().backward()  # type: ignore[no-untyped-call]
    assert timbre.grad is not None and float(timbre.grad.abs().max()) > 0
