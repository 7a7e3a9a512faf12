"""A whole spreadsheet into videos in one process, without database or dashboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigns import rendering
from campaigns.baking import unexpected
from campaigns.recipients import Judged, judge
from campaigns.results import FAILED, READY, REJECTED, Outcome, file_stem, write_results
from campaigns.scripts import Line, fill
from campaigns.spreadsheet import Sheet

# what is done now, how far everything is (0..1), seconds left if known
Watch = Callable[[str, float, float | None], None]


@dataclass(frozen=True)
class Batch:
    """What goes in; all of it was checked before. Without a ``presenter`` the take is baked first."""

    sheet: Sheet
    script: str
    take: Path
    presenter: Path | None
    voice: Any
    out: Path


@dataclass
class Progress:
    """Finished rows count whole, the current one by its frames; the first pays for what all share."""

    watch: Watch
    total: int
    done: int = 0
    label: str = ""
    _times: list[float] = field(default_factory=lambda: [time.monotonic()])

    def __call__(self, step: rendering.Step) -> None:
        part = step.done / step.total if step.total else 0.0
        label = f"{self.label}: {step.stage}" if self.label else step.stage
        self.watch(label, (self.done + part) / self.total, self._left(part))

    def next_row(self) -> None:
        self.done += 1
        self._times.append(time.monotonic())

    def _left(self, part: float) -> float | None:
        if self.done == 0:
            return None
        later = self._times[1:] if self.done > 1 else self._times
        pace = (later[-1] - later[0]) / (len(later) - 1)
        return max(0.0, (self.total - self.done - part) * pace)


def make_all(batch: Batch, watch: Watch) -> list[Outcome]:
    """One video, poster and captions per row that is valid; the table is rewritten after every row."""
    judged = list(judge(batch.sheet, batch.script))
    outcomes = [_judged_outcome(one) for one in judged]
    wanted = [(one, outcome) for one, outcome in zip(judged, outcomes, strict=True) if not one.problems]
    progress = Progress(watch, max(1, len(wanted)))
    presenter = batch.presenter
    if wanted and presenter is None:
        presenter = rendering.baked(batch.take, progress)
    batch.out.mkdir(parents=True, exist_ok=True)
    results = batch.out / "results.csv"
    write_results(results, batch.sheet.columns, outcomes)
    if presenter is None or not wanted:
        return outcomes
    lines = [_pairs(fill(batch.script, one.row.values)) for one, _ in wanted]
    slots = rendering.plan_slots(lines, batch.take, batch.voice, progress)
    for (one, outcome), spoken in zip(wanted, lines, strict=True):
        progress.label = f"{progress.done + 1}/{len(wanted)} {one.name or f'row {one.row.number}'}"
        _make(batch, presenter, one, outcome, spoken, slots, progress)
        progress.next_row()
        write_results(results, batch.sheet.columns, outcomes)
    return outcomes


def told(sheet: Sheet, outcomes: list[Outcome], name: str) -> Iterator[str]:
    """A sentence for every row without a video."""
    for outcome in outcomes:
        if outcome.status != READY:
            yield f"{name}, row {outcome.row.number}: {outcome.reason}"


def _judged_outcome(one: Judged) -> Outcome:
    if not one.problems:
        return Outcome(one.row)
    return Outcome(one.row, REJECTED, reason=" ".join(_reason(p.column, p.message) for p in one.problems))


def _reason(column: str, message: str) -> str:
    return f"column “{column}”: {message}" if column else message


def _pairs(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.id, line.text) for line in lines]


def _make(
    batch: Batch,
    presenter: Path,
    one: Judged,
    outcome: Outcome,
    lines: list[tuple[str, str]],
    slots: Any,
    progress: Progress,
) -> None:
    stem = batch.out / file_stem(one.row, one.name)
    try:
        made = rendering.render(lines, presenter, batch.take, slots, batch.voice, stem, progress)
    except rendering.RenderError as error:
        outcome.status, outcome.reason = FAILED, error.message
    except Exception as error:  # one row's fault never stops the others
        outcome.status, outcome.reason = FAILED, unexpected(error)
    else:
        outcome.status, outcome.file = READY, made.video.name
