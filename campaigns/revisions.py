"""What a message's link shows: its newest approved content, also while a newer one is made and reviewed.

Consent is asked of whoever is seen and heard in that content, never of the campaign's presenter of today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete

from campaigns import engine
from campaigns.claims import clock
from campaigns.models import Campaign, Message, Presenter, Revision
from campaigns.models.presenters import presenter_path
from campaigns.states import RenderState, ReviewState, move

FILES = ("video", "poster", "preview", "captions")
COPIED = ("content_hash", "made_with", "lines", "video_seconds", "segments", "poster_at_s")
FITTED_VOICES = "presenters/"  # where they are stored; what a video was made with names the file
# What a page of a video does not read: of the content its words, and most of the presenter.
_UNSHOWN = (
    "lines", "segments", "presenter__voice_facts", "presenter__voice_failure", "presenter__consent_note",
    "presenter__consent_wording", "presenter__failure", "presenter__bake", "presenter__take",
    "presenter__fitted_voice", "presenter__voice_sample", "presenter__stage", "presenter__claimed_by",
)  # fmt: skip
_ROWS_AT_ONCE = 1000


def publish(message: Message, user: AbstractBaseUser | None) -> None:
    """Have the message's link show its content as it is now: that content was approved."""
    publish_many([message], user)


def publish_many(messages: Iterable[Message], user: AbstractBaseUser | None) -> None:
    """The same for many, in few queries. Each comes with its campaign (`select_related`)."""
    moment = clock.now()
    made = [_create_revision(message, user, approved_at=moment) for message in messages]
    fields = [*COPIED[1:], *FILES, "presenter", "approved_by", "approved_at", "withdrawn_at"]
    Revision.objects.bulk_create(
        made,
        batch_size=_ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["message", "content_hash"],
        update_fields=fields,
    )


def withdraw(message: Message) -> None:
    """A person rejected what the link shows: from now on it shows nothing, no earlier content either."""
    message.revisions.filter(withdrawn_at=None).update(withdrawn_at=clock.now())


def take_back(message: Message) -> None:
    """The approval of this content is undone; the link shows the one that was approved before it, if any."""
    current = message.revisions.filter(withdrawn_at=None, content_hash=message.content_hash)
    current.update(withdrawn_at=clock.now())


def approve_published(messages: QuerySet[Message]) -> int:
    """Give those of these finished messages their approval back whose content was approved before and not
    withdrawn since: the same content needs no second look. Returns how many."""
    before = Revision.objects.filter(
        message=OuterRef("pk"), content_hash=OuterRef("content_hash"), withdrawn_at=None
    )
    undecided = messages.filter(Exists(before), render_state=RenderState.READY)
    return move(undecided, ReviewState.APPROVED, approved_hash=F("content_hash"), reject_reason="")


def is_shown(message: Message) -> bool:
    """Whether the content that is stored now is what the link shows, consent aside."""
    shown = find_revision(message)
    return shown is not None and shown.content_hash == message.content_hash


def find_revision(message: Message) -> Revision | None:
    """The approved content that the message's link shows, None where there is none. It says nothing of
    consent."""
    shown = message.revisions.filter(withdrawn_at=None).select_related("presenter").defer(*_UNSHOWN)
    newest = shown.first()
    if not message.is_approved:
        return newest
    if newest is None or newest.content_hash != message.content_hash:
        return _create_revision(message)
    for name in FILES:  # another poster may have been chosen since
        setattr(newest, name, getattr(message, name).name or "")
    return newest


def read_content(message: Message) -> Revision:
    """What is stored of a message now, approved or not, as an unstored revision."""
    return _create_revision(message)


def has_consent(revision: Revision) -> bool:
    """Whether the presenter who is seen, and whose voice is heard, still agrees. Who is gone cannot."""
    return load_consents().cover(revision.presenter_id, revision.made_with)


def may_be_seen(message: Message) -> bool:
    """Whether whoever is seen and heard in a message's own content agrees: also before an approval."""
    return has_consent(read_content(message))


@dataclass(frozen=True)
class Consents:
    """Whose consent holds at this moment, for many contents: ``voices`` are the folders of those whose voice
    may not be heard, and their keys."""

    presenters: frozenset[int]
    silent: Mapping[int, str]

    def cover(self, presenter_id: int | None, made_with: Mapping[str, Any]) -> bool:
        """Whether a content by this presenter, made with this voice, may be shown."""
        voice = _read_voice(made_with)
        if presenter_id not in self.presenters or voice.startswith(tuple(self.silent.values())):
            return False
        return not (voice == engine.PRESENTER_VOICE and presenter_id in self.silent)

    def select(self, messages: QuerySet[Message]) -> QuerySet[Message]:
        """Those of these messages whose content, as it is stored now, may be shown."""
        same = {"message": OuterRef("pk"), "content_hash": OuterRef("content_hash"), "withdrawn_at": None}
        known = Revision.objects.filter(**same)
        current = Campaign.objects.filter(pk=OuterRef("campaign_id"), presenter__in=self.presenters)
        unnoted = Exists(known.filter(presenter__in=self.presenters)) | (~Exists(known) & Exists(current))
        agreed = Q(made_with__presenter__in=list(self.presenters))
        agreed |= ~Q(made_with__has_key="presenter") & unnoted
        unheard = Q(made_with__voice__1=engine.PRESENTER_VOICE, made_with__presenter__in=list(self.silent))
        for folder in self.silent.values():
            unheard |= Q(made_with__voice__1__startswith=folder)
        named = Q(made_with__voice__1__isnull=False)  # of no value the server knows not what it is not
        return messages.filter(agreed, ~named | ~unheard)


def load_consents() -> Consents:
    """The consents of all presenters, in one query."""
    columns = ("pk", "public_id", "consent_at", "consent_revoked_at", "voice_consent_at")
    agreed, silent = set(), {}
    for one in Presenter.objects.only(*columns, "voice_consent_revoked_at"):
        if one.has_consent:
            agreed.add(one.pk)
        if not one.has_voice_consent:
            silent[one.pk] = presenter_path(one, "")
    return Consents(frozenset(agreed), silent)


def _read_voice(made_with: Mapping[str, Any]) -> str:
    """The voice of [engine, voice, locale]; a fitted one is named after its file."""
    voice = made_with.get("voice")
    return str(voice[1]) if isinstance(voice, list) and len(voice) > 1 else ""


def open_file(revision: Revision, kind: str) -> FieldFile:
    """A stored file of a revision (of ``FILES``), as a message's field would give it."""
    field = Message._meta.get_field(kind)
    return FieldFile(revision.message, field, getattr(revision, kind) or None)  # type: ignore[arg-type]


def delete_unused_files(message: Message, names: Iterable[str]) -> None:
    """Delete these files of a message, but none that it or one of its revisions still uses."""
    used = {name for row in message.revisions.values_list(*FILES) for name in row}
    used |= set(Message.objects.filter(pk=message.pk).values_list(*FILES).first() or ())
    used |= {find_platform_poster(name) for name in used}
    for name in set(names) - used:
        if name:
            message.video.storage.delete(name)


def empty_message(message: Message) -> None:
    """The message has no video any more, and none is made unless somebody asks; the caller has its files."""
    row = Message.objects.filter(pk=message.pk)
    move(row, ReviewState.PENDING)
    if message.render_state == RenderState.READY:
        move(row, RenderState.QUEUED)
    move(row, RenderState.CANCELLED, claimed_by="", urgency=0)
    hashes = ("content_hash", "approved_hash", "first_approved_hash")
    row.update(**dict.fromkeys((*FILES, *hashes), ""), segments=[], scores={}, flags=[], parts=[])


def replace_file(message: Message, kind: str, name: str, **fields: Any) -> bool:
    """Store another ``kind`` of file (of ``FILES``) for the content that the message has; where that content
    is approved, its link shows the new one.

    False where the message has other content by now: then nothing is changed.
    """
    changed = {kind: name, **fields}
    with transaction.atomic():
        same = Message.objects.filter(
            pk=message.pk, content_hash=message.content_hash, render_state=RenderState.READY
        )
        if not same.update(**changed):
            return False
        message.revisions.filter(content_hash=message.content_hash).update(**changed)
    for field, value in changed.items():
        setattr(message, field, value)
    return True


def find_platform_poster(video_name: str | None) -> str:
    """Where the poster that the platform chose is stored, as long as its video is."""
    return str(PurePosixPath(video_name or "video.mp4").with_suffix(".jpg"))


def _create_revision(message: Message, user: AbstractBaseUser | None = None, **fields: Any) -> Revision:
    presenter_id = message.made_with.get("presenter", message.campaign.presenter_id)
    copied: dict[str, Any] = {name: getattr(message, name) for name in COPIED}
    copied |= {name: getattr(message, name).name or "" for name in FILES}
    return Revision(
        message=message,
        presenter_id=presenter_id,
        approved_by_id=user.pk if user else None,
        **copied,
        **fields,
    )


def delete_files(instance: Campaign, **_: Any) -> None:
    """A campaign's files go with it: videos, posters and captions, those of earlier revisions, too."""
    folder = f"campaigns/{instance.public_id}"
    transaction.on_commit(lambda: delete_folder(folder))


def delete_folder(folder: str) -> None:
    """Delete a stored folder with all that lies in it; one that is not there is no fault."""
    try:
        folders, files = default_storage.listdir(folder)
    except (FileNotFoundError, NotImplementedError):  # nothing was stored, or a storage without folders
        return
    for name in files:
        default_storage.delete(f"{folder}/{name}")
    for name in folders:
        delete_folder(f"{folder}/{name}")
    default_storage.delete(folder)


post_delete.connect(delete_files, sender=Campaign, dispatch_uid="campaign files")
