"""One person of a campaign changed by hand: a cell, a new person, one removed or taken back.

At any time: during a run a message that is being rendered with other words loses its worker and waits again.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django_q.tasks import async_task

from campaigns import history
from campaigns.claims import clock
from campaigns.history import Verb
from campaigns.models import Campaign, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems
from campaigns.recipients.content import ContentFiller
from campaigns.recipients.keys import find_key_column, fold_key, read_roles
from campaigns.recipients.personal_words import find_own_columns
from campaigns.recipients.row_speaker import load_row_speaker
from campaigns.recipients.row_validation import RowValidator
from campaigns.recipients.upkeep import put_aside, refresh_messages
from campaigns.scripts.template import ScriptError
from campaigns.sheets.spreadsheet import Row
from campaigns.states import CampaignState, RenderState, RowVerdict, move


class PersonRefused(Exception):
    """Why a person cannot be changed like this, as a sentence."""


def edit_cells(
    campaign: Campaign, recipient: Recipient, cells: Mapping[str, str], user: AbstractBaseUser | None
) -> Recipient:
    """Give cells (column → text) of a person other texts. Their link shows what it shows until the new video
    is approved, and nothing is sent twice. Raises PersonRefused."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        person = _lock_person(stored, recipient)
        if person.removed_at is not None:
            raise PersonRefused(f"{person} was removed. Take them back, then edit.")
        _require_columns(stored, cells)
        before = {column: person.values.get(column, "") for column in cells}
        after = {column: text.strip() for column, text in cells.items()}
        if before != after:
            former = person.key
            person.values = {**person.values, **after}
            _store(stored, person)
            _look_again(stored, {former} - {person.key})
            _forget_words(stored, cells)
            changed = {column: [before[column], after[column]] for column in cells}
            history.record(user, Verb.CELL_EDITED, campaign=stored, about=str(person), cells=changed)
    return _reload(recipient)


def add_person(campaign: Campaign, values: Mapping[str, str], user: AbstractBaseUser | None) -> Recipient:
    """Add a person below the last row; who was removed and has the same key is taken back, with their link.

    Columns that are not named are empty. Raises PersonRefused.
    """
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        _require_columns(stored, values)
        cells = {column: values.get(column, "").strip() for column in stored.columns}
        if not any(cells.values()):
            raise PersonRefused("Write at least one cell.")
        key = _compute_key(stored, cells)
        person = _find_removed(stored, key) or Recipient(campaign=stored)
        person.row_number = _find_next_row(stored)
        person.values, person.removed_at = cells, None
        _store(stored, person)
        _forget_words(stored, cells)
        history.record(user, Verb.PERSON_ADDED, campaign=stored, about=str(person), row=person.row_number)
    return Recipient.objects.get(pk=person.pk)


def remove_person(campaign: Campaign, recipient: Recipient, user: AbstractBaseUser | None) -> Recipient:
    """From now on nothing is made for or sent to this person; an approved video stays behind its link."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        person = _lock_person(stored, recipient)
        if person.removed_at is None:
            person.removed_at = clock.now()
            person.save(update_fields=["removed_at"])
            put_aside(stored, person)
            _look_again(stored, {person.key})
            _forget_words(stored, person.values)
            history.record(user, Verb.PERSON_REMOVED, campaign=stored, about=str(person))
    return _reload(recipient)


def restore_person(campaign: Campaign, recipient: Recipient, user: AbstractBaseUser | None) -> Recipient:
    """Take a removed person back, with the same link; a video that says what it should counts again."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        person = _lock_person(stored, recipient)
        if person.removed_at is not None:
            person.removed_at = None
            if stored.recipients.living().filter(row_number=person.row_number).exists():
                person.row_number = _find_next_row(stored)
            _store(stored, person)
            _forget_words(stored, person.values)
            history.record(user, Verb.PERSON_RESTORED, campaign=stored, about=str(person))
    return _reload(recipient)


def _find_next_row(campaign: Campaign) -> int:
    return (campaign.recipients.living().aggregate(last=Max("row_number"))["last"] or 1) + 1


def _lock_person(campaign: Campaign, recipient: Recipient) -> Recipient:
    found = campaign.recipients.select_for_update().filter(pk=recipient.pk).first()
    if found is None:
        raise PersonRefused("This person is not in the campaign any more. Reload the page.")
    return found


def _reload(recipient: Recipient) -> Recipient:
    recipient.refresh_from_db()
    return recipient


def _require_columns(campaign: Campaign, cells: Mapping[str, str]) -> None:
    unknown = next((column for column in cells if column not in campaign.columns), None)
    if unknown is not None:
        raise PersonRefused(f"There is no column “{unknown}”. The page may be old; reload it.")


def _compute_key(campaign: Campaign, values: Mapping[str, str]) -> str:
    return fold_key(values.get(find_key_column(campaign, campaign.columns, read_roles(campaign)), ""))


def _find_removed(campaign: Campaign, key: str) -> Recipient | None:
    """Who was removed and has this key, unless several have it or somebody has it now."""
    found = list(campaign.recipients.select_for_update().filter(key=key)[:2]) if key else []
    return found[0] if len(found) == 1 and found[0].removed_at is not None else None


def _store(campaign: Campaign, person: Recipient) -> None:
    """Validate a person's row, store it, and keep the message in step."""
    speaker = load_row_speaker(campaign)
    validator = RowValidator(campaign.columns, campaign.script, speaker, read_roles(campaign))
    person.name = validator.read_name(person.values)[:300]
    person.email = validator.read_email(person.values)[:320]
    person.key = _compute_key(campaign, person.values)
    found = list(validator.validate(Row(person.row_number, person.values)).problems)
    repeated = _find_repetition(campaign, person, validator.email_column)
    person.problems = dump_problems([*found, *repeated])
    person.save()
    _give_verdict(person)
    if person.problems:
        put_aside(campaign, person)
    else:
        _refresh_message(campaign, person)


def _find_repetition(campaign: Campaign, person: Recipient, email_column: str) -> list[Problem]:
    """A problem where another living, valid person is reached at the same address."""
    if not person.email.strip():
        return []
    living = campaign.recipients.living()
    by_key = person.key != "" and person.key == fold_key(person.email)  # has an index
    others = living.filter(key=person.key) if by_key else living.filter(email__iexact=person.email.strip())
    earlier = others.exclude(pk=person.pk).filter(verdict=RowVerdict.VALID).order_by("row_number").first()
    if earlier is None:
        return []
    told = f"{person.email} stands in row {earlier.row_number} already. Remove one of the two rows."
    return [Problem(Code.ADDRESS_REPEATED, Source.SPREADSHEET, told, person.row_number, email_column)]


def _give_verdict(person: Recipient) -> None:
    row = Recipient.objects.filter(pk=person.pk)
    move(row, RowVerdict.REJECTED if person.problems else RowVerdict.VALID)
    person.refresh_from_db(fields=["verdict"])


def _refresh_message(campaign: Campaign, person: Recipient) -> None:
    running = campaign.state == CampaignState.RENDERING
    try:
        refresh_messages(campaign, [person], ContentFiller(campaign), create=running)
    except ScriptError:  # the script is broken for everybody; the next run says so
        return
    if running and person.message.render_state == RenderState.QUEUED:
        transaction.on_commit(_wake_worker)


def _wake_worker() -> None:
    async_task("campaigns.tasks.render_one", cluster="render", task_name="render messages")


def _look_again(campaign: Campaign, keys: set[str]) -> None:
    """Rows that were rejected for having the address of one who is not there any more."""
    repeated = [{"code": Code.ADDRESS_REPEATED}]
    waiting = campaign.recipients.living().filter(key__in=keys - {""}, problems__contains=repeated)
    for person in waiting.order_by("row_number")[:1]:
        _store(campaign, person)


def _forget_words(campaign: Campaign, cells: Mapping[str, str]) -> None:
    """The personal words are counted anew where a spoken cell changed."""
    if set(find_own_columns(campaign.columns, campaign.script)) & set(cells):
        Campaign.objects.filter(pk=campaign.pk).update(words_of="")
