"""Everything that was made of a presenter deleted, once the consent ended: its numbers first, then a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from campaigns.consent.takedown import list_messages
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import OPEN, enqueue
from campaigns.models import Job, Message, Presenter, Revision
from campaigns.revisions import FILES, delete_unused_files, empty_message, find_platform_poster
from campaigns.states import BakeState, MoveRefused, move
from campaigns.storage.parts import (
    PERSONAL_KINDS,
    delete_kinds,
    delete_parts,
    find_files,
    have_unknown_parts,
    list_parts,
)
from campaigns.storage.render_cache import list_files

ROWS_AT_ONCE = 500
PURGED = "What was made of this presenter was purged, the take too. Upload a take as a new presenter."
# Made of the take alone and shared by its messages: they are not listed by presenter, and quickly made again.
TAKE_KINDS = ("rest", "tone", "filmed", "presenter", "judged")
_PRESENTER_FILES = ("take", "bake", "poster", "fitted_voice", "voice_sample")


@dataclass(frozen=True)
class Purge:
    """What goes. ``whole_cache``: an older version made some of it and did not note which parts, so that all
    of the cache goes; it is made again when it is needed."""

    videos: int
    links: int
    files: int  # of the take: itself, the bake, the picture, the voice
    parts: int
    whole_cache: bool


def count_purge(presenter: Presenter) -> Purge:
    """Counted now."""
    messages = list_messages(presenter)
    whole = have_unknown_parts(messages)
    parts = len(list_files()) if whole else sum(1 for _ in find_files(list_parts(messages)))
    if not whole:
        parts += sum(len(list_files(kind)) for kind in TAKE_KINDS)
    return Purge(
        _list_with_video(presenter).count(),
        Revision.objects.filter(presenter=presenter, withdrawn_at=None).count(),
        sum(bool(getattr(presenter, name)) for name in _PRESENTER_FILES),
        parts,
        whole,
    )


def start_purge(presenter: Presenter, user: AbstractBaseUser | None) -> Job:
    """Queue it. Raises MoveRefused while the presenter consents, and while it goes on already."""
    if presenter.has_consent:
        raise MoveRefused(f"{presenter} consents. Revoke the consent first; then everything can be purged.")
    if find_purge(presenter) is not None:
        raise MoveRefused("This is being purged already.")
    return enqueue(JobKind.PURGE, presenter=presenter, user=user)


def find_purge(presenter: Presenter) -> Job | None:
    """The job that is at it, if any."""
    return presenter.jobs.filter(kind=JobKind.PURGE, state__in=OPEN).first()


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. A second try goes on; a consent that was given meanwhile ends it."""
    presenter = job.presenter
    if presenter is None:
        raise MoveRefused("The presenter is not there any more.")
    presenter.refresh_from_db()
    if presenter.has_consent:
        raise MoveRefused(f"{presenter} consents again, so nothing was purged.")
    parts = _delete_parts(presenter)  # before the messages that know their names are emptied
    videos = _delete_videos(presenter, progress)
    _delete_take(presenter)
    told: dict[str, Any] = {"videos": videos, "parts": parts}
    record(job.created_by, Verb.PRESENTER_PURGED, workspace=presenter.workspace, about=presenter.name, **told)
    return told


def _list_with_video(presenter: Presenter) -> QuerySet[Message]:
    return list_messages(presenter).exclude(video="", revisions=None)


def _delete_parts(presenter: Presenter) -> int:
    messages = list_messages(presenter)
    whole = have_unknown_parts(messages)
    gone = len(delete_kinds((*TAKE_KINDS, *PERSONAL_KINDS) if whole else TAKE_KINDS))
    return gone + (0 if whole else delete_parts(list_parts(messages)))


def _delete_videos(presenter: Presenter, progress: JobProgress) -> int:
    keys = list(_list_with_video(presenter).order_by("pk").values_list("pk", flat=True).distinct())
    for first in range(0, len(keys), ROWS_AT_ONCE):
        progress("deleting the videos", first, len(keys))
        for message in Message.objects.filter(pk__in=keys[first : first + ROWS_AT_ONCE]):
            _delete_video(message, presenter)
    return len(keys)


def _delete_video(message: Message, presenter: Presenter) -> None:
    """The video that shows the presenter, and those that the link showed before; others' videos stay."""
    earlier = message.revisions.filter(presenter=presenter)
    names = {name for row in earlier.values_list(*FILES) for name in row}
    shown_by = message.made_with.get("presenter", message.campaign.presenter_id)
    if shown_by == presenter.pk:
        names |= {getattr(message, name).name or "" for name in FILES}
    with transaction.atomic():
        if shown_by == presenter.pk:
            empty_message(message)
        earlier.delete()
    names |= {find_platform_poster(name) for name in names if name.endswith(".mp4")}
    delete_unused_files(message, names)


def _delete_take(presenter: Presenter) -> None:
    for name in _PRESENTER_FILES:
        stored = getattr(presenter, name)
        if stored:
            stored.storage.delete(stored.name)
    row = Presenter.objects.filter(pk=presenter.pk)
    move(row, BakeState.WAITING)
    move(row, BakeState.FAILED, failure=PURGED, claimed_by="", stage="")
    row.update(**dict.fromkeys(_PRESENTER_FILES, ""), facts={}, voice_facts={}, take_sha256="")
