"""What a message's link shows: its newest approved content, also while a newer one is made and reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.utils import timezone

from campaigns.models import Campaign, Message, Revision
from campaigns.states import RenderState, ReviewState, move

FILES = ("video", "poster", "preview", "captions")
COPIED = ("content_hash", "made_with", "lines", "video_seconds", "segments", "poster_at_s")
FITTED_VOICES = "presenters/"  # where they are stored; what a video was made with names the file
_ROWS_AT_ONCE = 1000


def publish(message: Message, user: AbstractBaseUser | None) -> None:
    """Have the message's link show its content as it is now: that content was approved."""
    publish_many([message], user)


def publish_many(messages: Iterable[Message], user: AbstractBaseUser | None) -> None:
    """The same for many, in few queries. Each comes with its campaign (`select_related`)."""
    made = [_create_revision(message, user) for message in messages]
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
    message.revisions.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())


def take_back(message: Message) -> None:
    """The approval of this content is undone; the link shows the one that was approved before it, if any."""
    current = message.revisions.filter(withdrawn_at=None, content_hash=message.content_hash)
    current.update(withdrawn_at=timezone.now())


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
    newest = message.revisions.filter(withdrawn_at=None).select_related("presenter").first()
    if not message.is_approved:
        return newest
    if newest is None or newest.content_hash != message.content_hash:
        return _create_revision(message, None)
    for name in FILES:  # another poster may have been chosen since
        setattr(newest, name, getattr(message, name).name or "")
    return newest


def has_consent(revision: Revision) -> bool:
    """Whether the presenter who is seen still agrees, and to the voice like theirs where it speaks. One who
    is gone cannot."""
    presenter = revision.presenter
    if presenter is None or not presenter.has_consent:
        return False
    spoken_by = [*revision.made_with.get("voice", ()), "", ""][1]
    return not str(spoken_by).startswith(FITTED_VOICES) or presenter.has_voice_consent


def may_be_seen(message: Message) -> bool:
    """Whether the presenter of a message's own content consents: for staff too, before an approval."""
    return has_consent(_create_revision(message, None))


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


def _create_revision(message: Message, user: AbstractBaseUser | None) -> Revision:
    presenter_id = message.made_with.get("presenter", message.campaign.presenter_id)
    copied: dict[str, Any] = {name: getattr(message, name) for name in COPIED}
    copied |= {name: getattr(message, name).name or "" for name in FILES}
    return Revision(
        message=message,
        presenter_id=presenter_id,
        approved_by_id=user.pk if user else None,
        approved_at=timezone.now(),
        **copied,
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
