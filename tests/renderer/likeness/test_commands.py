from __future__ import annotations

from pathlib import Path

import pytest

from renderer.cli import main
from renderer.likeness.commands import format_measures
from renderer.likeness.measures import LikenessMeasures, VoiceMeasures
from tests.renderer.video.clips import write_clip


def test_a_take_without_sound_is_refused_in_words_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "voice.safetensors"
    assert main(["voice", "fit", str(write_clip(tmp_path / "mute.mp4")), str(out)]) == 1
    assert "mute.mp4 has no sound, so no voice can be fitted to it." in capsys.readouterr().err
    assert not out.exists()


def test_a_voice_is_a_file_of_its_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voice", "fit", "take.mp4", str(tmp_path / "voice.onnx")]) == 1
    assert "must end with .safetensors" in capsys.readouterr().err


def test_a_take_that_no_voice_was_fitted_to_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["voice", "measure", "take.mp4", "--fits", str(tmp_path)]) == 1
    assert f"There is no style at {tmp_path / 'take.safetensors'}" in capsys.readouterr().err


def test_the_table_sums_up_the_median_and_the_worst() -> None:
    stock, near, far = (VoiceMeasures(cosine, 1.0, 0.1, 8.0, 0.9) for cosine in (0.6, 0.8, 0.7))
    table = format_measures(
        [
            (name, LikenessMeasures(one, stock, "af_sky", 0.9))
            for name, one in (("a", near), ("b", far), ("c", far))
        ]
    )
    assert "| a | 0.90 | af_sky | 0.60 → 0.80 | 1.00 → 1.00 |" in table
    assert (
        "median likeness 0.70; least gain over a stock voice 0.10; least heard, fitted ÷ stock 1.00" in table
    )
