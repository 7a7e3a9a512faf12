"""A spreadsheet's rows as recipients, each valid or rejected with its problems."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction

from campaigns import engine
from campaigns.delivery.channels import email
from campaigns.delivery.channels.channel import BadAddress, Channel
from campaigns.delivery.channels.registry import list_channels
from campaigns.models import Campaign, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.name_columns import (
    FIRST_NAMES,
    LAST_NAMES,
    NAME_COLUMNS,
    find_name,
    find_pronounced_columns,
    find_pronunciation_problems,
    find_row_pronunciations,
)
from campaigns.scripts.preview import find_named_columns, find_spoken_columns
from campaigns.scripts.template import Line, ScriptError, fill, find_column, to_variable
from campaigns.sheets.choice import Duplicates, Role, SheetChoice
from campaigns.sheets.spreadsheet import Row, Sheet, read_answered_sheet
from campaigns.states import CampaignState, MoveRefused, RowVerdict, move


@dataclass(frozen=True)
class ValidatedRow:
    """One row after validation. It is valid when ``problems`` is empty."""

    row: Row
    name: str
    email: str
    problems: tuple[Problem, ...]


def import_sheet(
    campaign: Campaign, file: IO[bytes], name: str, choice: SheetChoice | None = None
) -> Counter[str]:
    """Replace the campaign's recipients by the file's rows; returns how many rows got each verdict.

    Raises SheetError for a file that is no spreadsheet or needs a choice (then nothing changes),
    MoveRefused during a run.
    """
    read = read_answered_sheet(file, name, choice or SheetChoice())
    sheet = read.sheet
    validated = list(validate_rows(sheet, campaign.script, load_speaker(campaign), read.choice))
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if stored.state == CampaignState.RENDERING:
            raise MoveRefused("A run is going on. Cancel it first, then upload another spreadsheet.")
        stored.recipients.all().delete()
        Recipient.objects.bulk_create([_create_recipient(stored, one) for one in validated], batch_size=1000)
        give_verdicts(stored)
        file.seek(0)
        stored.spreadsheet.save(f"recipients-{_clean_file_name(name)}", ContentFile(file.read()), save=False)
        stored.spreadsheet_name, stored.columns, stored.slots = name[:200], list(sheet.columns), None
        kept = read.choice.to_json()
        stored.column_roles, stored.sheet_choice = kept["columns"], kept
        stored.save(
            update_fields=[
                "spreadsheet",
                "spreadsheet_name",
                "columns",
                "slots",
                "column_roles",
                "sheet_choice",
            ]
        )
    campaign.refresh_from_db()
    return Counter(RowVerdict.REJECTED if one.problems else RowVerdict.VALID for one in validated)


def give_verdicts(campaign: Campaign) -> None:
    """Make the verdicts of all rows agree with their stored problems."""
    move(campaign.recipients.filter(problems=[]), RowVerdict.VALID)
    move(campaign.recipients.exclude(problems=[]), RowVerdict.REJECTED)


def validate_rows(
    sheet: Sheet, script: str = "", speaker: Speaker | None = None, choice: SheetChoice | None = None
) -> Iterator[ValidatedRow]:
    """Validate every row: problems of the file, the address, duplicates, what the script needs, and whether
    the speaker, where there is one, can read its lines.

    ``choice`` says which column holds what, and which of rows with one address counts; those that do not are
    left out. A problem in a column that neither the script nor a role nor a channel uses is passed over.
    """
    choice = choice or SheetChoice()
    channels = _find_channels(sheet.columns, choice)
    email_column = next((column for column, channel in channels if channel is email.CHANNEL), "")
    used = find_used_columns(sheet.columns, script, choice)
    first_seen: dict[tuple[str, str], int] = {}
    rows = _leave_duplicates_out(sheet.rows, email_column, choice.duplicates)
    for row in rows:
        problems = [one for one in sheet.get_problems(row.number) if one.column is None or one.column in used]
        told = {one.column for one in problems}
        problems += [
            one for one in _find_address_problems(row, channels, first_seen) if one.column not in told
        ]
        problems += find_pronunciation_problems(row.values, row.number)
        if script.strip():
            problems += find_script_problems(row, script, speaker)
        name = find_name(row.values, choice.columns)
        yield ValidatedRow(row, name, row.values.get(email_column, ""), tuple(problems))


def find_used_columns(columns: Sequence[str], script: str, choice: SheetChoice) -> set[str]:
    """The columns that a problem in may reject a row for: those with a role, an address, or a place in the
    script."""
    spoken = find_named_columns(script)
    used = {column for column in columns if {column, to_variable(column)} & spoken}
    used |= {column for column in choice.columns.values() if column}
    used |= {column for column, _ in _find_channels(columns, choice)}
    names = (find_column(columns, one) for one in (NAME_COLUMNS, FIRST_NAMES, LAST_NAMES))
    return used | {column for column in names if column} | set(find_pronounced_columns(columns))


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


def _find_channels(columns: Sequence[str], choice: SheetChoice) -> list[tuple[str, Channel[Any]]]:
    """The channels that this spreadsheet has addresses for, each with the column that holds them."""
    found = {channel.name: find_column(columns, channel.columns) for channel in list_channels()}
    if Role.EMAIL in choice.columns:
        found[email.CHANNEL.name] = choice.columns[Role.EMAIL]
    return [(found[channel.name], channel) for channel in list_channels() if found[channel.name]]


def _find_address_problems(
    row: Row, channels: Sequence[tuple[str, Channel[Any]]], first_seen: dict[tuple[str, str], int]
) -> list[Problem]:
    """What is wrong with the row's addresses; one of any channel is enough.

    ``first_seen`` maps (channel's name, address) to the row that had it first.
    """
    given = [(column, channel) for column, channel in channels if row.values[column]]
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


def _create_recipient(campaign: Campaign, one: ValidatedRow) -> Recipient:
    return Recipient(
        campaign=campaign,
        row_number=one.row.number,
        values=one.row.values,
        name=one.name[:300],
        email=one.email[:320],
        problems=dump_problems(one.problems),
    )


def _clean_file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)[-80:]
