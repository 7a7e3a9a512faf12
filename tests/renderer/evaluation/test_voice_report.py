from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer import cli
from renderer.voices.styles import SHAPE, find_style_files, read_style


def test_a_style_is_added_by_the_command_with_its_pitch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BYNAME_VOICES", str(tmp_path / "voices"))
    low = read_style(find_style_files("low")[0])
    (tmp_path / "am_kumo.bin").write_bytes(low.style.tobytes())
    assert cli.main(["voices", "add", str(tmp_path / "am_kumo.bin")]) == 0
    assert "am_kumo" in capsys.readouterr().out
    added = read_style(tmp_path / "voices" / "am_kumo.safetensors")
    assert (added.label, added.pitch_hz) == ("low", pytest.approx(95, rel=0.1))


def test_a_file_that_is_no_style_ends_the_command_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "af_x.bin").write_bytes(np.zeros(SHAPE[1], np.float32).tobytes())
    assert cli.main(["voices", "add", str(tmp_path / "af_x.bin")]) == 1
    assert "is not a style" in capsys.readouterr().err


@pytest.mark.slow
def test_names_are_printed_with_what_each_engine_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["voices", "names"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 42
    niamh = next(row for row in rows if row.startswith("| Niamh "))
    assert niamh.count("|") == 7 and "**" in niamh
