"""The moving picture of a message: some seconds of its personal moment, with the recipient's name on it.

Its file is named by what it shows, so one that shows another name or poster than it should counts as missing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.db.models import QuerySet
from PIL import Image

from campaigns import engine
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue, find_open
from campaigns.models import Campaign, Job, Message
from campaigns.pictures.mail_picture import draw_sign, open_poster
from campaigns.pictures.words import find_first_name, find_locale, write_words
from campaigns.review.personal_lines import find_personal_lines
from campaigns.revisions import delete_unused_files, replace_file
from campaigns.states import RenderState
from campaigns.storage.files import get_local_path, store_file

logger = logging.getLogger(__name__)

SECONDS_MAX = 2.6
LEAD_S = 0.15  # before the first word, where lips are still closed
AREA_PX = 360 * 360
WIDTHS_PX = (320, 480)
_DRAWN_AS = 1  # counted up where previews are drawn otherwise
_ROWS_AT_ONCE = 200
_MUCH = (1280, 1280)  # as large as posters are
TURN_S = 900.0  # then other jobs have theirs


def make_preview(message: Message) -> bool:
    """Make the moving picture of a finished message unless it is there; whether it is there now.

    Seconds of work, for workers. A video that cannot be shown so leaves the still picture.
    """
    if is_made(message):
        return True
    try:
        return _make(message)
    except engine.RenderError as error:
        logger.warning("Message %s has no moving picture: %s", message.pk, error)
    except OSError:
        logger.exception("The moving picture of message %s could not be made", message.pk)
    return False


def is_made(message: Message) -> bool:
    """Whether the moving picture shows this content with these words and this poster."""
    return bool(message.preview) and PurePosixPath(message.preview.name or "").name == _name(message)


def start_previews(campaign: Campaign, user: Any) -> Job | None:
    """Queue the moving pictures that are missing; None where they are not asked for or all there."""
    if not campaign.mail_preview or find_open(campaign, JobKind.MAKE_PREVIEWS) is not None:
        return None
    ready = campaign.messages.filter(render_state=RenderState.READY)
    return enqueue(JobKind.MAKE_PREVIEWS, campaign=campaign, user=user) if ready.exists() else None


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. What is there is not made again; after `TURN_S` a job of its own goes on behind the
    others that wait."""
    if job.campaign is None:
        raise RefusedJob("The campaign is not there any more.")
    ready = Message.objects.filter(campaign=job.campaign, render_state=RenderState.READY)
    last, made = job.options.get("after", 0), job.options.get("made", 0)
    total, done = ready.count(), ready.filter(pk__lte=last).count()
    ends_at = time.monotonic() + TURN_S
    for message in _list_after(ready, last):
        progress("making moving pictures", done, total)
        made, done = made + make_preview(message), done + 1
        if time.monotonic() >= ends_at and done < total:
            options = {"after": message.pk, "made": made}
            enqueue(JobKind.MAKE_PREVIEWS, campaign=job.campaign, user=job.created_by, options=options)
            break
    return {"made": made, "of": total}


def _list_after(ready: QuerySet[Message], last: int) -> Iterator[Message]:
    """One by one, as they are at that moment: this work outlives what it began with."""
    while some := list(ready.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_ROWS_AT_ONCE]):
        for last in some:
            found = ready.filter(pk=last).select_related("campaign", "recipient").first()
            if found is not None:
                yield found


def _make(message: Message) -> bool:
    poster = open_poster(message.poster, _MUCH)
    if poster is None:
        return False
    poster = poster.resize(choose_size(*poster.size), Image.Resampling.LANCZOS)
    campaign, recipient = message.campaign, message.recipient
    words, locale = write_words(campaign, recipient), find_locale(campaign, recipient)
    sign, name = draw_sign(poster.size, words, locale), _name(message)
    with tempfile.TemporaryDirectory(prefix="byname-preview-") as folder:
        path = Path(folder) / name
        engine.write_preview(get_local_path(message.video), find_moment(message), poster, sign, path)
        old, stored = message.preview.name or "", store_file(message.preview, path, name)
    kept = replace_file(message, "preview", stored)
    delete_unused_files(message, [old if kept else stored])
    return kept


def choose_size(width: int, height: int) -> tuple[int, int]:
    """Even numbers of pixels in the video's shape: as many in portrait as in landscape, where that fits."""
    wanted = math.sqrt(AREA_PX * width / height)
    across = min(max(wanted, WIDTHS_PX[0]), WIDTHS_PX[1])
    return 2 * round(across / 2), 2 * round(across * height / width / 2)


def find_moment(message: Message) -> tuple[float, float]:
    """From when to when the video is most the recipient's own: where their name is said, else the first
    personal line, else the first line."""
    segments = message.segments or [{"start_s": 0.0, "end_s": message.video_seconds}]
    name = find_first_name(message.campaign, message.recipient)
    personal = find_personal_lines(message.campaign, [message])
    best = next(
        (part for part in segments if name and name in part.get("text", "")),
        next((part for part in segments if part.get("line") in personal), segments[0]),
    )
    start_s = max(0.0, best["start_s"] - LEAD_S)
    return start_s, max(min(start_s + SECONDS_MAX, message.video_seconds), start_s + 0.2)


def _name(message: Message) -> str:
    shown = [
        write_words(message.campaign, message.recipient),
        find_locale(message.campaign, message.recipient),
        message.poster.name or "",
        _DRAWN_AS,
    ]
    digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()
    return f"{message.content_hash[:16]}-{digest[:12]}.gif"
