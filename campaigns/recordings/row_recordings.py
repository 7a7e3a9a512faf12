"""The sound that a row names for all its lines: found, aligned to the row's own text, or told why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from campaigns import engine
from campaigns.problems import Code, Problem, Source
from campaigns.recordings.archive import BadArchive, NotFound, Recordings, open_recordings
from campaigns.scripts.template import find_column
from campaigns.sheets.spreadsheet import Row, Sheet

COLUMNS = (
    "recording", "recording_file", "recorded", "audio", "audio_file", "sound", "sound_file",
)  # fmt: skip


@dataclass(frozen=True)
class RowRecordings:
    """Where the rows of a sheet find their recordings, and in which voice's language their lines are."""

    recordings: Recordings
    column: str
    voice: engine.VoiceConfig

    def has(self, values: Mapping[str, str]) -> bool:
        """Whether the row names a recording."""
        return bool(values.get(self.column, "").strip())

    def find_missing(self, row: Row) -> tuple[Problem, ...]:
        """The problem of a row whose file is not there; nothing is opened."""
        try:
            if self.has(row.values):
                self.recordings.find(row.values[self.column].strip())
        except NotFound as error:
            return (self._build_problem(Code.RECORDING_MISSING, str(error), row),)
        return ()

    def read(
        self,
        values: Mapping[str, str],
        lines: engine.Lines,
        known: engine.Pronunciations = (),
        locale: str = "",
    ) -> engine.RecordedLines | None:
        """The recorded speech of a row's lines, None where its cell is empty: then the voice says them.
        ``locale``: how its figures are read, "" as in all rows.

        Raises NotFound, or RenderError for a file that cannot be used or says something else.
        """
        name = values.get(self.column, "").strip()
        if not name:
            return None
        voice = replace(self.voice, locale=locale or self.voice.locale)
        return engine.read_recording(self.recordings.find(name), name, lines, voice, known)

    def find_problems(
        self, row: Row, lines: engine.Lines, known: engine.Pronunciations = (), locale: str = ""
    ) -> tuple[list[Problem], tuple[str, ...]]:
        """What keeps a row's recording from being used, and what to tell about one that is."""
        try:
            found = self.read(row.values, lines, known, locale)
        except NotFound as error:
            return [self._build_problem(Code.RECORDING_MISSING, str(error), row)], ()
        except engine.TextMismatch as error:
            return [self._build_problem(Code.RECORDING_OF_OTHER_TEXT, error.message, row)], ()
        except engine.RenderError as error:
            return [self._build_problem(Code.RECORDING_UNUSABLE, error.message, row)], ()
        return [], found.notes if found else ()

    def _build_problem(self, code: Code, message: str, row: Row) -> Problem:
        return Problem(code, Source.SPREADSHEET, message, row.number, self.column)


def open_row_recordings(
    path: Path | None, scratch: Path, sheet: Sheet, voice: engine.VoiceConfig
) -> RowRecordings | None:
    """The recordings that a sheet's rows name, None without a path. Raises BadArchive."""
    if path is None:
        return None
    column = find_recording_column(sheet.columns)
    if not column:
        raise BadArchive(
            f"No column names the recordings in {path}. Add a column “recording” with each row's file."
        )
    return RowRecordings(open_recordings(path, scratch), column, voice)


def find_recording_column(columns: Sequence[str]) -> str:
    """The column that names recordings, "" where there is none."""
    return find_column(columns, COLUMNS)
