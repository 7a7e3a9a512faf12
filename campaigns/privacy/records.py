"""The rows that mention a person beside their own: history, log, jobs, sessions, words, problems, tasks."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast

from campaigns.history import Verb
from campaigns.models import (
    Campaign,
    Comment,
    Delivery,
    Event,
    IdempotentAnswer,
    Job,
    Message,
    PersonalWord,
    PronunciationEntry,
    Recipient,
)
from campaigns.privacy.person import HeldPerson
from campaigns.privacy.terms import ERASED, Terms

ROWS_AT_ONCE = 500


def redact_history(person: HeldPerson) -> int:
    """Entries stay, with who did what when; the person's name and address in them become “(erased)”. What an
    entry says of their cells goes as a whole."""
    own, entries = {one.pk for one in person.campaigns}, list(person.list_history(person.terms))
    with connection.cursor() as cursor:
        for entry in entries:
            terms = person.terms if entry.campaign_id in own else person.loose_terms
            details = {} if entry.verb == Verb.CELL_EDITED else terms.take_out(entry.details)
            cursor.execute(
                "SELECT campaigns_redact_history(%s, %s, %s::jsonb)",
                [entry.pk, terms.take_out(entry.about), json.dumps(details)],
            )
    return len(entries)


def redact_log(person: HeldPerson) -> int:
    """The log of Django's own lists: entries about the person's rows, and those that hold the address."""
    held = Q(pk=None)
    for rows in (person.recipients, person.messages, person.deliveries):
        if rows:
            kind = ContentType.objects.get_for_model(type(rows[0]))
            held |= Q(content_type=kind, object_id__in=[str(one.pk) for one in rows])
    for address in person.terms.addresses if person.covers_all else ():
        held |= Q(object_repr__icontains=address) | Q(change_message__icontains=address)
    return LogEntry.objects.filter(held).update(object_repr=ERASED, change_message="")


def redact_jobs(person: HeldPerson) -> int:
    """What jobs were asked and what they found; an address in any of the workspaces, a name in the person's
    campaigns."""
    own = [one.pk for one in person.campaigns]
    jobs = Job.objects.filter(Q(workspace__in=person.query.workspaces) | Q(campaign__in=own))
    count = 0
    for job in jobs.iterator(chunk_size=ROWS_AT_ONCE):
        terms = person.terms if job.campaign_id in own else person.loose_terms
        told = [job.options, job.result, job.failure, job.file_name]
        if terms.are_in(told):
            options, result, failure, file_name = terms.take_out(told)
            Job.objects.filter(pk=job.pk).update(
                options=options, result=result, failure=failure, file_name=file_name
            )
            count += 1
    return count


def redact_campaigns(person: HeldPerson) -> int:
    """What the campaigns themselves and their other people's rows say of the person."""
    count = 0
    for campaign in Campaign.objects.filter(pk__in=[one.pk for one in person.campaigns]):
        if campaign.spreadsheet:
            campaign.spreadsheet.delete(save=False)  # everybody's rows, as an older version kept them
            Campaign.objects.filter(pk=campaign.pk).update(spreadsheet="")
        if person.terms.are_in(campaign.run_figures):
            Campaign.objects.filter(pk=campaign.pk).update(run_figures=None)
        PersonalWord.objects.filter(campaign=campaign, key__in=_list_words(person)).delete()
        Campaign.objects.filter(pk=campaign.pk).update(words_of="")  # counted again when they are asked for
        count += _redact(Recipient, Q(campaign=campaign), ("problems",), person.terms)
        count += _redact(Comment, Q(message__campaign=campaign), ("text",), person.terms)
        count += _redact(Message, Q(campaign=campaign), ("failure", "reject_reason"), person.terms)
        count += _redact(Delivery, Q(campaign=campaign), ("reason",), person.loose_terms)
    return count


def forget_events_without_message(person: HeldPerson) -> int:
    """Events of older versions outlived their messages and know a name alone."""
    if not person.covers_all:
        return 0
    loose = Event.objects.filter(message=None, recipient_name__in=person.terms.names)
    return loose.update(recipient_name="")


def forget_words(person: HeldPerson) -> int:
    """How their name is said, where nobody else of the workspaces has that name."""
    words = _list_words(person)
    others = Recipient.objects.filter(campaign__workspace__in=person.query.workspaces)
    others = others.exclude(pk__in=[one.pk for one in person.recipients])
    count = 0
    for entry in PronunciationEntry.objects.filter(workspace__in=person.query.workspaces, key__in=words):
        if not others.filter(name__icontains=entry.word).exists():
            entry.delete()
            count += 1
    return count


def clear_sessions(terms: Terms) -> int:
    """Sentences that wait in somebody's session to be shown, such as “Saved Ada”."""
    count = 0
    for session in Session.objects.all().iterator(chunk_size=ROWS_AT_ONCE):
        data = session.get_decoded()
        kept = {key: value for key, value in data.items() if not terms.are_in(value)}
        if kept != data:
            store = SessionStore(session.session_key)
            Session.objects.filter(pk=session.pk).update(session_data=store.encode(kept))
            count += 1
    return count


def empty_answers(person: HeldPerson) -> int:
    """What programs were answered within the last day. Its key stays, so that no request acts again."""
    answers = IdempotentAnswer.objects.filter(token__workspace__in=person.query.workspaces)
    count = 0
    for answer in answers.iterator(chunk_size=ROWS_AT_ONCE):
        if person.terms.are_in(_read_json(bytes(answer.body))):
            count += IdempotentAnswer.objects.filter(pk=answer.pk).update(body=b"{}")
    return count


def delete_tasks(terms: Terms) -> int:
    """Ended tasks of the queue whose arguments or result hold a term. They are read as bytes: nothing that a
    task left is unpickled."""
    keys = [key for key, told in _read_tasks() if terms.are_in(told)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_q_task WHERE id = ANY(%s)", [keys])
    return len(keys)


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", errors="replace")


def _read_tasks() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, args, kwargs, result FROM django_q_task")
        for key, name, *pickles in cursor.fetchall():
            yield key, " ".join([name or "", *(_decode(one) for one in pickles if one)])


def _decode(pickled: str) -> str:
    try:
        return base64.b64decode(pickled).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return pickled


def _list_words(person: HeldPerson) -> set[str]:
    names = {name.casefold() for name in person.terms.names}
    return names | {word for name in names for word in name.split()}


def _redact(model: type[Model], where: Q, fields: tuple[str, ...], terms: Terms) -> int:
    held, rows = Q(pk=None), model._default_manager.filter(where)
    for field in fields:
        rows = rows.annotate(**{f"{field}_text": Cast(field, TextField())})
        for term in terms.all:
            held |= Q(**{f"{field}_text__icontains": term})
    count = 0
    for row in rows.filter(held).only("pk", *fields):
        said = {field: terms.take_out(getattr(row, field)) for field in fields}
        count += model._default_manager.filter(pk=row.pk).update(**said)
    return count
