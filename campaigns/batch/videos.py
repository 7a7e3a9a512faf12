"""Batch: render a whole spreadsheet in one process, without database or dashboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from campaigns import engine
from campaigns.batch.results import Outcome, RowStatus, build_file_stem, write_results
from campaigns.pronunciations.library import Library
from campaigns.pronunciations.speaker import Speaker
from campaigns.recipients.row_speaker import RowSpeaker
from campaigns.recipients.row_validation import ValidatedRow, validate_rows
from campaigns.recordings.row_recordings import RowRecordings
from campaigns.runs.bake import describe_unexpected
from campaigns.scripts.template import Line, fill
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.spreadsheet import Sheet

ROWS_AT_ONCE = 16  # rows that are planned and drawn at once; finished ones appear while the others are drawn

# called with the current stage, the fraction of all work (0..1), and the seconds left where known
ProgressCallback = Callable[[str, float, float | None], None]


@dataclass(frozen=True)
class Batch:
    """The inputs of a batch, all validated. Without a ``presenter`` file the take is baked first; ``tell``
    is given what it lacks. ``use_filmed``: lines that the take says are shown as they were filmed.
    ``recordings`` are sounds of some rows' lines; ``warn`` is told about them."""

    sheet: Sheet
    script: str
    take: Path
    presenter: Path | None
    voice: engine.VoiceConfig
    out: Path
    tell: engine.Tell = engine.tell_nobody
    use_filmed: bool = True
    recordings: RowRecordings | None = None
    warn: Callable[[str], None] = lambda _: None
    library: Library = field(default_factory=Library)
    choice: SheetChoice = field(default_factory=SheetChoice)

    @cached_property
    def speaker(self) -> RowSpeaker:
        return RowSpeaker(Speaker(self.voice, self.library), self.choice.columns)


@dataclass
class BatchProgress:
    """Progress of a batch: a finished row counts 1, a row in progress the share of its finished frames."""

    on_progress: ProgressCallback
    total: int
    done: int = 0
    _parts: dict[int, float] = field(default_factory=dict)
    _times: list[float] = field(default_factory=lambda: [time.monotonic()])

    def __call__(self, step: engine.Step) -> None:
        self.report_row(0, "", step)

    def report_row(self, number: int, label: str, step: engine.Step) -> None:
        """Report how far one row of a group is."""
        self._parts[number] = step.done / step.total if step.total else 0.0
        begun_rows = sum(self._parts.values())
        stage = f"{label}: {step.stage}" if label else step.stage
        self.on_progress(
            stage, min(1.0, (self.done + begun_rows) / self.total), self._estimate_left_s(begun_rows)
        )

    def reset(self) -> None:
        """Start the count again: work that was done for all rows counts for none of them."""
        self._parts.clear()

    def finish_row(self, number: int) -> None:
        self.done += 1
        self._parts.pop(number, None)
        self._times.append(time.monotonic())

    def _estimate_left_s(self, begun_rows: float) -> float | None:
        if self.done == 0:
            return None
        later = self._times[1:] if self.done > 1 else self._times
        pace = (later[-1] - later[0]) / (len(later) - 1)
        return max(0.0, (self.total - self.done - begun_rows) * pace)


def make_videos(batch: Batch, on_progress: ProgressCallback) -> list[Outcome]:
    """Render video, poster and captions for each valid row. results.csv is rewritten after every row."""
    validated = [
        _check_recording(batch, one)
        for one in validate_rows(batch.sheet, batch.script, batch.speaker, batch.choice)
    ]
    outcomes = [_create_outcome(one) for one in validated]
    to_render = [(one, outcome) for one, outcome in zip(validated, outcomes, strict=True) if not one.problems]
    progress = BatchProgress(on_progress, max(1, len(to_render)))
    presenter = batch.presenter
    if to_render and presenter is None:
        presenter = engine.load_or_bake(batch.take, progress, batch.tell)
    batch.out.mkdir(parents=True, exist_ok=True)
    results = batch.out / "results.csv"
    write_results(results, batch.sheet.columns, outcomes)
    if presenter is None or not to_render:
        return outcomes
    rows = [_build_row(batch, *pair) for pair in to_render]
    lines, known = [row.lines for row in rows], [row.pronunciations for row in rows]
    filmed: tuple[engine.FilmedLine, ...] = ()
    if batch.use_filmed:
        filmed = engine.find_filmed_lines(lines, batch.take, batch.voice, progress)
    slots = engine.plan_slots(lines, batch.take, batch.voice, progress, known=known, filmed=filmed)
    progress.reset()
    for at in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[at : at + ROWS_AT_ONCE]
        for row in _render_rows(batch, presenter, some, _Plan(slots, filmed), progress):
            progress.finish_row(row.validated.row.number)
            write_results(results, batch.sheet.columns, outcomes)
    return outcomes


def report_missing_videos(sheet: Sheet, outcomes: list[Outcome], name: str) -> Iterator[str]:
    """Yield a sentence for every row that has no video."""
    for outcome in outcomes:
        if outcome.status != RowStatus.READY:
            yield f"{name}, row {outcome.row.number}: {outcome.reason}"


def _check_recording(batch: Batch, one: ValidatedRow) -> ValidatedRow:
    """The row with what is wrong with its recording; a row that is rejected anyhow is left as it is."""
    if batch.recordings is None or one.problems:
        return one
    lines = _to_pairs(fill(batch.script, one.row.values))
    known = batch.speaker.select([text for _, text in lines], one.row.values)
    locale = batch.speaker.find_language(one.row.values).locale
    problems, notes = batch.recordings.find_problems(one.row, lines, known, locale)
    for note in notes:
        batch.warn(f"row {one.row.number}: {note}")
    return replace(one, problems=tuple(problems))


def _create_outcome(one: ValidatedRow) -> Outcome:
    if not one.problems:
        return Outcome(one.row)
    return Outcome(
        one.row,
        RowStatus.REJECTED,
        reason=" ".join(_format_reason(p.column, p.message) for p in one.problems),
    )


def _format_reason(column: str | None, message: str) -> str:
    return f"column “{column}”: {message}" if column else message


def _to_pairs(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.id, line.text) for line in lines]


@dataclass(frozen=True)
class _Plan:
    """What is the same for all rows."""

    slots: engine.Slots
    filmed: tuple[engine.FilmedLine, ...]


@dataclass(frozen=True)
class _Row:
    validated: ValidatedRow
    outcome: Outcome
    lines: list[tuple[str, str]]
    pronunciations: tuple[engine.Pronunciation, ...]
    locales: Mapping[str, str]

    @property
    def label(self) -> str:
        return self.validated.name or f"row {self.validated.row.number}"


def _build_row(batch: Batch, one: ValidatedRow, outcome: Outcome) -> _Row:
    lines, values = fill(batch.script, one.row.values), one.row.values
    known = batch.speaker.select([line.text for line in lines], values)
    return _Row(one, outcome, _to_pairs(lines), known, batch.speaker.find_locales(lines, values))


def _render_rows(
    batch: Batch, presenter: Path, rows: list[_Row], plan: _Plan, progress: BatchProgress
) -> Iterator[_Row]:
    """Render these rows and yield each when it is finished. One row's error never stops the others."""
    jobs = {_job(batch, presenter, row, plan, progress): row for row in rows}
    for job, result in engine.render_messages(list(jobs)):
        outcome = jobs[job].outcome
        if isinstance(result, engine.RenderError):
            outcome.status, outcome.reason = RowStatus.FAILED, result.message
        elif isinstance(result, Exception):
            outcome.status, outcome.reason = RowStatus.FAILED, describe_unexpected(result)
        else:
            outcome.status, outcome.file = RowStatus.READY, result.video.name
        yield jobs[job]


def _job(batch: Batch, presenter: Path, row: _Row, plan: _Plan, progress: BatchProgress) -> engine.MessageJob:
    return engine.MessageJob(
        tuple(row.lines),
        presenter,
        batch.take,
        plan.slots,
        batch.out / build_file_stem(row.validated.row, row.validated.name),
        engine.EngineConfig(voice=batch.voice),
        pronunciations=row.pronunciations,
        filmed=plan.filmed,
        locales=row.locales,
        recorded=_load_recorded(batch, row),
        progress=partial(progress.report_row, row.validated.row.number, row.label),
    )


def _load_recorded(batch: Batch, row: _Row) -> Mapping[str, engine.Speech]:
    """The row's recorded lines by their ids, {} where the voice says them."""
    found = (
        batch.recordings.read(
            row.validated.row.values, row.lines, row.pronunciations, next(iter(row.locales.values()), "")
        )
        if batch.recordings
        else None
    )
    if found is None:
        return {}
    return {line_id: speech for (line_id, _), speech in zip(row.lines, found.speeches, strict=True)}
