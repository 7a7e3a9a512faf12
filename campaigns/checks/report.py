"""What a run would do, found out without rendering: values, and the same as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaigns.problems import Problem
from campaigns.states import RowVerdict


class Finding(StrEnum):
    """Codes of what only a check finds; those of rows are in `campaigns.problems.Code`."""

    SCRIPT_UNUSABLE = "script_unusable"
    SHEET_UNUSABLE = "sheet_unusable"
    SHEET_NOT_CHOSEN = "sheet_not_chosen"
    HEADER_ROW_NOT_CHOSEN = "header_row_not_chosen"
    COLUMNS_NOT_CHOSEN = "columns_not_chosen"
    HIDDEN_ROWS_NOT_CHOSEN = "hidden_rows_not_chosen"
    ENCODING_NOT_CHOSEN = "encoding_not_chosen"
    RECORDINGS_UNUSABLE = "recordings_unusable"
    TAKE_UNUSABLE = "take_unusable"
    PRESENTER_UNUSABLE = "presenter_unusable"
    VOICE_UNUSABLE = "voice_unusable"
    FOLDER_UNUSABLE = "folder_unusable"
    PRONUNCIATIONS_UNUSABLE = "pronunciations_unusable"
    NO_VALID_ROW = "no_valid_row"
    VOICE_MISFIT = "voice_misfit"
    WORD_IN_NO_LEXICON = "word_in_no_lexicon"
    PRONUNCIATION_WITHOUT_COLUMN = "pronunciation_without_column"
    PRONUNCIATION_UNUSED = "pronunciation_unused"
    LANGUAGE_NOT_SPOKEN = "language_not_spoken"


class LineSource(StrEnum):
    """Where a line's sound comes from."""

    FILMED = "filmed"
    RECORDED = "recorded"
    SPOKEN = "spoken"


@dataclass(frozen=True)
class Note:
    """A problem or a warning, with its place in the spreadsheet where it has one."""

    code: str
    message: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class LineReport:
    """One line of one row: as written, in the words that are said, and how long that takes."""

    text: str
    spoken: str
    language: str
    source: LineSource
    seconds: float


@dataclass(frozen=True)
class RowReport:
    """A row that would get a video, or that has problems."""

    row: int
    verdict: RowVerdict
    problems: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    lines: tuple[LineReport, ...] = ()


@dataclass(frozen=True)
class CheckReport:
    """``problems`` keep the run from starting; those of single rows are in ``rows``."""

    problems: tuple[Note, ...]
    warnings: tuple[Note, ...]
    rows: tuple[RowReport, ...]

    @property
    def can_start(self) -> bool:
        return not self.problems


def to_note(problem: Problem) -> Note:
    return Note(problem.code, problem.message, problem.row, problem.column)


def to_json(report: CheckReport) -> dict[str, Any]:
    """What ``make_messages --check --json`` prints."""
    return {
        "problems": _notes_to_json(report.problems),
        "warnings": _notes_to_json(report.warnings),
        "rows": [
            {
                "row": one.row,
                "verdict": str(one.verdict),
                "problems": _notes_to_json(one.problems),
                "warnings": _notes_to_json(one.warnings),
                "lines": [
                    {
                        "text": line.text,
                        "spoken": line.spoken,
                        "language": line.language,
                        "source": str(line.source),
                        "seconds": round(line.seconds, 2),
                    }
                    for line in one.lines
                ],
            }
            for one in report.rows
        ],
    }


def to_text(report: CheckReport) -> Iterator[str]:
    """The same for a person, a line at a time."""
    yield from (f"Problem: {_describe(one)}" for one in report.problems)
    yield from (f"Note: {_describe(one)}" for one in report.warnings)
    for row in report.rows:
        length = f", about {sum(line.seconds for line in row.lines):.0f} s of speech" if row.lines else ""
        yield f"Row {row.row}: {row.verdict}{length}"
        yield from (f"  Problem: {_describe(one)}" for one in row.problems)
        yield from (f"  Note: {_describe(one)}" for one in row.warnings)
        for line in row.lines:
            filmed = "" if line.source == LineSource.SPOKEN else f" ({line.source})"
            yield f"  {line.text}{filmed}"
            if line.spoken != line.text:
                yield f"    said: {line.spoken}"
    valid = sum(row.verdict == RowVerdict.VALID for row in report.rows)
    start = "The run can start." if report.can_start else "The run cannot start."
    yield f"{start} {valid} of {len(report.rows)} rows would get a video."


def _describe(note: Note) -> str:
    return f"column “{note.column}”: {note.message}" if note.column else note.message


def _notes_to_json(notes: Sequence[Note]) -> list[dict[str, Any]]:
    return [
        {"code": str(note.code), "row": note.row, "column": note.column, "message": note.message}
        for note in notes
    ]
