from __future__ import annotations

import json
from pathlib import Path

import pytest

from renderer.cli import main
from tests import takes


@pytest.mark.slow
def test_render_bakes_the_take_and_writes_video_poster_and_captions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    take = takes.good(tmp_path / "me.mp4")
    out = tmp_path / "hi.mp4"
    words = ["--text", "Hi Priya. Thanks for coming.", "--fit-seconds", "2", "--json"]
    status = main(
        ["render", "--take", str(take), *words, "--out", str(out), "--cache", str(tmp_path / "cache")]
    )
    assert status == 0
    report = json.loads(capsys.readouterr().out)
    assert Path(report["video"]) == out and out.stat().st_size > 10_000
    assert out.with_suffix(".jpg").exists() and out.with_suffix(".vtt").exists()
    assert [segment["text"] for segment in report["segments"]] == ["Hi Priya.", "Thanks for coming."]


def test_a_take_that_is_missing_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "hi.mp4"
    status = main(["render", "--take", str(tmp_path / "gone.mp4"), "--text", "Hi.", "--out", str(out)])
    assert status == 1
    assert "gone.mp4" in capsys.readouterr().err
    assert not out.exists()


def test_an_empty_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    take = takes.good(tmp_path / "me.mp4")
    arguments = ["--take", str(take), "--presenter", str(tmp_path / "none.safetensors"), "--text", "  "]
    assert main(["render", *arguments, "--out", str(tmp_path / "hi.mp4"), "--cache", str(tmp_path)]) == 1
    assert "--text is empty" in capsys.readouterr().err
