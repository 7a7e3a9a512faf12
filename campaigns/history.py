"""The history: every verb of a person, added and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from campaigns.models import Campaign, HistoryEntry, Workspace

Person = AbstractBaseUser | AnonymousUser
_THROUGH: ContextVar[str] = ContextVar("through", default="")


class Verb(StrEnum):
    """What was done. Rows store it, so a verb is never renamed."""

    CAMPAIGN_CREATED = "created the campaign"
    CAMPAIGN_DUPLICATED = "duplicated the campaign"
    CAMPAIGN_ARCHIVED = "archived the campaign"
    CAMPAIGN_RESTORED = "took the campaign out of the archive"
    CAMPAIGN_DELETED = "deleted the campaign"
    DELETION_STOPPED = "stopped deleting the campaign"
    SHEET_APPLIED = "applied a spreadsheet"
    CELL_EDITED = "edited a cell of"
    PERSON_ADDED = "added"
    PERSON_REMOVED = "removed"
    PERSON_RESTORED = "took back"
    SCRIPT_SAVED = "saved the script"
    MAIL_SAVED = "saved the mail"
    PRESENTER_CHOSEN = "chose the presenter"
    VOICE_CHOSEN = "chose the voice"
    RECORDINGS_STORED = "stored the recordings"
    RECORDINGS_DELETED = "deleted the recordings"
    NAME_CORRECTED = "corrected how a word is said"
    RUN_STARTED = "started the run"
    RUN_CANCELLED = "cancelled the run"
    SAMPLE_STARTED = "started the sample"
    SAMPLE_CONFIRMED = "said yes to the sample"
    RENDERED_AGAIN = "asked to render again"
    APPROVED = "approved"
    FIRST_APPROVED = "approved first"
    REJECTED = "rejected"
    DECISION_UNDONE = "took back the decision on"
    COMMENTED = "commented on"
    COMMENT_RESOLVED = "resolved a comment on"
    COMMENT_REOPENED = "opened a comment again on"
    SAMPLE_DRAWN = "drew a sample for review from"
    APPROVERS_CHANGED = "changed how many people approve: now"
    POSTER_CHOSEN = "chose the poster of"
    SENT = "sent"
    TEST_SENT = "sent a test of the mail for"
    DELIVERY_DECIDED = "decided about the delivery to"
    EXPORTED = "exported"
    TAKE_UPLOADED = "uploaded the take of"
    CONSENT_GIVEN = "recorded the consent of"
    CONSENT_REVOKED = "revoked the consent of"
    PRESENTER_PURGED = "purged everything of the presenter"
    PERSON_ERASED = "erased a person"
    PERSON_EXPORTED = "exported what is held about a person"
    RETENTION_CHANGED = "changed how long is kept:"
    MEMBER_ADDED = "added to the workspace"
    MEMBER_REMOVED = "removed from the workspace"
    ROLE_CHANGED = "changed the role of"
    FACTOR_SET = "set up a second factor"
    FACTOR_ENDED = "switched off their second factor"
    FACTOR_REMOVED = "removed the second factor of"
    CODES_RENEWED = "made new recovery codes"
    WORKSPACE_RENAMED = "renamed the workspace"
    PACE_CHANGED = "changed when mails leave"
    WORDS_BLOCKED = "changed the blocked words of"
    BRAND_SET = "changed the logo or colour of pages"
    EMBEDDING_SET = "set where pages may be shown inside others"
    PRESENTER_DELETED = "deleted the presenter"
    SUPPRESSED = "suppressed the address"
    UNSUPPRESSED = "allowed mails again to"
    FOLLOWED_UP = "began a follow-up of"
    TOKEN_MADE = "made the API token"
    TOKEN_REVOKED = "revoked the API token"
    WEBHOOK_SAVED = "saved the webhook to"
    WEBHOOK_DELETED = "deleted the webhook to"


def record(
    actor: Person | None,
    verb: Verb,
    *,
    campaign: Campaign | None = None,
    workspace: Workspace | None = None,
    about: str = "",
    **details: Any,
) -> HistoryEntry:
    """Add an entry; ``details`` are plain values. ``actor`` None: the program did it by itself."""
    return HistoryEntry.objects.create(
        workspace_id=workspace.pk if workspace is not None else campaign.workspace_id if campaign else None,
        campaign=campaign,
        actor_id=actor.pk if actor is not None else None,
        actor_name=_name(actor),
        verb=verb,
        about=about[:300],
        details=details | ({"token": get_through()} if get_through() else {}),
    )


@contextmanager
def through(token: str) -> Iterator[None]:
    """What is recorded meanwhile was done by the person's API token of this name; "": by themselves."""
    held = _THROUGH.set(token)
    try:
        yield
    finally:
        _THROUGH.reset(held)


def get_through() -> str:
    """The name of the API token that acts now; "" where a person does."""
    return _THROUGH.get()


def describe(entry: HistoryEntry) -> str:
    """An entry as a sentence: “Ada approved 12 videos”."""
    return f"{entry.actor_name or 'Byname'} {entry.verb} {entry.about}".strip()


def _name(actor: Person | None) -> str:
    if actor is None:
        return ""
    full = getattr(actor, "get_full_name", lambda: "")()
    name = (full or actor.get_username())[:200]
    token = get_through()
    return f"{name[:90]} by the token “{token[:90]}”" if token else name
