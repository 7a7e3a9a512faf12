"""A whole spreadsheet into videos in one process, without database or dashboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from campaigns import rendering
from campaigns.baking import unexpected
from campaigns.recipients import Judged, judge
from campaigns.results import Outcome, RowStatus, file_stem, write_results
from campaigns.scripts import Line, fill
from campaigns.spreadsheet import Sheet

TOGETHER = 16  # rows that are planned and drawn at once; finished ones appear while the others are drawn

# what is done now, how far everything is (0..1), seconds left if known
Watch = Callable[[str, float, float | None], None]


@dataclass(frozen=True)
class Batch:
    """What goes in; all of it was checked before. Without a ``presenter`` the take is baked first."""

    sheet: Sheet
    script: str
    take: Path
    presenter: Path | None
    voice: rendering.VoiceConfig
    out: Path


@dataclass
class Progress:
    """Finished rows count whole, the others by their frames; the first pays for what all share."""

    watch: Watch
    total: int
    done: int = 0
    _parts: dict[int, float] = field(default_factory=dict)
    _times: list[float] = field(default_factory=lambda: [time.monotonic()])

    def __call__(self, step: rendering.Step) -> None:
        self.of_row(0, "", step)

    def of_row(self, number: int, label: str, step: rendering.Step) -> None:
        """What is done of one row of several that are made together."""
        self._parts[number] = step.done / step.total if step.total else 0.0
        started = sum(self._parts.values())
        stage = f"{label}: {step.stage}" if label else step.stage
        self.watch(stage, min(1.0, (self.done + started) / self.total), self._left(started))

    def forget(self) -> None:
        """What was done for all rows counts for none."""
        self._parts.clear()

    def finish_row(self, number: int) -> None:
        self.done += 1
        self._parts.pop(number, None)
        self._times.append(time.monotonic())

    def _left(self, started: float) -> float | None:
        if self.done == 0:
            return None
        later = self._times[1:] if self.done > 1 else self._times
        pace = (later[-1] - later[0]) / (len(later) - 1)
        return max(0.0, (self.total - self.done - started) * pace)


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
    progress.forget()
    rows = [_Row(*pair, spoken) for pair, spoken in zip(wanted, lines, strict=True)]
    for at in range(0, len(rows), TOGETHER):
        for row in _made(batch, presenter, rows[at : at + TOGETHER], slots, progress):
            progress.finish_row(row.one.row.number)
            write_results(results, batch.sheet.columns, outcomes)
    return outcomes


def told(sheet: Sheet, outcomes: list[Outcome], name: str) -> Iterator[str]:
    """A sentence for every row without a video."""
    for outcome in outcomes:
        if outcome.status != RowStatus.READY:
            yield f"{name}, row {outcome.row.number}: {outcome.reason}"


def _judged_outcome(one: Judged) -> Outcome:
    if not one.problems:
        return Outcome(one.row)
    return Outcome(
        one.row, RowStatus.REJECTED, reason=" ".join(_reason(p.column, p.message) for p in one.problems)
    )


def _reason(column: str | None, message: str) -> str:
    return f"column “{column}”: {message}" if column else message


def _pairs(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.id, line.text) for line in lines]


@dataclass(frozen=True)
class _Row:
    one: Judged
    outcome: Outcome
    lines: list[tuple[str, str]]

    @property
    def label(self) -> str:
        return self.one.name or f"row {self.one.row.number}"


def _made(
    batch: Batch, presenter: Path, rows: list[_Row], slots: rendering.Slots, progress: Progress
) -> Iterator[_Row]:
    """Each row of these when it is finished; one row's fault never stops the others."""
    jobs = {_job(batch, presenter, row, slots, progress): row for row in rows}
    for job, made in rendering.render_together(list(jobs)):
        outcome = jobs[job].outcome
        if isinstance(made, rendering.RenderError):
            outcome.status, outcome.reason = RowStatus.FAILED, made.message
        elif isinstance(made, Exception):
            outcome.status, outcome.reason = RowStatus.FAILED, unexpected(made)
        else:
            outcome.status, outcome.file = RowStatus.READY, made.video.name
        yield jobs[job]


def _job(
    batch: Batch, presenter: Path, row: _Row, slots: rendering.Slots, progress: Progress
) -> rendering.MessageJob:
    return rendering.MessageJob(
        tuple(row.lines),
        presenter,
        batch.take,
        slots,
        batch.out / file_stem(row.one.row, row.one.name),
        rendering.EngineConfig(voice=batch.voice),
        progress=partial(progress.of_row, row.one.row.number, row.label),
    )
