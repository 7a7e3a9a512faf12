from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from renderer.errors import RenderError
from renderer.evaluation.sound_joins import measure_sound_joins, run_joins
from tests import takes

Samples = npt.NDArray[np.float32]
RATE_HZ = 48_000
ROOM = np.random.default_rng(1).normal(0, 0.0005, 5 * RATE_HZ).astype(np.float32)


def said(second_gain: float = 1.0, dull: int = 1) -> Samples:
    """Two sounds of a second in five seconds of a quiet room."""
    white = np.random.default_rng(2).normal(0, 0.1, (2, RATE_HZ)).astype(np.float32)
    samples = ROOM.copy()
    samples[RATE_HZ : 2 * RATE_HZ] += white[0]
    second = np.convolve(white[1], np.ones(dull) / np.sqrt(dull), "same")
    samples[3 * RATE_HZ : 4 * RATE_HZ] += (second_gain * second).astype(np.float32)
    return samples


def test_an_even_sound_has_no_steps_and_no_clicks() -> None:
    found = measure_sound_joins(said())
    assert found.pauses == 3
    assert (found.digital_silence, found.dead_air_s) == (0, 0)
    assert found.floor_db == pytest.approx(-66, abs=0.5)
    assert max(found.floor_step_db, found.level_step_db, found.colour_step_db) < 1
    assert found.click < 6


def test_dead_air_is_measured() -> None:
    samples = said()
    samples[int(2.25 * RATE_HZ) : int(2.75 * RATE_HZ)] = 0
    found = measure_sound_joins(samples)
    assert found.digital_silence == pytest.approx(0.1, abs=0.005)
    assert found.dead_air_s == pytest.approx(0.5, abs=0.02)


def test_steps_of_level_colour_and_floor_are_measured() -> None:
    assert measure_sound_joins(said(second_gain=2.0)).level_step_db == pytest.approx(6, abs=0.3)
    assert measure_sound_joins(said(dull=12)).colour_step_db > 4
    samples = said()
    samples[4 * RATE_HZ :] *= 4
    assert measure_sound_joins(samples).floor_step_db == pytest.approx(12, abs=0.5)


def test_a_jump_in_a_pause_is_a_click() -> None:
    samples = said()
    samples[int(2.5 * RATE_HZ)] += 0.02
    assert measure_sound_joins(samples).click > 10


def test_the_table_has_a_column_for_each_file_and_refuses_one_without_sound(tmp_path: Path) -> None:
    take = takes.good(tmp_path / "take.mp4")
    table = run_joins([take, take])
    assert table.splitlines()[0].split() == ["take", "take"]
    assert "digital silence, share" in table
    with pytest.raises(RenderError, match="no sound track"):
        run_joins([takes.too_short(tmp_path / "silent.mp4")])
