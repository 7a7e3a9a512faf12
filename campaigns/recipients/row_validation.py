"""Rows of a spreadsheet looked at: each is valid, or has the problems that keep it from a video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from campaigns import engine
from campaigns.delivery.channels import email
from campaigns.delivery.channels.channel import BadAddress, Channel
from campaigns.delivery.channels.registry import list_channels
from campaigns.problems import Code, Problem, Source
from campaigns.pronunciations.speaker import Speaker
from campaigns.recipients.name_columns import (
    FIRST_NAMES,
    LAST_NAMES,
    NAME_COLUMNS,
    find_name,
    find_pronounced_columns,
    find_pronunciation_problems,
)
from campaigns.recipients.row_speaker import RowSpeaker
from campaigns.recordings.row_recordings import find_recording_column
from campaigns.scripts.preview import find_named_columns, find_spoken_columns
from campaigns.scripts.template import Line, ScriptError, check_row, fill, find_column, to_variable
from campaigns.sheets.cell_faults import FOUND_IN_TEXT, find_cell_problems
from campaigns.sheets.choice import Duplicates, Role, SheetChoice
from campaigns.sheets.spreadsheet import Row, Sheet


@dataclass(frozen=True)
class ValidatedRow:
    """One row after validation. It is valid when ``problems`` is empty."""

    row: Row
    name: str
    email: str
    problems: tuple[Problem, ...]


class RowValidator:
    """Looks at rows with these columns; ``roles`` says what a column holds where its name does not."""

    def __init__(
        self,
        columns: Sequence[str],
        script: str = "",
        speaker: RowSpeaker | None = None,
        roles: Mapping[Role, str] | None = None,
    ) -> None:
        self._script, self._speaker = script, speaker
        self._roles = {Role(role): column for role, column in (roles or {}).items()}
        self.email_column = find_email_column(columns, self._roles)
        self._channels = _find_channels(columns, self.email_column)
        self._used = find_used_columns(columns, script, self._roles)
        self._roles_of = {column: role for role, column in self._roles.items() if column}
        self._first_seen: dict[tuple[str, str], int] = {}

    def validate(
        self, row: Row, from_file: Iterable[Problem] = (), known: Iterable[Problem] | None = None
    ) -> ValidatedRow:
        """``from_file`` are problems that the file has in this row; addresses that an earlier row had are
        problems of this one. ``known`` are the script's problems with it, None: it is tried.

        What is wrong in a column that neither the script nor a role nor a channel uses is passed over.
        """
        problems = self.keep_problems_of_file(row, from_file)
        told = {one.column for one in problems if one.column}
        problems += (one for one in self.find_cell_problems(row) if one.column not in told)
        if known is not None:
            problems += (replace(problem, row=row.number) for problem in known)
        elif self._script.strip():
            problems += find_script_problems(row, self._script, self._speaker)
        return ValidatedRow(row, self.read_name(row.values), self.read_email(row.values), tuple(problems))

    def keep_problems_of_file(self, row: Row, from_file: Iterable[Problem]) -> list[Problem]:
        """Those of the file's problems that count, with what is wrong in the texts as they are now."""
        kept = [one for one in from_file if one.column is None or one.column in self._used]
        kept = [one for one in kept if one.code not in FOUND_IN_TEXT or one.column is None]
        used = [column for column in row.values if column in self._used]
        return [*kept, *find_cell_problems(row.values, row.number, self._roles_of, used)]

    def find_cell_problems(self, row: Row) -> list[Problem]:
        """What is wrong with a row whatever the script is: addresses and pronunciations."""
        problems = _find_address_problems(row, self._channels, self._first_seen)
        return [*problems, *find_pronunciation_problems(row.values, row.number, self._roles)]

    def read_name(self, values: Mapping[str, str]) -> str:
        """How a person is called."""
        return find_name(values, self._roles)

    def read_email(self, values: Mapping[str, str]) -> str:
        return values.get(self.email_column, "")


def find_email_column(columns: Sequence[str], roles: Mapping[Role, str]) -> str:
    """The column of e-mail addresses: as it was chosen, else found by its name; "" where there is none."""
    chosen = roles.get(Role.EMAIL)
    if chosen is not None and (chosen == "" or chosen in columns):
        return chosen
    return find_column(columns, email.CHANNEL.columns)


def find_used_columns(columns: Sequence[str], script: str, roles: Mapping[Role, str]) -> frozenset[str]:
    """The columns that a problem in may reject a row for: those with a role, an address, or a place in the
    script."""
    spoken = find_named_columns(script)
    used = {column for column in columns if {column, to_variable(column)} & spoken}
    used |= {column for column in roles.values() if column}
    used |= {column for column, _ in _find_channels(columns, find_email_column(columns, roles))}
    used |= {find_recording_column(columns)} - {""}
    names = (find_column(columns, one) for one in (NAME_COLUMNS, FIRST_NAMES, LAST_NAMES))
    return frozenset(
        used | {column for column in names if column} | set(find_pronounced_columns(columns, roles))
    )


def validate_rows(
    sheet: Sheet,
    script: str = "",
    speaker: RowSpeaker | None = None,
    choice: SheetChoice | None = None,
) -> Iterator[ValidatedRow]:
    """Validate every row: problems of the file, the address, duplicates, what the script needs, and whether
    the speaker, where there is one, can read its lines.

    ``choice`` says which column holds what, and which of rows with one address counts; those that do not are
    left out.
    """
    choice = choice or SheetChoice()
    validator = RowValidator(sheet.columns, script, speaker, choice.columns)
    from_file = index_problems(sheet)
    for row in _leave_duplicates_out(sheet.rows, validator.email_column, choice.duplicates):
        yield validator.validate(row, from_file.get(row.number, ()))


def _leave_duplicates_out(rows: Sequence[Row], column: str, duplicates: Duplicates) -> Sequence[Row]:
    """Of rows with one address the first or the last one, where that was chosen."""
    if duplicates == Duplicates.TELL or not column:
        return rows
    kept: dict[str, Row] = {}
    for row in rows:
        key = row.values[column].casefold() or f"row {row.number}"
        if duplicates == Duplicates.LAST or key not in kept:
            kept[key] = row
    numbers = {row.number for row in kept.values()}
    return [row for row in rows if row.number in numbers]


def index_problems(sheet: Sheet) -> dict[int, list[Problem]]:
    """row number → what was wrong with it in the file."""
    found: dict[int, list[Problem]] = {}
    for problem in sheet.problems:
        if problem.row is not None:
            found.setdefault(problem.row, []).append(problem)
    return found


def find_script_problems(row: Row, script: str, speaker: RowSpeaker | None = None) -> list[Problem]:
    """What keeps this row from being spoken; a script that is broken for everybody is not the row's fault."""
    try:
        text = check_row(script, row.values)
        if speaker is None or speaker.surely_reads(text, row.values):
            return []
        return find_unread_lines(row, script, fill(script, row.values), speaker)
    except ScriptError as error:
        if error.concerns_everybody:
            return []
        return [Problem(error.code, Source.SCRIPT, str(error), row.number, error.sheet_column)]


def find_unread_lines(row: Row, script: str, lines: Sequence[Line], speaker: RowSpeaker) -> list[Problem]:
    """A problem for the first line with letters that the voice cannot read, at the cell they come from."""
    known = speaker.select([line.text for line in lines], row.values)
    for line in lines:
        fault = speaker.speaker.find_fault(line.text, known)
        if fault:
            column = _find_unread_column(row.values, script, speaker.speaker, known)
            return [Problem(Code.LETTERS_NOT_READ, Source.SCRIPT, fault, row.number, column)]
    return []


def _find_unread_column(
    values: Mapping[str, str], script: str, speaker: Speaker, known: engine.Pronunciations
) -> str | None:
    spoken = find_spoken_columns(script)
    own = [column for column in values if {column, to_variable(column)} & spoken and values[column].strip()]
    return next((column for column in own if speaker.find_fault(values[column], known)), None)


def find_common_fault(script: str, rows: Iterable[Mapping[str, str]]) -> ScriptError | None:
    """What is wrong with the script for everybody with these columns, such as a column that they do not have:
    said once for all of them."""
    for values in rows:
        try:
            fill(script, values)
        except ScriptError as error:
            if error.concerns_everybody:
                return error
    return None


def _find_channels(columns: Sequence[str], email_column: str) -> list[tuple[str, Channel[Any]]]:
    """The channels that this spreadsheet has addresses for, each with the column that holds them."""
    found = []
    for channel in list_channels():
        is_email = channel.name == email.CHANNEL.name
        found.append((email_column if is_email else find_column(columns, channel.columns), channel))
    return [(column, channel) for column, channel in found if column]


def _find_address_problems(
    row: Row, channels: Sequence[tuple[str, Channel[Any]]], first_seen: dict[tuple[str, str], int]
) -> list[Problem]:
    """What is wrong with the row's addresses; one of any channel is enough.

    ``first_seen`` maps (channel's name, address) to the row that had it first.
    """
    given = [(column, channel) for column, channel in channels if row.values.get(column)]
    if channels and not given:
        missing = "The address is missing. Write one, or remove the row."
        return [Problem(Code.ADDRESS_MISSING, Source.SPREADSHEET, missing, row.number, channels[0][0])]
    problems = []
    for column, channel in given:
        wrong = _wrong_address(channel, row.values[column], row.number, first_seen)
        if wrong is not None:
            problems.append(Problem(wrong[0], Source.SPREADSHEET, wrong[1], row.number, column))
    return problems


def _wrong_address(
    channel: Channel[Any], text: str, row: int, first_seen: dict[tuple[str, str], int]
) -> tuple[Code, str] | None:
    try:
        address = channel.clean_address(text)
    except BadAddress as error:
        return Code.ADDRESS_INVALID, f"{error}. Correct it, such as {channel.example}."
    earlier = first_seen.setdefault((channel.name, address.casefold()), row)
    if earlier != row:
        return (
            Code.ADDRESS_REPEATED,
            f"{text} stands in row {earlier} already. Remove one of the two rows.",
        )
    return None
