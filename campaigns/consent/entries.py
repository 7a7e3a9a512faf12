"""Consents given and revoked: each adds an entry, none changes one; the presenter keeps how it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import File
from django.db import transaction

from campaigns.claims import clock
from campaigns.history import Verb, record
from campaigns.models import ConsentEntry, Presenter


class ConsentKind(StrEnum):
    """What somebody agrees to. Rows store it."""

    PICTURE = "picture"
    VOICE = "voice"


class ConsentAct(StrEnum):
    """Rows store it."""

    GIVEN = "given"
    REVOKED = "revoked"


# What a person agrees to. An entry keeps the sentence as it stood when the consent was given.
WORDINGS = {
    ConsentKind.PICTURE: "The person in this take agreed to be shown saying words that they did not say",
    ConsentKind.VOICE: "The person agreed, apart from that, to a voice like theirs saying such words",
}
_COLUMNS = {
    ConsentKind.PICTURE: ("consent_by", "consent_at", "consent_revoked_at"),
    ConsentKind.VOICE: ("voice_consent_by", "voice_consent_at", "voice_consent_revoked_at"),
}


@dataclass(frozen=True)
class Agreement:
    """What was agreed to, as whoever records it tells it."""

    kind: ConsentKind
    person: str
    note: str = ""
    document: File[Any] | None = None  # a signed form


def give(presenter: Presenter, agreement: Agreement, user: AbstractBaseUser | None) -> ConsentEntry:
    """Record a consent, also over one that stands: another person, note or document is another entry."""
    by, at, revoked = _COLUMNS[agreement.kind]
    with transaction.atomic():
        stored = Presenter.objects.select_for_update().get(pk=presenter.pk)
        now = clock.now()
        columns: dict[str, Any] = {by: agreement.person[:200], at: now, revoked: None}
        wording = WORDINGS[agreement.kind]
        columns["consent_wording"] = _add_line(stored.consent_wording, wording)
        if agreement.kind == ConsentKind.PICTURE:
            columns["consent_note"] = agreement.note
        entry = _build(stored, agreement.kind, ConsentAct.GIVEN, user, now)
        entry.person, entry.wording, entry.note = agreement.person[:200], wording, agreement.note
        if agreement.document is not None:
            name = agreement.document.name or "document"
            entry.document.save(name, agreement.document, save=False)
        _store(stored, entry, columns, Verb.CONSENT_GIVEN, user)
    presenter.refresh_from_db()
    return entry


def revoke(presenter: Presenter, kind: ConsentKind, user: AbstractBaseUser | None) -> bool:
    """Record that a consent ended; False where none stands, and then nothing is added. Whoever calls it takes
    down what was made of it (`takedown`)."""
    by, at, revoked = _COLUMNS[kind]
    with transaction.atomic():
        stored = Presenter.objects.select_for_update().get(pk=presenter.pk)
        if getattr(stored, at) is None or getattr(stored, revoked) is not None:
            return False
        now = clock.now()
        entry = _build(stored, kind, ConsentAct.REVOKED, user, now)
        entry.person = getattr(stored, by)
        _store(stored, entry, {revoked: now}, Verb.CONSENT_REVOKED, user)
    presenter.refresh_from_db()
    return True


def find_standing(presenter: Presenter, kind: ConsentKind) -> ConsentEntry | None:
    """The newest entry of this kind, where it is a consent; None where there is none, or it was revoked."""
    newest = presenter.consents.filter(kind=kind).order_by("-at", "-pk").first()
    return newest if newest is not None and newest.act == ConsentAct.GIVEN else None


def _build(
    presenter: Presenter, kind: ConsentKind, act: ConsentAct, user: AbstractBaseUser | None, at: datetime
) -> ConsentEntry:
    full = getattr(user, "get_full_name", lambda: "")() if user is not None else ""
    return ConsentEntry(
        workspace_id=presenter.workspace_id,
        presenter=presenter,
        presenter_name=presenter.name,
        take_sha256=presenter.take_sha256,
        kind=kind,
        act=act,
        recorded_by_id=user.pk if user is not None else None,
        recorded_by_name=(full or user.get_username())[:200] if user is not None else "",
        at=at,
    )


def _store(
    presenter: Presenter,
    entry: ConsentEntry,
    columns: dict[str, Any],
    verb: Verb,
    user: AbstractBaseUser | None,
) -> None:
    entry.save(force_insert=True)
    Presenter.objects.filter(pk=presenter.pk).update(**columns)
    about = entry.person or presenter.name
    told: dict[str, Any] = {"presenter": presenter.name, "to": entry.kind}
    record(user, verb, workspace=presenter.workspace, about=about, **told)


def _add_line(lines: str, line: str) -> str:
    return "\n".join(dict.fromkeys([*lines.splitlines(), line]))
