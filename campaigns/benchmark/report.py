"""Benchmark results as a table for people, and several results as a plot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from campaigns.benchmark.measure import BenchmarkResult, MessageCost

LEAST_STAGE_S = 0.005  # less is added up under “other”
BEGIN, END = "<!-- printed -->", "<!-- /printed -->"
Row = tuple[str, str, str]  # label, value, note
Run = Mapping[str, Any]


def format_table(result: BenchmarkResult) -> Iterator[str]:
    """Yield the lines of the table: what was measured, then what is derived from it."""
    personal_s = result.planned.personal_s
    size = f"{result.width}×{result.height}"
    yield f"{size}, {result.first.video_s:.1f} s each, {personal_s:.1f} s of it personal"
    yield ", ".join(f"{name} {value}" for name, value in result.machine.items())
    for heading, rows in (
        ("measured", _list_measured_rows(result)),
        ("worked out from it", _list_derived_rows(result)),
    ):
        yield f"\n{heading}"
        for label, value, note in rows:
            yield f"  {label:<36} {value:>10}  {note}".rstrip()
    yield f"\n{'one more message, by stage':<38} {'wall s':>10} {'CPU s':>10}"
    for name, wall_s, cpu_s in _list_stages(result):
        yield f"  {name:<36} {wall_s:10.3f} {cpu_s:10.3f}"
    yield "Stages that run side by side overlap; the frames of several messages are drawn together."


def _list_measured_rows(result: BenchmarkResult) -> Iterator[Row]:
    planned, spoken = result.planned, result.spoken
    hits, lines = sum(made.hits for made in result.sample), sum(made.lines for made in result.sample)
    yield (
        "a message rendered whole",
        _format_s(result.whole_s),
        f"median of {len(result.whole)}, {_format_cpu(result.whole)}",
    )
    yield "the first message of the campaign", _format_s(result.first.wall_s), "pays for what all share"
    yield (
        "one more message",
        _format_s(result.marginal_s),
        f"mean of {len(result.sample)}, {result.together} at a time, {_format_cpu(result.sample)}",
    )
    yield (
        "the fifth John",
        _format_s(result.john_s),
        f"his line is rendered already; median of {len(result.johns)}",
    )
    yield (
        f"planning {planned.messages:,} messages",
        _format_s(planned.wall_s),
        "their lines were spoken before",
    )
    each = f"{spoken.each_s:.3f} s each, counted in one more message"
    yield f"speaking {spoken.lines:,} different lines", _format_s(spoken.wall_s), each
    yield "segments that the sample shared", f"{hits}", f"of {lines}, {hits / lines:.0%}"
    for name, jump, beside, most in result.joins.rows():
        note = (
            f"at most {most:.2f}; ÷ frames beside {beside.ratio:.2f} (p {beside.p:.2f}), {jump.seams} joins"
        )
        yield f"{name} at personal joins", f"{jump.ratio:.2f}", note
    yield "peak memory", f"{result.peak_memory_mb:,.0f} MB", "of the process, libraries and weights included"


def _list_derived_rows(result: BenchmarkResult) -> Iterator[Row]:
    planned = result.planned
    yield "whole render ÷ one more message", f"{result.ratio:.1f}", f"{result.cpu_ratio:.1f} by CPU time"
    yield (
        f"all {planned.messages:,} messages",
        _format_min(result.campaign_s),
        "planning, first and the others",
    )
    yield "the same, each one rendered whole", _format_min(result.whole_s * planned.messages), ""
    yield "work per second of video", _format_s(result.work_per_video_second), "in the whole campaign"
    yield "video of the campaign", _format_min(planned.video_s), f"{planned.segments:,} segments"
    yield "of it different", _format_min(planned.distinct_s), f"{planned.distinct:,} segments"


def write_into_page(page: Path, command: str, printed: str) -> None:
    """Put what a command printed between the page's marks. Raises ValueError where it has none."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no place for the figures: it needs the lines {BEGIN} and {END}.")
    block = f"{BEGIN}\n```text\n$ {command}\n{printed.strip()}\n```\n{END}"
    page.write_text(f"{before}{block}{after}", encoding="utf-8")


def plot(runs: Sequence[Run], target: Path) -> None:
    """Three curves from measured runs (their JSON): recipients, personal seconds, length, in CPU seconds,
    which other work on the machine does not lengthen. Raises ValueError where there is no run."""
    if not runs:
        raise ValueError("There is no measured run to draw. Name files that --json wrote.")
    from matplotlib.figure import Figure  # half a second that only this needs

    figure = Figure(figsize=(12, 3.8), layout="constrained")
    by_recipients, by_personal, by_length = figure.subplots(1, 3)
    _draw_recipients(by_recipients, max(runs, key=lambda run: (len(run["sample"]), run["first"]["video_s"])))
    _draw_marginal(by_personal, runs, _personal_s, "personal seconds in a message")
    _draw_marginal(by_length, runs, _video_s, "seconds of a message", whole=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=110)


def _draw_recipients(axes: Any, run: Run) -> None:
    """CPU seconds after so many messages: as measured, shared and whole."""
    each_s = run["spoken"]["cpu_s"] / run["spoken"]["lines"]
    shared, whole = [run["first"]["cpu_s"]], [0.0]
    for made in run["sample"]:
        shared.append(shared[-1] + made["cpu_s"] + each_s)
    for made in run["whole"]:
        whole.append(whole[-1] + made["cpu_s"])
    axes.plot(range(1, len(shared) + 1), shared, "o-", label="shared")
    axes.plot(range(1, len(whole)), whole[1:], "s-", label="each one whole")
    _label_axes(
        axes,
        "recipients",
        "CPU seconds so far",
        f"{_video_s(run):.0f} s, {_personal_s(run):.1f} s personal",
    )


def _draw_marginal(axes: Any, runs: Sequence[Run], of: Any, label: str, *, whole: bool = False) -> None:
    """Only runs that are alike in everything but ``of`` are joined: those nearest to the largest run."""
    alike = sorted(_find_alike(runs, _personal_s if whole else _video_s), key=of)
    axes.plot(
        [of(run) for run in alike], [run["marginal_cpu_s"] for run in alike], "o-", label="one more message"
    )
    if whole:
        axes.plot(
            [of(run) for run in alike], [_whole_cpu_s(run) for run in alike], "s-", label="rendered whole"
        )
    _label_axes(axes, label, "CPU seconds", "")


def _find_alike(runs: Sequence[Run], of: Any) -> list[Run]:
    """The most runs that agree in ``of`` within a fifth."""
    groups = ([other for other in runs if abs(of(other) - of(run)) <= 0.2 * of(run)] for run in runs)
    return max(groups, key=len)


def _label_axes(axes: Any, x: str, y: str, title: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize=10)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)


def _personal_s(run: Run) -> float:
    return float(run["planned"]["personal_s"])


def _whole_cpu_s(run: Run) -> float:
    return mean(made["cpu_s"] for made in run["whole"])


def _video_s(run: Run) -> float:
    return float(run["first"]["video_s"])


def _list_stages(result: BenchmarkResult) -> Iterator[tuple[str, float, float]]:
    small = [took for took in result.marginal_stages.values() if took[0] < LEAST_STAGE_S]
    for name, took in result.marginal_stages.items():
        if took not in small:
            yield name, *took
    yield "all others", sum(wall_s for wall_s, _ in small), sum(cpu_s for _, cpu_s in small)


def _format_s(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _format_min(seconds: float) -> str:
    return f"{seconds / 60:,.1f} min"


def _format_cpu(costs: Sequence[MessageCost]) -> str:
    return f"{mean(one.cpu_s for one in costs):.2f} s of CPU"
