"""The campaign bench on a small presenter: what it shares, what it prints, what it draws."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from campaigns import engine
from campaigns.benchmark import sample_data
from campaigns.benchmark.measure import BenchmarkConfig, BenchmarkResult, run_benchmark
from campaigns.benchmark.report import BEGIN, END, format_table, plot, write_into_page
from campaigns.scripts.template import fill
from tests.presenters import Baked


def by_letters(text: str) -> float:
    return len(text) / 15


def test_no_two_invented_people_are_called_the_same() -> None:
    names = {(row["first_name"], row["last_name"]) for row in sample_data.make_people(5000)}
    assert len(names) == 5000


@pytest.mark.parametrize(("seconds", "personal"), [(12, 1.5), (60, 3), (60, 12), (300, 3)])
def test_an_invented_script_has_the_wanted_lengths_and_one_personal_line(
    seconds: float, personal: float
) -> None:
    script = sample_data.write_script(seconds, personal, 0.4, by_letters)
    ada, john = (fill(script, row) for row in sample_data.make_people(2))
    assert sum(by_letters(line.text) + 0.4 for line in ada) == pytest.approx(seconds, abs=3)
    different = [one.text for one, other in zip(ada, john, strict=True) if one.text != other.text]
    assert different == [ada[1].text]
    assert by_letters(different[0]) == pytest.approx(personal, abs=0.5)


@pytest.fixture(scope="module")
def benchmark(baked: Baked) -> BenchmarkResult:
    """No database: pytest refuses it here."""
    voice = engine.choose_voice("pyttsx3")
    config = BenchmarkConfig(baked.take, baked.bake, voice, 5, 4.0, 1.0, sample=2, whole=1)
    return run_benchmark(config, lambda label, fraction, left_s: None)


@pytest.mark.slow
def test_one_more_message_renders_its_personal_line_alone(benchmark: BenchmarkResult) -> None:
    lines = len(benchmark.script.splitlines())
    assert [made.hits for made in benchmark.sample] == [lines - 1, lines - 1]
    assert [made.hits for made in benchmark.johns] == [lines, lines]
    assert [made.hits for made in (*benchmark.whole, benchmark.first)] == [0, 0]


@pytest.mark.slow
def test_the_joins_of_the_personal_lines_are_watched_in_the_finished_videos(
    benchmark: BenchmarkResult,
) -> None:
    sides = 1 if len(benchmark.script.splitlines()) == 2 else 2  # of the personal line, which may be the last
    assert benchmark.joins.velocity.seams == sides * len(benchmark.sample)
    row = next(line for line in format_table(benchmark) if "acceleration at personal joins" in line)
    assert f" {benchmark.joins.acceleration.ratio:.2f}  at most 1.15" in row


@pytest.mark.slow
def test_all_recipients_are_spoken_and_planned(benchmark: BenchmarkResult) -> None:
    lines = len(benchmark.script.splitlines())
    assert benchmark.planned.messages == 5
    assert benchmark.planned.segments == 5 * lines
    assert benchmark.planned.distinct == benchmark.spoken.lines == lines - 1 + 5
    assert benchmark.planned.video_s / 5 == pytest.approx(benchmark.first.video_s, abs=0.5)


@pytest.mark.slow
def test_stages_of_one_more_message_say_where_its_time_goes(benchmark: BenchmarkResult) -> None:
    stages = benchmark.marginal_stages
    assert {"speech", "draft", "encode", "join"} <= set(stages)
    assert stages["speech"][0] >= benchmark.spoken.each_s
    assert all(wall_s >= 0 and cpu_s >= 0 for wall_s, cpu_s in stages.values())
    assert benchmark.ratio == benchmark.whole_s / benchmark.marginal_s > 1
    printed = "\n".join(format_table(benchmark))
    assert f"{benchmark.ratio:.1f}" in printed
    assert "planning 5 messages" in printed


@pytest.mark.slow
def test_measured_runs_are_drawn(benchmark: BenchmarkResult, tmp_path: Path) -> None:
    run = json.loads(json.dumps(benchmark.to_json()))
    plot([run, run], tmp_path / "pictures" / "curves.png")
    with Image.open(tmp_path / "pictures" / "curves.png") as picture:
        assert picture.width > 800


def test_a_page_gets_the_figures_between_its_marks_and_keeps_the_rest(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Speed\n\n{BEGIN}\nold\n{END}\n\nThe end.\n", encoding="utf-8")
    write_into_page(page, "bench", "new figures\n")
    assert page.read_text() == f"# Speed\n\n{BEGIN}\n```text\n$ bench\nnew figures\n```\n{END}\n\nThe end.\n"
    page.write_text("# Speed\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the figures"):
        write_into_page(page, "bench", "new figures")


def test_a_plot_needs_a_run(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no measured run"):
        call_command("bench_campaign", "--plot", str(tmp_path / "curves.png"), stdout=StringIO())


def test_a_sample_larger_than_the_campaign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more recipients"):
        BenchmarkConfig(tmp_path, tmp_path, None, recipients=20, sample=20)
