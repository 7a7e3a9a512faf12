"""A new spreadsheet as changes to the people who are there: shown first, then applied.

People keep their message, its link, its approval and its counts where their content stays equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import ContentFile
from django.db import transaction

from campaigns import history
from campaigns.claims import clock
from campaigns.delivery.unsent import HANDED_OVER
from campaigns.models import Campaign, Delivery, Message, Recipient
from campaigns.problems import Problem, Source, dump_problems
from campaigns.recipients.bulk_writing import insert_rows
from campaigns.recipients.comparing import Compared, compare_sheet
from campaigns.recipients.content import ContentFiller, is_made_so
from campaigns.recipients.keys import read_roles
from campaigns.recipients.row_speaker import load_row_speaker
from campaigns.recipients.row_validation import RowValidator, ValidatedRow, index_problems
from campaigns.recipients.upkeep import ROWS_AT_ONCE, Tell, put_aside, refresh_messages, tell_nobody
from campaigns.recipients.verdicts import give_verdicts
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.spreadsheet import Row, Sheet
from campaigns.states import CampaignState, MoveRefused, RowVerdict

LISTED_MAX = 500
RUNNING = "A run is going on. Cancel it first, then upload another spreadsheet."
_WRITTEN = ["row_number", "values", "name", "email", "key", "removed_at", "problems"]


class ChangeKind(StrEnum):
    """What becomes of a person."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    RETURNING = "returning"  # was gone, and gets the same link again


@dataclass(frozen=True)
class Change:
    """One person. ``row_number`` is that of the new sheet, of the old one for who is gone; ``cells`` maps a
    column to (before, after); ``new_video``: what is said changes, so that it is rendered and reviewed."""

    kind: ChangeKind
    row_number: int
    recipient_pk: int | None
    name: str
    cells: Mapping[str, tuple[str, str]]
    sent: bool
    new_video: bool


@dataclass(frozen=True)
class Changes:
    """``content_changes``: people there whose video is outdated by it; ``sent_affected``: people who were
    sent to and change or are gone; ``left_out``: rows that another one with the same key stands for.
    ``sample``: up to ``listed`` changes from the ``start`` that was asked for, in the order of the sheet."""

    new: int
    changed: int
    gone: int
    same: int
    returning: int
    content_changes: int
    sent_affected: int
    left_out: int
    key_column: str
    sample: tuple[Change, ...]


@dataclass(frozen=True)
class AppliedChanges:
    """What was applied. ``verdicts`` counts the rows of the sheet, ``outdated`` the videos to make anew."""

    new: int
    changed: int
    gone: int
    same: int
    returning: int
    left_out: int
    outdated: int
    verdicts: Mapping[RowVerdict, int]


def plan_changes(
    campaign: Campaign,
    sheet: Sheet,
    choice: SheetChoice | None = None,
    *,
    remove_gone: bool = True,
    start: int = 0,
    listed: int = LISTED_MAX,
    progress: Tell = tell_nobody,
) -> Changes:
    """What `apply_changes` would do; nothing is changed."""
    choice = choice or SheetChoice()
    compared = compare_sheet(campaign, sheet, choice)
    sent = _find_sent(campaign)
    outdated = _find_outdated(campaign, compared, progress)
    found = list(_list_changes(compared, sent, outdated, remove_gone))
    return Changes(
        **compared.count(remove_gone),
        content_changes=len(outdated),
        sent_affected=sum(one.sent for one in found),
        key_column=compared.key_column,
        sample=tuple(found[start : start + listed]),
    )


def apply_changes(
    campaign: Campaign,
    sheet: Sheet,
    choice: SheetChoice | None = None,
    user: AbstractBaseUser | None = None,
    progress: Tell = tell_nobody,
    remove_gone: bool = True,
    *,
    file: ContentFile[bytes] | None = None,
    file_name: str = "",
) -> AppliedChanges:
    """Bring the campaign's people in step with a sheet, in one transaction, and note it in the history.

    With ``remove_gone`` people who are not in it are removed; their links go on working. ``file`` is kept as
    the campaign's spreadsheet. Raises MoveRefused during a run.
    """
    choice = choice or SheetChoice()
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if stored.state == CampaignState.RENDERING:
            raise MoveRefused(RUNNING)
        compared = compare_sheet(stored, sheet, choice)
        counts = compared.count(remove_gone)
        _store_sheet(stored, compared, choice, file, file_name)
        verdicts, touched = _store_rows(stored, compared, sheet, progress)
        if remove_gone:
            _remove([person.pk for person in compared.gone])
        give_verdicts(stored)
        outdated = _refresh(stored, touched, progress)
        history.record(
            user,
            history.Verb.SHEET_APPLIED,
            campaign=stored,
            about=file_name,
            **{"outdated": outdated, **counts},  # type: ignore[arg-type]
        )
    campaign.refresh_from_db()
    return AppliedChanges(**counts, outdated=outdated, verdicts=verdicts)


def _find_sent(campaign: Campaign) -> set[int]:
    """People whose message was handed over, or may have been."""
    sent = Delivery.objects.filter(message__campaign=campaign, state__in=HANDED_OVER).order_by()
    return set(sent.values_list("message__recipient_id", flat=True))


def _find_outdated(campaign: Campaign, compared: Compared, progress: Tell) -> set[int]:
    """People whose message says something else with their new row."""
    filler = ContentFiller(campaign)
    changed = {
        compared.people[at].pk: compared.rows[row].values
        for row, at in compared.pairs.items()
        if compared.differences[row]
    }
    outdated = set[int]()
    for done, some in _cut(list(changed)):
        for message in Message.objects.filter(recipient__in=some).exclude(video="").order_by("pk"):
            row = Recipient(values=changed[message.recipient_id])
            content = filler.fill(row)
            if not is_made_so(message, content):
                outdated.add(message.recipient_id)
        progress("comparing", done, len(changed))
    return outdated


def _list_changes(
    compared: Compared, sent: set[int], outdated: set[int], remove_gone: bool
) -> Iterator[Change]:
    for at, row in enumerate(compared.rows):
        person = compared.get_person(at)
        name = compared.entries[at].name
        if person is None:
            yield Change(ChangeKind.NEW, row.number, None, name, {}, False, True)
        elif compared.differences[at] or person.removed_at is not None:
            kind = ChangeKind.CHANGED if person.removed_at is None else ChangeKind.RETURNING
            cells, pk = compared.differences[at], person.pk
            yield Change(kind, row.number, pk, person.name, cells, pk in sent, pk in outdated)
    for person in compared.gone if remove_gone else ():
        yield Change(ChangeKind.GONE, person.row_number, person.pk, person.name, {}, person.pk in sent, False)


def _store_sheet(
    campaign: Campaign,
    compared: Compared,
    choice: SheetChoice,
    file: ContentFile[bytes] | None,
    file_name: str,
) -> None:
    if file is not None:
        campaign.spreadsheet.save(f"recipients-{_clean_file_name(file_name)}", file, save=False)
        campaign.spreadsheet_name = file_name[:200]
    campaign.columns = list(compared.columns)
    campaign.column_roles = {str(role): column for role, column in choice.columns.items()}
    campaign.duplicates = str(choice.duplicates)
    campaign.sheet_choice = choice.to_json()
    campaign.words_of = ""  # the personal words are counted anew
    if not campaign.messages.exists():
        campaign.slots = None
    fields = ["spreadsheet", "spreadsheet_name", "columns", "column_roles", "duplicates", "sheet_choice"]
    campaign.save(update_fields=[*fields, "words_of", "slots"])


def _store_rows(
    campaign: Campaign, compared: Compared, sheet: Sheet, progress: Tell
) -> tuple[dict[RowVerdict, int], list[int]]:
    """Write the rows that are new or changed; how many got each verdict, and whose message may change."""
    validator = RowValidator(
        compared.columns, campaign.script, load_row_speaker(campaign), read_roles(campaign)
    )
    from_file = index_problems(sheet)
    rejected, touched = 0, list[int]()
    for done, places in _cut(range(len(compared.rows))):
        changed = list[Recipient]()
        for at in places:
            row = compared.rows[at]
            person = compared.get_person(at) or Recipient(campaign=campaign)
            one = validator.validate(row, from_file.get(row.number, ()), _get_known(person, row))
            rejected += bool(one.problems)
            if person.pk is not None and _may_say_something_else(person, one):
                touched.append(person.pk)
            if _fill_in(person, one, compared.entries[at].key):
                changed.append(person)
        _write(changed)
        progress("storing rows", done, len(compared.rows))
    valid = len(compared.rows) - rejected
    return {RowVerdict.VALID: valid, RowVerdict.REJECTED: rejected}, touched


def _get_known(person: Recipient, row: Row) -> list[Problem] | None:
    """The script's problems with a row that is as it was, which every save of the script finds anew."""
    if person.pk is None or person.removed_at is not None or person.values != row.values:
        return None
    return [problem for problem in person.found_problems if problem.source == Source.SCRIPT]


def _may_say_something_else(person: Recipient, one: ValidatedRow) -> bool:
    changed = person.values != one.row.values or bool(person.problems) != bool(one.problems)
    return changed or person.removed_at is not None


def _fill_in(person: Recipient, one: ValidatedRow, key: str) -> bool:
    """Give a person what their row says; whether anything of it is new."""
    before = [getattr(person, name) for name in _WRITTEN]
    person.row_number, person.values = one.row.number, one.row.values
    person.name, person.email, person.key = one.name[:300], one.email[:320], key
    person.removed_at, person.problems = None, dump_problems(one.problems)
    return person.pk is None or before != [getattr(person, name) for name in _WRITTEN]


def _write(people: list[Recipient]) -> None:
    known = [one for one in people if one.pk is not None]
    insert_rows([one for one in people if one.pk is None])
    Recipient.objects.bulk_create(
        known, ROWS_AT_ONCE, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN
    )


def _remove(pks: Sequence[int]) -> None:
    now = clock.now()
    for _, some in _cut(pks):
        Recipient.objects.filter(pk__in=some, removed_at=None).update(removed_at=now)


def _refresh(campaign: Campaign, touched: Sequence[int], progress: Tell) -> int:
    """Messages of people who changed, came back or are gone; how many videos are outdated by it."""
    put_aside(campaign)
    if not campaign.messages.exists():
        return 0
    filler, outdated = ContentFiller(campaign), 0
    for done, some in _cut(touched):
        rows = Recipient.objects.filter(pk__in=some, verdict=RowVerdict.VALID, removed_at=None)
        outdated += refresh_messages(campaign, list(rows), filler)
        progress("comparing videos", done, len(touched))
    return outdated


def _cut(places: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """How many are done after each part, and the part."""
    for at in range(0, len(places), ROWS_AT_ONCE):
        yield min(at + ROWS_AT_ONCE, len(places)), places[at : at + ROWS_AT_ONCE]


def _clean_file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)[-80:]
