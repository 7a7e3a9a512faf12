"""API tokens: made, found by their secret, revoked. A token may do no more than its person."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, DateTimeField, F, FloatField, Func, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from campaigns.access.rights import has
from campaigns.access.roles import Right
from campaigns.history import Verb, record
from campaigns.models import ApiToken, Workspace

BEGINNING = "byname_"
SHOWN_CHARACTERS = len(BEGINNING) + 6
DAYS = (30, 90, 365)  # that a new token may live; 0: until it is revoked
TOKENS_MAX = 100  # of one person in one workspace that are not revoked


class Scope(StrEnum):
    """What a token is for. Each needs the same right of its person."""

    READ = "read"
    EDIT = "edit"
    RUN = "run"
    REVIEW = "review"
    SEND = "send"


# Right → the scope that a token needs for it.
SCOPES: Mapping[Right, Scope] = {
    Right.VIEW: Scope.READ,
    Right.EDIT: Scope.EDIT,
    Right.RUN: Scope.RUN,
    Right.APPROVE: Scope.REVIEW,
    Right.SEND: Scope.SEND,
}
DESCRIPTIONS: Mapping[Scope, str] = {
    Scope.READ: "looks at everything that you see here",
    Scope.EDIT: "makes and changes campaigns, people, scripts and mails",
    Scope.RUN: "starts and stops samples and runs",
    Scope.REVIEW: "approves and rejects videos",
    Scope.SEND: "sends what is approved",
}


class TokenRefused(Exception):
    """A token that cannot be made or revoked; the sentence says why."""


def make_token(
    workspace: Workspace, user: User, name: str, scopes: Iterable[str], days: int
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once and stored nowhere. Raises TokenRefused."""
    named, wanted = " ".join(name.split())[:90], {one for one in Scope if str(one) in set(scopes)}
    if not named:
        raise TokenRefused("Write what the token is for, such as the name of the program that gets it.")
    if not wanted:
        raise TokenRefused("Choose at least one thing that the token may do.")
    if days not in (0, *DAYS):
        raise TokenRefused("Choose one of the offered times.")
    if _list_living(workspace).filter(user=user).count() >= TOKENS_MAX:
        raise TokenRefused(f"You have {TOKENS_MAX} tokens here. Revoke those that nobody uses.")
    secret = BEGINNING + secrets.token_urlsafe(32)
    with transaction.atomic():
        made = ApiToken.objects.create(
            workspace=workspace,
            user=user,
            name=named,
            prefix=secret[:SHOWN_CHARACTERS],
            digest=_digest(secret),
            scopes=sorted(wanted),
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        told = ", ".join(made.scopes)
        record(user, Verb.TOKEN_MADE, workspace=workspace, about=f"{named} ({made.prefix}…)", scopes=told)
    return made, secret


def revoke_token(token: ApiToken, user: User) -> None:
    """From now on it opens nothing. Once revoked it stays so. TokenRefused for one of somebody else."""
    if token.user_id != user.pk and not has(user, "change_workspace", token.workspace):
        raise TokenRefused("This token is somebody else's. An administrator of the workspace can revoke it.")
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            about = f"{token.name} ({token.prefix}…)"
            record(user, Verb.TOKEN_REVOKED, workspace=token.workspace, about=about)
    token.refresh_from_db()


def find_token(secret: str) -> ApiToken | None:
    """The token with this secret, as long as it counts: not revoked or expired, its person active, on the
    staff and still in the workspace."""
    if not secret.startswith(BEGINNING) or len(secret) > 200:
        return None
    tokens = ApiToken.objects.select_related("user", "workspace").filter(revoked_at=None)
    token = tokens.filter(digest=_digest(secret)).first()
    if token is None or (token.expires_at is not None and token.expires_at <= timezone.now()):
        return None
    user = token.user
    if not user.is_active or not user.is_staff:
        return None
    is_member = user.is_superuser or token.workspace.members.filter(pk=user.pk).exists()
    return token if is_member else None


def take_request(token: ApiToken) -> float:
    """Count one request against the token's rate, for all processes together; 0.0, or the seconds to wait.

    The bucket holds a minute's requests. The database's clock counts, so that machines need not agree.
    """
    most = float(settings.API_REQUESTS_PER_MINUTE)
    full, rate = Value(most), Value(most / 60)
    since_s = Greatest(Value(0.0), _SecondsSince("refilled_at"))
    filled = Least(full, F("requests_left") + rate * since_s, output_field=FloatField())
    left = Case(When(refilled_at=None, then=full), default=filled, output_field=FloatField())
    stored = ApiToken.objects.filter(pk=token.pk).alias(left=left)
    now = _Clock()
    if stored.filter(left__gte=1).update(requests_left=left - 1, refilled_at=now, last_used_at=now):
        return 0.0
    known = stored.annotate(known=left).values_list("known", flat=True).first()
    return max(1.0, math.ceil((1 - (known or 0.0)) / (most / 60)))


def list_tokens(workspace: Workspace, user: User) -> list[ApiToken]:
    """The person's own tokens that are not revoked; everybody's for an administrator."""
    tokens = _list_living(workspace).select_related("user")
    return list(tokens if has(user, "change_workspace", workspace) else tokens.filter(user=user))


class _Clock(Func):
    """The database's clock, also within a transaction."""

    function = "clock_timestamp"
    output_field = DateTimeField()


class _SecondsSince(Func):
    template = "extract(epoch FROM clock_timestamp() - %(expressions)s)::float8"
    output_field = FloatField()


def _list_living(workspace: Workspace) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()), workspace=workspace, revoked_at=None
    )


def _digest(secret: str) -> str:
    # The secret has 256 random bits: nobody finds it by trying, so a slow digest would add nothing.
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
