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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--train", "2"], "--train is 2. Name the share to learn from, between 0 and 1"),
        (["--steps", "9"], "--steps is 9. Choose 1 to 8"),
    ],
)
def test_reconstruct_refuses_what_cannot_be_meant(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, report = tmp_path / "rest.mp4", tmp_path / "report.json"
    files = ["--out", str(out), "--json", str(report), "--cache", str(tmp_path / "cache")]
    assert main(["reconstruct", "--take", str(takes.DEMO_TAKE), *files, *arguments]) == 1
    assert said in capsys.readouterr().err
    assert not out.exists() and not report.exists()


def test_reconstruct_says_when_a_clip_is_too_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    short = takes.too_short(tmp_path / "short.mp4")
    assert main(["reconstruct", "--take", str(short), "--out", str(tmp_path / "rest.mp4")]) == 1
    assert "short.mp4 is 2.0 s long, so only 1.5 s would be learned from" in capsys.readouterr().err


def test_compare_names_a_bake_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    gone = ["--presenter", str(tmp_path / "gone.safetensors"), "--cache", str(tmp_path / "cache")]
    assert main(["compare", "--take", str(takes.DEMO_TAKE), *gone]) == 1
    assert "There is no baked presenter at" in capsys.readouterr().err
