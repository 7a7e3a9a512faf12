"""One person of a campaign: a cell edited, somebody added, removed or taken back."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from campaigns.history import Verb, record
from campaigns.models import Campaign, Recipient
from campaigns.problems import dump_problems
from campaigns.pronunciations.speaker import load_speaker
from campaigns.recipients.sheet_import import give_verdicts, validate_rows
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.reading import Row, Sheet


def edit_cells(
    campaign: Campaign, recipient: Recipient, cells: Mapping[str, str], user: AbstractBaseUser | None
) -> None:
    """Give cells of a person other texts."""
    with transaction.atomic():
        stored = campaign.recipients.select_for_update().get(pk=recipient.pk)
        stored.values = {**stored.values, **cells}
        _store(campaign, stored)
        record(user, Verb.CELL_EDITED, campaign=campaign, about=stored.name, cells=dict(cells))


def add_person(campaign: Campaign, values: Mapping[str, str], user: AbstractBaseUser | None) -> Recipient:
    """Somebody new, after the last row."""
    with transaction.atomic():
        last = campaign.recipients.aggregate(Max("row_number"))["row_number__max"] or 1
        person = Recipient(campaign=campaign, row_number=last + 1, values=dict(values))
        _store(campaign, person)
        record(user, Verb.PERSON_ADDED, campaign=campaign, about=person.name)
    return person


def remove_person(campaign: Campaign, recipient: Recipient, user: AbstractBaseUser | None) -> None:
    """They get nothing any more; what was sent stays."""
    with transaction.atomic():
        campaign.recipients.filter(pk=recipient.pk, removed_at=None).update(removed_at=timezone.now())
        record(user, Verb.PERSON_REMOVED, campaign=campaign, about=recipient.name)


def restore_person(campaign: Campaign, recipient: Recipient, user: AbstractBaseUser | None) -> None:
    """They are in the campaign again."""
    with transaction.atomic():
        campaign.recipients.filter(pk=recipient.pk).update(removed_at=None)
        record(user, Verb.PERSON_RESTORED, campaign=campaign, about=recipient.name)


def _store(campaign: Campaign, person: Recipient) -> None:
    row = Row(person.row_number, person.values)
    sheet = Sheet(tuple(campaign.columns), (row,), ())
    one = next(iter(validate_rows(sheet, campaign.script, load_speaker(campaign))))
    roles = SheetChoice.from_json({"columns": campaign.column_roles}).columns
    address = person.values.get(roles.get(Role.EMAIL, ""), "") or one.email
    person.name, person.email = one.name[:300], address[:320]
    person.key = (person.values.get(campaign.key_column, "") or address).strip().casefold()[:400]
    person.problems = dump_problems(one.problems)
    person.save()
    give_verdicts(campaign)
