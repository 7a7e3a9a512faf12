"""A new spreadsheet against the people who are there: what would change, and the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from campaigns.history import Verb, record
from campaigns.jobs.progress import JobProgress
from campaigns.models import Campaign, Recipient
from campaigns.problems import dump_problems
from campaigns.pronunciations.speaker import load_speaker
from campaigns.recipients.sheet_import import ValidatedRow, give_verdicts, validate_rows
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.reading import Row, Sheet
from campaigns.states import CampaignState, DeliveryState, MoveRefused


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    RETURNING = "returning"


@dataclass(frozen=True)
class Change:
    """``cells``: column → (old text, new text), of those that differ."""

    kind: ChangeKind
    row_number: int
    recipient_pk: int | None
    name: str
    cells: Mapping[str, tuple[str, str]]
    sent: bool = False
    new_video: bool = False


@dataclass(frozen=True)
class Changes:
    """``sample``: people but those who stay the same."""

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
    new: int
    changed: int
    gone: int
    same: int
    returning: int


def plan_changes(
    campaign: Campaign,
    sheet: Sheet,
    choice: SheetChoice,
    *,
    remove_gone: bool = True,
    start: int = 0,
    listed: int = 500,
    progress: JobProgress,
) -> Changes:
    """What applying the sheet would do; changes nothing."""
    key = campaign.key_column or choice.columns.get(Role.EMAIL, "")
    people = {one.key: one for one in campaign.recipients.all() if one.key}
    sent = set(
        campaign.deliveries.filter(state=DeliveryState.SENT).values_list("message__recipient", flat=True)
    )
    found: list[Change] = []
    seen: set[str] = set()
    same = 0
    for row in sheet.rows:
        folded = row.values.get(key, "").strip().casefold()
        person = people.get(folded)
        seen.add(folded)
        change = _compare(person, row, sent)
        same += change is None
        found += [change] if change else []
    living = campaign.recipients.filter(removed_at=None)
    gone = [one for one in living if one.key not in seen]
    found += [Change(ChangeKind.GONE, one.row_number, one.pk, one.name, {}, one.pk in sent) for one in gone]
    counts = {kind: sum(one.kind == kind for one in found) for kind in ChangeKind}
    return Changes(
        new=counts[ChangeKind.NEW],
        changed=counts[ChangeKind.CHANGED],
        gone=counts[ChangeKind.GONE],
        same=same,
        returning=counts[ChangeKind.RETURNING],
        content_changes=sum(one.new_video for one in found),
        sent_affected=sum(one.sent and one.new_video for one in found),
        left_out=0,
        key_column=key,
        sample=tuple(found[start : start + listed]),
    )


def apply_changes(
    campaign: Campaign,
    sheet: Sheet,
    choice: SheetChoice,
    user: AbstractBaseUser | None,
    progress: JobProgress,
    remove_gone: bool = True,
    *,
    file: File[bytes] | None = None,
    file_name: str = "",
) -> AppliedChanges:
    """Make the people agree with the sheet. Raises MoveRefused during a run."""
    plan = plan_changes(campaign, sheet, choice, progress=progress)
    key = campaign.key_column or choice.columns.get(Role.EMAIL, "")
    progress("checking rows", 0, len(sheet.rows))
    validated = list(validate_rows(sheet, campaign.script, load_speaker(campaign)))
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if stored.state == CampaignState.RENDERING:
            raise MoveRefused("A run is going on. Cancel it first, then apply the spreadsheet.")
        people = {one.key: one for one in stored.recipients.all() if one.key}
        taken: set[int] = set()
        for one in validated:
            taken.add(_write(stored, one, people, key, choice, taken))
        if remove_gone:
            stored.recipients.filter(removed_at=None).exclude(pk__in=taken).update(removed_at=timezone.now())
        give_verdicts(stored)
        stored.columns, stored.slots = list(sheet.columns), None
        stored.column_roles, stored.sheet_choice = choice.to_json()["columns"], choice.to_json()
        if file is not None:
            stored.spreadsheet.save("recipients-sheet", file, save=False)
            stored.spreadsheet_name = file_name
        stored.save()
        counts = AppliedChanges(plan.new, plan.changed, plan.gone, plan.same, plan.returning)
        record(user, Verb.SHEET_APPLIED, campaign=stored, rows=len(sheet.rows))
    campaign.refresh_from_db()
    return counts


def _compare(person: Recipient | None, row: Row, sent: set[int]) -> Change | None:
    name = next((text for text in row.values.values() if text), "")
    if person is None:
        return Change(ChangeKind.NEW, row.number, None, name, {c: ("", t) for c, t in row.values.items()})
    old = person.values
    cells = {c: (old.get(c, ""), t) for c, t in row.values.items() if old.get(c, "") != t}
    kind = ChangeKind.RETURNING if person.removed_at else ChangeKind.CHANGED
    if not cells and kind == ChangeKind.CHANGED:
        return None
    made = person.pk in sent or hasattr(person, "message")
    return Change(kind, row.number, person.pk, person.name or name, cells, person.pk in sent, made)


def _write(
    campaign: Campaign,
    one: ValidatedRow,
    people: Mapping[str, Recipient],
    key: str,
    choice: SheetChoice,
    taken: set[int],
) -> int:
    folded = one.row.values.get(key, "").strip().casefold()[:400]
    known = people.get(folded)
    person = known if known is not None and known.pk not in taken else Recipient(campaign=campaign)
    address = one.row.values.get(choice.columns.get(Role.EMAIL, ""), "") or one.email
    parts = (choice.columns.get(role, "") for role in (Role.FIRST_NAME, Role.LAST_NAME))
    name = " ".join(filter(None, (one.row.values.get(part, "") for part in parts)))
    person.row_number, person.values, person.removed_at = one.row.number, one.row.values, None
    person.name, person.email, person.key = (name or one.name)[:300], address[:320], folded
    person.problems = dump_problems(one.problems)
    person.save()
    return person.pk
