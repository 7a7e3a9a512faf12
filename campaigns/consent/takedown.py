"""A consent that ended: at once nothing shows the presenter any more, nothing is made, nothing is mailed.

Pages, media and mails ask for the consent themselves each time (`revisions.has_consent`); what lies ready in
files or queues is taken away here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet

from campaigns.consent.entries import Agreement, ConsentKind, give, revoke
from campaigns.delivery.attempt import REVOKED
from campaigns.jobs.kinds import JobKind
from campaigns.models import Delivery, Job, Message, Presenter, Revision
from campaigns.revisions import FITTED_VOICES
from campaigns.states import BakeState, DeliveryState, move

ARCHIVE = "zip"  # as `exports.jobs.Format` calls it
STOPPED = "The consent was revoked, so the take is not prepared."


@dataclass(frozen=True)
class Taken:
    """What a revocation takes down. ``links``: that were sent and stop working."""

    links: int = 0
    mails: int = 0
    exports: int = 0


def count_takedown(presenter: Presenter, kind: ConsentKind = ConsentKind.PICTURE) -> Taken:
    """Counted now, for the question before it."""
    shown = list_messages(presenter, kind)
    sent = Delivery.objects.filter(state=DeliveryState.SENT, message__in=shown)
    return Taken(
        sent.values("message").distinct().count(),
        _list_waiting(presenter, kind).count(),
        _list_exports(presenter, kind).count(),
    )


def revoke_and_take_down(presenter: Presenter, kind: ConsentKind, user: AbstractBaseUser | None) -> Taken:
    """End a consent. Without the one to the picture the one to the voice ends, too."""
    revoke(presenter, kind, user)
    if kind == ConsentKind.PICTURE:
        revoke(presenter, ConsentKind.VOICE, user)
        _stop_bake(presenter)
    taken = Taken(
        count_takedown(presenter, kind).links,
        move(_list_waiting(presenter, kind), DeliveryState.FAILED, reason=REVOKED),
        _delete_exports(presenter, kind),
    )
    delete_voice(presenter)
    return taken


def settle(presenter: Presenter, kind: ConsentKind, agreed: Agreement | None, user: AbstractBaseUser) -> None:
    """Have a consent stand as a form says it: given, given anew with other words, ended, or as it was."""
    stored = Presenter.objects.get(pk=presenter.pk)
    is_picture = kind == ConsentKind.PICTURE
    stands = stored.has_consent if is_picture else stored.has_voice_consent
    if agreed is None:
        if stands:
            revoke_and_take_down(presenter, kind, user)
        return
    before = (stored.consent_by, stored.consent_note) if is_picture else (stored.voice_consent_by, "")
    if not stands or before != (agreed.person, agreed.note) or agreed.document is not None:
        give(presenter, agreed, user)


def delete_voice(presenter: Presenter) -> None:
    """No voice of the presenter stays; campaigns that use it say so."""
    presenter.refresh_from_db()
    for stored in (presenter.fitted_voice, presenter.voice_sample):
        if stored.name:
            stored.storage.delete(stored.name)
    Presenter.objects.filter(pk=presenter.pk).update(
        fitted_voice="", voice_sample="", voice_facts={}, voice_failure=""
    )
    presenter.refresh_from_db()


def list_messages(presenter: Presenter, kind: ConsentKind = ConsentKind.PICTURE) -> QuerySet[Message]:
    """Whose video shows the presenter, also an earlier one that their link still shows; or speaks with the
    voice like theirs."""
    if kind == ConsentKind.VOICE:
        voice = Q(made_with__voice__1__startswith=FITTED_VOICES)
        theirs = voice & Q(made_with__presenter=presenter.pk)
        earlier = Revision.objects.filter(voice, presenter=presenter)
    else:
        theirs = Q(made_with__presenter=presenter.pk)
        older = ~Q(made_with__has_key="presenter")
        theirs |= older & Q(campaign__in=presenter.campaigns.all())
        earlier = Revision.objects.filter(presenter=presenter)
    return Message.objects.filter(theirs | Q(pk__in=earlier.values("message")))


def _stop_bake(presenter: Presenter) -> None:
    """A worker that is at it loses its claim and ends within seconds."""
    row = Presenter.objects.filter(pk=presenter.pk, bake_state__in=(BakeState.WAITING, BakeState.BAKING))
    move(row, BakeState.FAILED, failure=STOPPED, claimed_by="", stage="")


def _list_waiting(presenter: Presenter, kind: ConsentKind) -> QuerySet[Delivery]:
    messages = list_messages(presenter, kind).values("pk")
    return Delivery.objects.filter(state=DeliveryState.SCHEDULED, message__in=messages)


def _list_exports(presenter: Presenter, kind: ConsentKind) -> QuerySet[Job]:
    """Archives with videos that are kept for who asked for them."""
    campaigns = list_messages(presenter, kind).values("campaign")
    archives = Job.objects.filter(kind=JobKind.EXPORT, options__format=ARCHIVE, campaign__in=campaigns)
    return archives.exclude(file="")


def _delete_exports(presenter: Presenter, kind: ConsentKind) -> int:
    count = 0
    for job in _list_exports(presenter, kind):
        job.file.storage.delete(job.file.name or "")
        count += Job.objects.filter(pk=job.pk).update(file="")
    return count
