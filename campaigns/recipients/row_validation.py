"""Rows of a spreadsheet looked at: each is valid, or has the problems that keep it from a video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns import engine
from campaigns.delivery.channels import email
from campaigns.delivery.channels.channel import BadAddress, Channel
from campaigns.delivery.channels.registry import list_channels
from campaigns.problems import Code, Problem, Source
from campaigns.pronunciations.speaker import Speaker
from campaigns.recipients.name_columns import (
    find_name,
    find_pronunciation_problems,
    find_row_pronunciations,
)
from campaigns.scripts.preview import find_spoken_columns
from campaigns.scripts.template import Line, ScriptError, fill, find_column, to_variable
from campaigns.sheets.choice import Role
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
        speaker: Speaker | None = None,
        roles: Mapping[Role, str] | None = None,
    ) -> None:
        self._script, self._speaker = script, speaker
        self._roles = {Role(role): column for role, column in (roles or {}).items()}
        self.email_column = find_email_column(columns, self._roles)
        self._channels = _find_channels(columns, self.email_column)
        self._first_seen: dict[tuple[str, str], int] = {}

    def validate(self, row: Row, from_file: Iterable[Problem] = ()) -> ValidatedRow:
        """``from_file`` are problems that the file has in this row; addresses that an earlier row had are
        problems of this one."""
        problems = [*from_file, *self.find_cell_problems(row)]
        if self._script.strip():
            problems += find_script_problems(row, self._script, self._speaker)
        return ValidatedRow(row, self.read_name(row.values), self.read_email(row.values), tuple(problems))

    def find_cell_problems(self, row: Row) -> list[Problem]:
        """What is wrong with a row whatever the script is: addresses and pronunciations."""
        problems = _find_address_problems(row, self._channels, self._first_seen)
        return [*problems, *find_pronunciation_problems(row.values, row.number)]

    def read_name(self, values: Mapping[str, str]) -> str:
        """How a person is called."""
        first, last, name = (
            values.get(self._roles.get(role, ""), "") for role in (Role.FIRST_NAME, Role.LAST_NAME, Role.NAME)
        )
        return f"{first} {last}".strip() if first and last else name or find_name(values) or first

    def read_email(self, values: Mapping[str, str]) -> str:
        return values.get(self.email_column, "")


def find_email_column(columns: Sequence[str], roles: Mapping[Role, str]) -> str:
    """The column of e-mail addresses: as it was chosen, else found by its name; "" where there is none."""
    chosen = roles.get(Role.EMAIL)
    if chosen is not None and (chosen == "" or chosen in columns):
        return chosen
    return find_column(columns, email.CHANNEL.columns)


def validate_rows(
    sheet: Sheet,
    script: str = "",
    speaker: Speaker | None = None,
    roles: Mapping[Role, str] | None = None,
) -> Iterator[ValidatedRow]:
    """Validate every row: problems of the file, the address, duplicates, what the script needs, and whether
    the speaker, where there is one, can read its lines."""
    validator = RowValidator(sheet.columns, script, speaker, roles)
    from_file = index_problems(sheet)
    for row in sheet.rows:
        yield validator.validate(row, from_file.get(row.number, ()))


def index_problems(sheet: Sheet) -> dict[int, list[Problem]]:
    """row number → what was wrong with it in the file."""
    found: dict[int, list[Problem]] = {}
    for problem in sheet.problems:
        if problem.row is not None:
            found.setdefault(problem.row, []).append(problem)
    return found


def find_script_problems(row: Row, script: str, speaker: Speaker | None = None) -> list[Problem]:
    """What keeps this row from being spoken; a script that is broken for everybody is not the row's fault."""
    try:
        lines = fill(script, row.values)
    except ScriptError as error:
        if error.concerns_everybody:
            return []
        return [Problem(error.code, Source.SCRIPT, str(error), row.number, error.sheet_column)]
    return [] if speaker is None else find_unread_lines(row, script, lines, speaker)


def find_unread_lines(row: Row, script: str, lines: Sequence[Line], speaker: Speaker) -> list[Problem]:
    """A problem for the first line with letters that the voice cannot read, at the cell they come from."""
    known = speaker.select([line.text for line in lines], find_row_pronunciations(row.values))
    for line in lines:
        fault = speaker.find_fault(line.text, known)
        if fault:
            column = _find_unread_column(row.values, script, speaker, known)
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
