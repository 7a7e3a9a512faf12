from __future__ import annotations

from pathlib import Path

import pytest

from renderer.errors import Cancelled
from renderer.likeness import fit
from renderer.likeness.fit import fit_voice
from renderer.likeness.lines import JUDGED_ON
from renderer.likeness.measures import measure_voice
from renderer.likeness.take_voice import hear_voice
from renderer.progress import Step
from renderer.voices.kokoro_decoder import RATE_HZ
from tests.renderer.likeness.voices import say

PRESENTER = "im_nicola"  # an Italian, who is none of the voices that a fit starts from


@pytest.mark.slow
def test_a_few_steps_bring_a_voice_nearer_which_is_as_high_and_as_well_understood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit, "STEPS", 8)
    monkeypatch.setattr(fit, "_CHECKED_STEPS", (8,))
    monkeypatch.setattr(fit, "FITTED_ON", fit.FITTED_ON[:2])
    monkeypatch.setattr(fit, "CHECKED_ON", fit.CHECKED_ON[:1])
    presenter = say(PRESENTER, 2)
    steps: list[Step] = []
    fitted = fit_voice(hear_voice(presenter, RATE_HZ, Path("take.mp4")), steps.append)
    assert [step.done for step in steps if step.stage == fit.STAGE] == list(range(9))
    assert [step.done for step in steps if step.stage == fit.CHECKING] == list(range(4))
    assert fitted.likeness > fitted.stock_likeness + 0.03
    near, far = (
        measure_voice(style, presenter, RATE_HZ, JUDGED_ON[:1]) for style in (fitted.style, fitted.stock)
    )
    assert near.likeness > far.likeness + 0.03
    assert 0.85 < near.pitch < 1.15
    assert near.heard > 0.85 * far.heard


@pytest.mark.slow
def test_a_fit_stops_where_its_listener_cancels() -> None:
    def cancel(step: Step) -> None:
        raise Cancelled

    voice = hear_voice(say(PRESENTER, 2), RATE_HZ, Path("take.mp4"))
    with pytest.raises(Cancelled):
        fit_voice(voice, cancel)
