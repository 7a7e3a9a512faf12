"""A poster that a person chose: another frame of one message, or of all where everybody's video shows it.

The platform's own choice is kept beside the video under the video's name, so that a person can go back to it.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet

from campaigns import engine
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Job, Message
from campaigns.pictures.previews import make_preview, start_previews
from campaigns.review.personal_lines import find_personal_lines
from campaigns.revisions import delete_unused_files, find_platform_poster, replace_file
from campaigns.states import MoveRefused, RenderState
from campaigns.storage.files import get_local_path, store_file

OTHER_VIDEO = "This video was made again meanwhile. Reload the page, then choose the frame."
NOT_SHARED = (
    "At this moment the video says something that is not the same for everybody. Choose a moment of a line "
    "that everybody hears, or change this video's poster alone."
)
NO_PLATFORM_POSTER = "The platform's own poster of this video is gone. Render the video again to get one."
EVERYBODY = "every video"
_ROWS_AT_ONCE = 200


def start_choice(
    message: Message, user: AbstractBaseUser, at_s: float | None, *, seen: str, everybody: bool = False
) -> Job:
    """Queue the choice of the frame at ``at_s``; None: the platform's. MoveRefused where ``seen`` is not the
    content any more, or ``everybody``'s video does not show that moment."""
    if message.render_state != RenderState.READY or message.content_hash != seen:
        raise MoveRefused(OTHER_VIDEO)
    if at_s is not None and not (math.isfinite(at_s) and 0 <= at_s <= message.video_seconds + 1):
        raise MoveRefused("There is no such moment in this video. Reload the page and try again.")
    if everybody and at_s is not None and find_shared_moment(message, at_s) is None:
        raise MoveRefused(NOT_SHARED)
    options = {"message": message.pk, "seen": seen, "at_s": at_s, "everybody": everybody}
    return enqueue(JobKind.CHOOSE_POSTER, campaign=message.campaign, user=user, options=options)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. Twice gives the same."""
    message, at_s, everybody = _find(job), job.options["at_s"], bool(job.options["everybody"])
    moment = find_shared_moment(message, at_s) if everybody and at_s is not None else None
    if everybody:
        Campaign.objects.filter(pk=message.campaign_id).update(poster_moment=moment)
    count = _choose(message, at_s, moment, everybody, progress)
    if not count:
        raise RefusedJob(NO_PLATFORM_POSTER if at_s is None else OTHER_VIDEO)
    about = EVERYBODY if everybody else str(message.recipient)
    details: dict[str, Any] = {"at_s": at_s, "posters": count, "platform": at_s is None}
    record(job.created_by, Verb.POSTER_CHOSEN, campaign=message.campaign, about=about, **details)
    _draw_previews(message, count, job)
    return {"chosen": count}


def find_shared_moment(message: Message, at_s: float) -> dict[str, Any] | None:
    """A moment in which everybody's video shows the same, as a place in a shared line; None where this is
    none."""
    personal = find_personal_lines(message.campaign, [message])
    for part in message.segments:
        if part["start_s"] <= at_s <= part.get("end_s", part["start_s"]) and part.get("line") not in personal:
            return {
                "line": part["line"],
                "text": part.get("text", ""),
                "presenter": message.made_with.get("presenter"),
                "offset_s": round(at_s - part["start_s"], 3),
            }
    return None


def find_moment_s(
    moment: Mapping[str, Any] | None, segments: Sequence[Mapping[str, Any]], made_with: Mapping[str, Any]
) -> float | None:
    """When a video with these segments shows a shared moment; None where it does not."""
    if not moment or made_with.get("presenter") != moment["presenter"]:
        return None
    same = (
        part for part in segments if (part.get("line"), part.get("text")) == (moment["line"], moment["text"])
    )
    return next((part["start_s"] + moment["offset_s"] for part in same), None)


def name_poster(content_hash: str, at_s: float | None) -> str:
    """A poster's file: the platform's by the content alone, a person's by the moment, too."""
    return f"{content_hash[:16]}{'' if at_s is None else f'-at{round(at_s * 1000)}ms'}.jpg"


def _find(job: Job) -> Message:
    found = Message.objects.select_related("campaign", "recipient")
    message = found.filter(campaign=job.campaign, pk=job.options["message"]).first()
    if message is None or message.content_hash != job.options["seen"]:
        raise RefusedJob(OTHER_VIDEO)
    return message


def _choose(
    message: Message,
    at_s: float | None,
    moment: Mapping[str, Any] | None,
    everybody: bool,
    progress: JobProgress,
) -> int:
    """For all with the same video, or for everybody: then the frame is cut out once, because a shared line
    shows everybody the same. How many posters it is now."""
    ready = message.campaign.messages.filter(render_state=RenderState.READY)
    wanted = ready if everybody else ready.filter(content_hash=message.content_hash)
    count, total = 0, wanted.count()
    with tempfile.TemporaryDirectory(prefix="byname-poster-") as folder:
        path = Path(folder) / "poster.jpg"
        if at_s is not None:
            progress("cutting the frame out")
            engine.write_moment(get_local_path(message.video), at_s, path)
        for done, one in enumerate(_list(wanted)):
            progress("storing posters", done, total)
            shown_s = find_moment_s(moment, one.segments, one.made_with) if everybody else at_s
            if at_s is None:
                count += _go_back(one)
            elif shown_s is not None:
                count += _store(one, path, shown_s)
    return count


def _list(wanted: QuerySet[Message]) -> Iterator[Message]:
    last = 0
    while some := list(wanted.filter(pk__gt=last).order_by("pk")[:_ROWS_AT_ONCE]):
        yield from some
        last = some[-1].pk


def _store(message: Message, path: Path, at_s: float) -> bool:
    """The file is stored before the row names it; what no row names any more is deleted then."""
    name, old = name_poster(message.content_hash, at_s), message.poster.name or ""
    if PurePosixPath(old).name == name:
        return True
    stored = store_file(message.poster, path, name)
    kept = replace_file(message, "poster", stored, poster_at_s=at_s)
    delete_unused_files(message, [old if kept else stored])
    return kept


def _go_back(message: Message) -> bool:
    name, old = find_platform_poster(message.video.name), message.poster.name or ""
    if not message.poster.storage.exists(name):
        return message.poster_at_s is None
    kept = replace_file(message, "poster", name, poster_at_s=None)
    delete_unused_files(message, [old])
    return kept


def _draw_previews(message: Message, count: int, job: Job) -> None:
    """The moving pictures begin with the poster: that of one video now, those of many behind this job."""
    if count > 1:
        start_previews(message.campaign, job.created_by)
    elif message.campaign.mail_preview:
        message.refresh_from_db()
        make_preview(message)
