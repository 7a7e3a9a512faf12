from __future__ import annotations

import numpy as np

from renderer.voices.kokoro_plan import VOICED_HZ, plan_signs
from tests.renderer.likeness.voices import stock

SIGNS = "həlˈO ðˈɛɹ."


def test_the_lengths_of_signs_add_up_to_the_plans_frames() -> None:
    plan = plan_signs(SIGNS, stock("af_heart").style, 1.0)
    assert len(plan.lengths) == len(SIGNS) + 2
    assert plan.lengths.sum() == plan.phones.shape[2] == plan.pitch_hz.shape[1] / 2


def test_faster_speech_has_fewer_frames() -> None:
    style = stock("af_heart").style
    assert plan_signs(SIGNS, style, 1.5).lengths.sum() < 0.8 * plan_signs(SIGNS, style, 1.0).lengths.sum()


def test_a_pitch_that_is_moved_keeps_what_is_not_voiced() -> None:
    plan = plan_signs(SIGNS, stock("af_heart").style, 1.0)
    higher = plan.with_pitch(1.5, 1.0, 180.0)
    before, after = plan.pitch_hz.numpy(), higher.pitch_hz.numpy()
    voiced = before > VOICED_HZ
    np.testing.assert_allclose(after[voiced], 1.5 * before[voiced], rtol=1e-4)
    np.testing.assert_array_equal(after[~voiced], before[~voiced])


def test_a_spread_stretches_the_curve_away_from_its_middle() -> None:
    plan = plan_signs(SIGNS, stock("af_heart").style, 1.0)
    before, after = plan.pitch_hz.numpy(), plan.with_pitch(1.0, 2.0, 180.0).pitch_hz.numpy()
    voiced = before > VOICED_HZ
    np.testing.assert_allclose(
        np.log(after[voiced] / 180), 2 * np.log(before[voiced] / 180), rtol=1e-3, atol=1e-4
    )
