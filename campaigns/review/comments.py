"""What reviewers write about a message, at a time in its video."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaigns.claims import clock
from campaigns.history import Verb, record
from campaigns.models import Comment, Message
from campaigns.states import MoveRefused

LENGTH_MAX = 2000


def add_comment(message: Message, user: AbstractBaseUser, text: str, at_s: float) -> Comment:
    """Write it at this second of the video as it is now. MoveRefused for an empty one."""
    text = text.strip()[:LENGTH_MAX]
    if not text:
        raise MoveRefused("Write what you saw or heard, so that the next person finds it.")
    with transaction.atomic():
        made = Comment.objects.create(
            message=message,
            content_hash=message.content_hash,
            at_s=min(max(at_s, 0.0), message.video_seconds),
            text=text,
            written_by_id=user.pk,
        )
        record(
            user,
            Verb.COMMENTED,
            campaign=message.campaign,
            about=str(message.recipient),
            message=message.pk,
            at_s=round(made.at_s, 1),
            text=text,
        )
    return made


def resolve_comment(comment: Comment, user: AbstractBaseUser) -> Comment:
    """Mark it as dealt with, or as open again."""
    with transaction.atomic():
        comment.resolved_at = None if comment.resolved_at else clock.now()
        comment.save(update_fields=["resolved_at"])
        message = comment.message
        record(
            user,
            Verb.COMMENT_RESOLVED if comment.resolved_at else Verb.COMMENT_REOPENED,
            campaign=message.campaign,
            about=str(message.recipient),
            message=message.pk,
            text=comment.text,
        )
    return comment
