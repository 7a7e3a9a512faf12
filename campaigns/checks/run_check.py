"""What concerns a whole run rather than one of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from campaigns import engine
from campaigns.checks.report import Finding, Note
from campaigns.recipients.name_columns import find_pronounced_columns
from campaigns.sheets.choice import Role


def find_voice_warnings(pitch_hz: float, voice: engine.VoiceConfig) -> Iterator[Note]:
    """What does not fit in a voice: its pitch the presenter's (0 is unknown), its language the locale."""
    try:
        found = engine.find_voice(voice)
    except engine.RenderError:
        return
    misfit = engine.describe_misfit(pitch_hz, found, voice.locale) if found is not None else ""
    if misfit:
        yield Note(Finding.VOICE_MISFIT, misfit)


def find_column_warnings(columns: Sequence[str], roles: Mapping[Role, str] | None = None) -> Iterator[Note]:
    """Columns that say how a cell sounds which is not there."""
    for column, about in find_pronounced_columns(columns, roles).items():
        if not about:
            message = (
                f"“{column}” says how words sound, but not of which column. "
                "Name a column of this spreadsheet, such as pronounce_as_first_name."
            )
            yield Note(Finding.PRONUNCIATION_WITHOUT_COLUMN, message, None, column)
