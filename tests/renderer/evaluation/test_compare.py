"""A short message in two sampler modes, by the real engine on a crude bake."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.config import BakeConfig
from renderer.evaluation.compare import Comparison, compare, write_verdicts
from renderer.progress import ignore_progress
from renderer.runtime.store import Store
from tests import takes

CRUDE = BakeConfig(crop_px=64, fit_seconds=4.0, fit_steps_max=30, base_channels=8)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("compare")
    take = takes.good(folder / "take.mp4")
    return compare(
        Comparison(take, 6.0, ("triangular", "chunk"), CRUDE), Store(folder / "store"), ignore_progress
    )


@pytest.mark.slow
def test_all_modes_are_measured_on_the_same_frames(report: dict[str, Any]):
    assert list(report["modes"]) == ["without windows", "triangular", "chunk"]
    assert report["seconds"] >= 6.0
    assert report["frames"] == round(report["seconds"] * 25)
    for name in ("triangular", "chunk"):
        figures = report["modes"][name]
        assert figures["borders"] > 5
        assert figures["seam_velocity"] > 0 and 0 < figures["seam_velocity_p"] <= 1
        assert 0.8 < figures["flicker"] / report["modes"]["without windows"]["flicker"] < 1.2


@pytest.mark.slow
def test_without_windows_there_is_no_border_to_see(report: dict[str, Any]):
    figures = report["modes"]["without windows"]
    assert figures["borders"] == 0
    assert "seam_velocity" not in figures
    assert figures["line_joins"] > 0


def figures(velocity: float, acceleration: float = 1.0, **drift: float) -> dict[str, float]:
    return {
        "seam_velocity": velocity,
        "seam_acceleration": acceleration,
        "seam_velocity_over_whole": 1.0,
        "seam_acceleration_over_whole": 1.0,
        "windows_jump": 2.0,
        "windows_jump_p": 0.001,
        "windows_jump_levels": 0.3,
        "drift_light_low": drift.get("low", -1.0),
        "drift_light_high": drift.get("high", 1.0),
    }


def test_verdicts_say_what_was_kept_and_what_was_missed():
    kept, drift, control = write_verdicts({"triangular": figures(1.05), "chunk": figures(1.4)}, 300.0)
    assert kept.startswith("triangular: jump ratio at window boundaries 1.05 / 1.00") and "kept" in kept
    assert drift == "triangular: no drift in any of 1 curves"
    assert "chunk, the negative control, shows its window boundaries" in control


def test_a_missed_gate_and_a_control_that_shows_nothing_are_said_plainly():
    missed, drift, control = write_verdicts(
        {"triangular": figures(1.3, low=0.2), "chunk": figures(1.0)}, seconds=60.0
    )
    assert "missed" in missed
    assert drift == "triangular: drift in light (the gate is for 5 minutes; this is 60 s)"
    assert "does not show its window boundaries" in control
