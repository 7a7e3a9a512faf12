"""A message as the review page shows it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from campaigns.models import Comment, Message
from campaigns.review.flags import say_flag
from campaigns.review.standing import get_valid_decision, is_half_approved
from campaigns.review.words import say_scores
from campaigns.states import ReviewState

HALF_APPROVED = "approved by one, waits for another person"
_EXACT_MAX = 9_999


def build_card(
    message: Message, personal: frozenset[str], alike: int = 1, fps: Fraction | None = None
) -> dict[str, Any]:
    """What the page knows of one message: ``alike`` counts those with its video, ``fps`` is the take's."""
    return {
        "pk": message.pk,
        "name": str(message.recipient),
        "row": message.recipient.row_number,
        "email": message.recipient.email,
        "seconds": round(message.video_seconds, 1),
        "seen": message.content_hash,
        "alike": alike,
        "video": media_url(message, "video"),
        "poster": media_url(message, "poster") if message.poster else "",
        "captions": media_url(message, "captions") if message.captions else "",
        "poster_at_s": message.poster_at_s,
        "flags": [say_flag(flag, fps) for flag in message.flags],
        "scores": [
            {
                "words": said.words,
                "tip": said.tip,
                "level": said.level,
                "name": said.name,
                "value": said.value,
            }
            for said in say_scores(message.scores)
        ],
        "segments": [_build_segment(part, personal) for part in message.segments],
        "comments": [build_comment(comment, message) for comment in message.comments.all()],
        "decide": reverse("admin:campaigns_campaign_decide", args=[message.campaign_id, message.pk]),
        **describe_decision(message),
    }


def build_comment(comment: Comment, message: Message) -> dict[str, Any]:
    return {
        "pk": comment.pk,
        "at_s": round(comment.at_s, 1),
        "text": comment.text,
        "by": str(comment.written_by) if comment.written_by else "",
        "resolved": comment.resolved_at is not None,
        "earlier": comment.content_hash != message.content_hash,
    }


def describe_decision(message: Message) -> dict[str, Any]:
    """The decision as it is shown: an approval of other content is none."""
    state, half = get_valid_decision(message), is_half_approved(message)
    return {
        "state": "second" if half else str(state),
        "label": HALF_APPROVED if half else ReviewState(state).label,
        "reason": message.reject_reason,
        "by": str(message.reviewed_by) if message.reviewed_by else "",
    }


def media_url(message: Message, kind: str) -> str:
    """Staff-only; the query changes with the content, so that a browser never shows an old render."""
    chosen = Path(getattr(message, kind).name or "").stem  # of one content there may be several posters
    return f"{reverse('message-media', args=[message.pk, kind])}?{message.content_hash[:12]}-{quote(chosen)}"


def say_count(count: int) -> str:
    """12, 9,999, 98 thousand, 1.2 million."""
    if count <= _EXACT_MAX:
        return f"{count:,}"
    if count < 1_000_000:
        return f"{count // 1000:,} thousand"
    return f"{count // 100_000 / 10:.1f} million"


def _build_segment(part: dict[str, Any], personal: frozenset[str]) -> dict[str, Any]:
    start_s = part["start_s"]
    return {
        "start_s": round(start_s, 2),
        "end_s": round(part.get("end_s", start_s + 2), 2),
        "text": part.get("text", ""),
        "personal": part.get("line") in personal,
    }
