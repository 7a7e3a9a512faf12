"""The bench renders a message and one more, and tells where the time went."""

from __future__ import annotations

import json

import pytest

from renderer.evaluation.bench import Bench, RenderTiming, format_bench, main
from renderer.runtime.profiling import SpanTime
from tests.presenters import Baked


@pytest.mark.slow
def test_the_bench_prints_where_the_time_of_two_messages_went(
    baked: Baked, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--take", str(baked.take), "--presenter", str(baked.bake), "--voice", "pyttsx3"]
    assert main([*arguments, "--seconds", "4", "--steps", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    whole, more = found["whole"], found["one_more"]
    assert whole["work_frames"] == whole["frames"]
    assert 0 < more["work_frames"] < more["frames"]
    assert {"decode", "draft", "network", "compose", "encode", "track", "join", "sound"} <= set(
        whole["stages"]
    )
    assert sum(stage["wall_s"] for stage in more["stages"].values()) > 0.5 * more["wall_s"]
    assert found["peak_memory_mb"] > 100
    assert found["machine"]["cores"] >= 1
    assert found["network_ran"]


def made(*stages: str) -> Bench:
    message = RenderTiming(50, 50, 2.0, 1.0, 1.5, {name: SpanTime(0.5, 0.5, 1, 50) for name in stages})
    return Bench(message, message, 640, 360, 2, {"cores": 2}, 1000.0)


def test_a_presenter_whose_network_did_not_run_is_told() -> None:
    assert "no network" in format_bench(made("draft", "encode"))
    assert "no network" not in format_bench(made("draft", "network", "encode"))


def test_a_take_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--take", "no-such-take.mp4"]) == 1
    assert "no-such-take.mp4" in capsys.readouterr().err
