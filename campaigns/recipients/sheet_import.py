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
    find_name,
    find_pronunciation_problems,
    find_row_pronunciations,
)
from campaigns.scripts.preview import find_spoken_columns
from campaigns.scripts.template import Line, ScriptError, fill, find_column, to_variable
from campaigns.sheets.spreadsheet import Row, Sheet, read_sheet
from campaigns.states import CampaignState, MoveRefused, RowVerdict, move


@dataclass(frozen=True)
class ValidatedRow:
    """One row after validation. It is valid when ``problems`` is empty."""

    row: Row
    name: str
    email: str
    problems: tuple[Problem, ...]


def import_sheet(campaign: Campaign, file: IO[bytes], name: str) -> Counter[str]:
    """Replace the campaign's recipients by the file's rows; returns how many rows got each verdict.

    Raises SheetError for a file that is no spreadsheet (then nothing changes), MoveRefused during a run.
    """
    sheet = read_sheet(file, name)
    validated = list(validate_rows(sheet, campaign.script, load_speaker(campaign)))
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
        stored.save(update_fields=["spreadsheet", "spreadsheet_name", "columns", "slots"])
    campaign.refresh_from_db()
    return Counter(RowVerdict.REJECTED if one.problems else RowVerdict.VALID for one in validated)


def give_verdicts(campaign: Campaign) -> None:
    """Make the verdicts of all rows agree with their stored problems."""
    move(campaign.recipients.filter(problems=[]), RowVerdict.VALID)
    move(campaign.recipients.exclude(problems=[]), RowVerdict.REJECTED)


def validate_rows(sheet: Sheet, script: str = "", speaker: Speaker | None = None) -> Iterator[ValidatedRow]:
    """Validate every row: problems of the file, the address, duplicates, what the script needs, and whether
    the speaker, where there is one, can read its lines."""
    channels = _find_channels(sheet.columns)
    email_column = find_column(sheet.columns, email.CHANNEL.columns)  # stored beside the other cells
    first_seen: dict[tuple[str, str], int] = {}
    for row in sheet.rows:
        problems = list(sheet.get_problems(row.number))
        problems += _find_address_problems(row, channels, first_seen)
        problems += find_pronunciation_problems(row.values, row.number)
        if script.strip():
            problems += find_script_problems(row, script, speaker)
        yield ValidatedRow(row, find_name(row.values), row.values.get(email_column, ""), tuple(problems))


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


def _find_channels(columns: Sequence[str]) -> list[tuple[str, Channel[Any]]]:
    """The channels that this spreadsheet has addresses for, each with the column that holds them."""
    found = ((find_column(columns, channel.columns), channel) for channel in list_channels())
    return [(column, channel) for column, channel in found if column]


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
