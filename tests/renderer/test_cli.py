from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.cli import main
from renderer.presenter.presenter import Presenter
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


DEMO_LIGHT_BAKE = takes.DEMO_TAKE.with_name("presenter.safetensors")


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *changed: str) -> str:
    """What `render` says to options that differ in a part from good ones; it may not have begun any work."""
    good = ["--take", str(takes.DEMO_TAKE), "--out", str(folder / "hi.mp4"), "--cache", str(folder / "cache")]
    words = [] if "--audio" in changed or "--text" in changed else ["--text", "Hi."]
    assert main(["render", *good, *words, *changed]) == 1
    said = capsys.readouterr()
    assert said.out == "" and not (folder / "hi.mp4").exists()
    # A bake keeps its parts there as soon as it begins.
    assert not list((folder / "cache").rglob("*bake*")) and not list((folder / "cache").rglob("presenter*"))
    return said.err


@pytest.mark.parametrize("text", ["", "  ", "... !"])
def test_a_text_without_a_sentence_is_refused_before_the_take_is_baked(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert "--text is empty. Write at least one sentence." in refused(tmp_path, capsys, "--text", text)
    assert not (tmp_path / "cache").exists()


def test_a_recording_that_cannot_be_used_is_refused_before_the_take_is_baked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    gone, text = tmp_path / "gone.wav", tmp_path / "notes.wav"
    text.write_text("no sound")
    assert f"There is no recording at {gone}" in refused(tmp_path, capsys, "--audio", str(gone))
    assert "notes.wav" in refused(tmp_path, capsys, "--audio", str(text))


def test_a_place_that_cannot_be_written_to_is_refused_before_the_take_is_baked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "notes.txt").write_text("a file, not a folder")
    (tmp_path / "taken.mp4").mkdir()
    below = str(tmp_path / "notes.txt" / "new" / "hi.mp4")
    assert "notes.txt stands in the way" in refused(tmp_path, capsys, "--out", below)
    assert "taken.mp4 cannot be a file" in refused(tmp_path, capsys, "--out", str(tmp_path / "taken.mp4"))


def test_a_voice_that_is_not_there_is_named_before_the_take_is_baked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert "gone.safetensors" in refused(
        tmp_path, capsys, "--voice", "kokoro", "--voice-model", str(tmp_path / "gone.safetensors")
    )


def test_a_cache_that_cannot_be_a_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "notes.txt").write_text("a file, not a folder")
    below = str(tmp_path / "notes.txt" / "cache")
    assert "notes.txt/cache/locks cannot be used: Not a directory" in refused(
        tmp_path, capsys, "--cache", below
    )


@pytest.mark.parametrize("command", ["bake", "complete"])
def test_a_bake_that_could_not_be_written_is_not_begun(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "taken.safetensors").mkdir()
    light = ["--light", str(DEMO_LIGHT_BAKE)] if command == "complete" else []
    files = ["--take", str(takes.DEMO_TAKE), "--out", str(tmp_path / "taken.safetensors")]
    assert main([command, *light, *files]) == 1
    assert "taken.safetensors cannot be a file" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["taken.safetensors"]


@pytest.mark.parametrize("seconds", ["nan", "-5", "0", "inf"])
def test_a_fit_that_takes_no_time_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["bake", "--take", str(takes.DEMO_TAKE), "--out", "p.safetensors", "--fit-seconds", seconds])
    assert f"{seconds} is no time" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder where not even root may write")
def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert "The folder /proc cannot be written to" in refused(tmp_path, capsys, "--out", "/proc/hi.mp4")


def test_steps_that_the_sampler_does_not_have_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert "--steps is 9. Choose 1 to 8." in refused(tmp_path, capsys, "--steps", "9")
    assert "--steps is 0. Choose 1 to 8." in refused(tmp_path, capsys, "--steps", "0")


# --- a bake that cannot be rendered from ---


def test_a_light_bake_is_named_with_the_command_that_completes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    said = refused(tmp_path, capsys, "--presenter", str(DEMO_LIGHT_BAKE))
    assert "presenter.safetensors is a light bake, without the pictures of its take." in said
    assert f"python -m renderer complete --light {DEMO_LIGHT_BAKE} --take {takes.DEMO_TAKE} --out " in said


def test_a_bake_of_a_part_of_the_take_is_named_with_how_much_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    light, part = Presenter.load(DEMO_LIGHT_BAKE), tmp_path / "part.safetensors"
    frames = light.facts.frames
    few = np.zeros((50, *light.fine.shape[1:]), np.uint8)
    for facts in (replace(light.facts, frames=50), light.facts):
        replace(light, facts=facts, fine=few).save(part)
        said = refused(tmp_path, capsys, "--presenter", str(part))
        assert f"part.safetensors holds 50 of the {frames} frames of presenter-take.mp4" in said


def test_a_bake_of_another_take_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    other = takes.good(tmp_path / "me.mp4")
    said = refused(tmp_path, capsys, "--take", str(other), "--presenter", str(DEMO_LIGHT_BAKE))
    assert "presenter.safetensors was baked from another take than me.mp4" in said


def test_a_file_that_is_no_presenter_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "broken.safetensors").write_bytes(DEMO_LIGHT_BAKE.read_bytes()[:5000])
    for path, said in [
        ("broken.safetensors", "broken.safetensors is not a baked presenter, or it is damaged."),
        ("gone.safetensors", "There is no baked presenter at"),
        (".", "cannot be read"),
    ]:
        assert said in refused(tmp_path, capsys, "--presenter", str(tmp_path / path))


def test_compare_refuses_a_light_bake_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    options = ["--take", str(takes.DEMO_TAKE), "--presenter", str(DEMO_LIGHT_BAKE), "--cache", str(tmp_path)]
    assert main(["compare", *options]) == 1
    assert "is a light bake" in capsys.readouterr().err


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


@pytest.mark.slow
def test_judge_finds_no_fault_in_the_take_itself_and_keeps_its_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    take, report = takes.good(tmp_path / "me.mp4"), tmp_path / "judged.json"
    assert main(["judge", str(take), "--take", str(take), "--json", str(report)]) == 0
    assert "No fault was seen." in capsys.readouterr().out
    kept = json.loads(report.read_text(encoding="utf-8"))
    assert kept["faults"] == []
    assert kept["scores"]["aperture_ratio"] == pytest.approx(1.0)


def test_judge_names_a_message_that_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    take = takes.good(tmp_path / "me.mp4")
    assert main(["judge", str(tmp_path / "gone.mp4"), "--take", str(take)]) == 1
    assert "gone.mp4" in capsys.readouterr().err
