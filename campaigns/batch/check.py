"""A batch looked at before it is made: every fault of every file at once, and nothing is written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from campaigns import engine
from campaigns.batch.sheet_questions import CODES, name_answer
from campaigns.checks.report import CheckReport, Finding, Note, RowReport, to_note
from campaigns.checks.row_check import RowCheck
from campaigns.checks.run_check import find_column_warnings, find_voice_warnings
from campaigns.pronunciations.entries import BadTable, read_table, to_pronunciations
from campaigns.pronunciations.library import Library, create_library
from campaigns.pronunciations.speaker import Speaker
from campaigns.recipients.row_speaker import RowSpeaker
from campaigns.recipients.row_validation import ValidatedRow, find_common_fault, validate_rows
from campaigns.recordings.archive import BadArchive
from campaigns.recordings.row_recordings import RowRecordings, open_row_recordings
from campaigns.scripts.script_file import ScriptFileError, read_script_file
from campaigns.scripts.spoken_length import estimate_by_rule
from campaigns.scripts.template import Line, ScriptError, check, fill
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.reading import ReadSheet, Sheet, SheetError, read_sheet_file
from campaigns.states import RowVerdict


@dataclass(frozen=True)
class BatchFiles:
    """What a command names; nothing of it is known to be there."""

    recipients: Path
    script: Path
    take: Path
    presenter: Path | None
    out: Path | None
    pronunciations: Path | None
    voice: engine.VoiceConfig
    use_filmed: bool = True
    recordings: Path | None = None
    choice: SheetChoice = field(default_factory=SheetChoice)


class BadFile(Exception):
    """A file that cannot be used; the message names it and says what to do."""


def check_batch(files: BatchFiles) -> CheckReport:
    """What `make_videos` would do with these files."""
    problems: list[Note] = []
    script, library, read = "", Library(), None
    try:
        script = read_script_file(files.script)
        check(script)
    except ScriptError as error:
        problems.append(Note(error.code, str(error)))
        script = ""
    except ScriptFileError as error:
        problems.append(Note(Finding.SCRIPT_UNUSABLE, str(error)))
    except OSError as error:
        problems.append(Note(Finding.SCRIPT_UNUSABLE, _describe_missing(files.script, error)))
    try:
        library = read_library(files.pronunciations)
    except BadFile as error:
        problems.append(Note(Finding.PRONUNCIATIONS_UNUSABLE, str(error)))
    try:
        read = read_sheet_file(files.recipients, choice=files.choice)
        problems += [Note(CODES[one.kind], name_answer(one)) for one in read.questions]
    except SheetError as error:
        problems.append(Note(Finding.SHEET_UNUSABLE, str(error)))
    problems += _find_take_problems(files)
    problems += _find_voice_problems(files.voice)
    problems += _find_folder_problems(files.out)
    if read is None:
        return CheckReport(tuple(problems), (), ())
    sheet, notes = read.sheet, [to_note(one) for one in read.notes]
    with tempfile.TemporaryDirectory(prefix="byname-check-") as scratch:
        try:
            recordings = open_row_recordings(files.recordings, Path(scratch), sheet, files.voice)
        except BadArchive as error:
            problems.append(Note(Finding.RECORDINGS_UNUSABLE, str(error)))
            recordings = None
        speaker = RowSpeaker(Speaker(files.voice, library), read.choice.columns)
        rows = _check_rows(files, read, script, speaker, recordings)
    problems += _find_problems_of_all(sheet, script, rows)
    misfits = find_voice_warnings(_measure_pitch_hz(files), files.voice)
    return CheckReport(
        tuple(problems),
        (*notes, *find_column_warnings(sheet.columns, read.choice.columns), *misfits),
        tuple(rows),
    )


def read_library(path: Path | None) -> Library:
    """The pronunciations in a CSV, none without a path. Raises BadFile."""
    if path is None:
        return Library()
    try:
        return create_library(to_pronunciations(read_table(path.read_bytes())))
    except BadTable as error:
        raise BadFile(f"{path.name}: {error}") from error
    except OSError as error:
        raise BadFile(_describe_missing(path, error)) from error


def _describe_missing(path: Path, error: OSError) -> str:
    return f"{path} cannot be used: {error.strerror}. Check the path."


def _check_rows(
    files: BatchFiles, read: ReadSheet, script: str, speaker: RowSpeaker, recordings: RowRecordings | None
) -> list[RowReport]:
    store = engine.open_store()

    def measure_s(text: str, spoken: str, known: engine.Pronunciations, voice: engine.VoiceConfig) -> float:
        return engine.find_cached_line_s(text, voice, store, known) or estimate_by_rule(spoken)

    validated = list(validate_rows(read.sheet, script, speaker, read.choice))

    def is_recorded(values: Mapping[str, str], _line: Line) -> bool:
        return recordings is not None and recordings.has(values)

    row_check = RowCheck(script, speaker, measure_s, _find_filmed(files, script, validated), is_recorded)
    missing = [() if recordings is None else recordings.find_missing(one.row) for one in validated]
    return [
        row_check.check(one.row.number, one.row.values, (*one.problems, *gone))
        for one, gone in zip(validated, missing, strict=True)
    ]


def _find_filmed(
    files: BatchFiles, script: str, validated: Sequence[ValidatedRow]
) -> tuple[engine.FilmedLine, ...]:
    """The lines that the take says; what was heard in it is thrown away, for a check keeps nothing."""
    valid = [one.row.values for one in validated if not one.problems]
    if not (files.use_filmed and script and valid):
        return ()
    with tempfile.TemporaryDirectory(prefix="byname-check-") as folder:
        try:
            lines = [[(line.id, line.text) for line in fill(script, values)] for values in valid]
            return engine.find_filmed_lines(lines, files.take, files.voice, cache=engine.Store(Path(folder)))
        except (ScriptError, engine.RenderError):  # told as a problem of the script or the take
            return ()


def _find_problems_of_all(sheet: Sheet, script: str, rows: Sequence[RowReport]) -> Iterator[Note]:
    unknown = find_common_fault(script, (row.values for row in sheet.rows)) if script else None
    if unknown is not None:
        yield Note(unknown.code, str(unknown))
    if not any(row.verdict == RowVerdict.VALID for row in rows):
        yield Note(Finding.NO_VALID_ROW, "No row is valid, so there is no video to make. See the rows below.")


def _measure_pitch_hz(files: BatchFiles) -> float:
    """The presenter's median pitch, 0 where it is not known."""
    try:
        return engine.measure_take_voice(files.take)["voice_pitch_hz"]
    except engine.RenderError:
        return 0.0


def _find_take_problems(files: BatchFiles) -> Iterator[Note]:
    try:
        engine.probe_take(files.take)
    except engine.RenderError as error:
        yield Note(Finding.TAKE_UNUSABLE, error.message)
        return
    if files.presenter is None:
        return
    try:
        if not files.presenter.is_file():
            raise engine.RenderError(
                f"{files.presenter} does not exist. Leave --presenter out to bake the take now."
            )
        engine.check_bake(files.presenter, files.take)
    except engine.RenderError as error:
        yield Note(Finding.PRESENTER_UNUSABLE, error.message)


def _find_voice_problems(voice: engine.VoiceConfig) -> Iterator[Note]:
    try:
        engine.find_voice_language(voice)
    except engine.RenderError as error:
        yield Note(Finding.VOICE_UNUSABLE, error.message)


def _find_folder_problems(out: Path | None) -> Iterator[Note]:
    if out is None:
        return
    there = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not there.is_dir():
        yield Note(Finding.FOLDER_UNUSABLE, f"{there} is a file. Name a folder with --out.")
    elif not os.access(there, os.W_OK | os.X_OK):
        yield Note(Finding.FOLDER_UNUSABLE, f"{there} cannot be written to. Name another folder with --out.")
