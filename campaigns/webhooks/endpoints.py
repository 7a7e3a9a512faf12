"""Which addresses a workspace has other systems told at: made, changed, given another secret, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.history import Verb, record
from campaigns.models import WebhookCall, WebhookEndpoint, Workspace
from campaigns.states import CallState, MoveRefused, move
from campaigns.webhooks.kinds import EventKind
from campaigns.webhooks.signing import make_secret
from campaigns.webhooks.targets import TargetRefused, check_url

ENDPOINTS_MAX = 20  # of a workspace: each gets every event once
SECRETS_MAX = 2  # the new one and the one that it replaces
KEPT_DAYS = 30  # calls, for looking at them and calling again


class EndpointRefused(Exception):
    """A webhook that cannot be saved; the sentence says why."""


def save_endpoint(
    workspace: Workspace,
    user: User,
    url: str,
    kinds: Iterable[str],
    *,
    personal_data: bool = False,
    endpoint: WebhookEndpoint | None = None,
) -> WebhookEndpoint:
    """Make an endpoint, or change this one; saving it lets calls begin again. Raises EndpointRefused."""
    chosen = [str(kind) for kind in EventKind if str(kind) in set(kinds)]
    if not chosen:
        raise EndpointRefused("Choose at least one thing that the other system is told.")
    try:
        check_url(url)
    except TargetRefused as refused:
        raise EndpointRefused(str(refused)) from refused
    if endpoint is None and workspace.webhooks.count() >= ENDPOINTS_MAX:
        raise EndpointRefused(f"There are {ENDPOINTS_MAX} webhooks already. Delete one that nobody uses.")
    with transaction.atomic():
        made = endpoint or WebhookEndpoint(workspace=workspace, created_by=user, secrets=[make_secret()])
        made.url, made.kinds, made.personal_data = url, chosen, personal_data
        made.enabled, made.disabled_reason, made.failing_since = True, "", None
        made.save()
        record(user, Verb.WEBHOOK_SAVED, workspace=workspace, about=_name(made), kinds=", ".join(chosen))
    return made


def renew_secret(endpoint: WebhookEndpoint, user: User) -> str:
    """A new secret in front of the old one: both sign until the next renewal, so nothing is missed."""
    with transaction.atomic():
        held = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        held.secrets = [make_secret(), *held.secrets][:SECRETS_MAX]
        held.save(update_fields=["secrets"])
        about = f"{_name(held)} with a new secret"
        record(user, Verb.WEBHOOK_SAVED, workspace=held.workspace, about=about)
    endpoint.secrets = held.secrets
    return str(held.secrets[0])


def delete_endpoint(endpoint: WebhookEndpoint, user: User) -> None:
    """With its calls."""
    with transaction.atomic():
        record(user, Verb.WEBHOOK_DELETED, workspace=endpoint.workspace, about=_name(endpoint))
        endpoint.delete()


def call_again(call: WebhookCall) -> None:
    """Send one event once more, with the same id. MoveRefused while it waits or is being sent."""
    if call.state in (CallState.WAITING, CallState.CALLING):
        raise MoveRefused("This call is on its way already.")
    stored = WebhookCall.objects.filter(pk=call.pk)
    move(stored, CallState.WAITING, attempts=0, due_at=Now(), failure="", claimed_by="")


def call_failed_again(endpoint: WebhookEndpoint) -> int:
    """Send everything once more that was never answered; how many."""
    failed = endpoint.calls.filter(state=CallState.FAILED)
    for call in failed:
        call_again(call)
    return len(failed)


def sweep_calls() -> int:
    """Forget old calls; how many."""
    old = WebhookCall.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS))
    return old.exclude(state=CallState.CALLING).delete()[0]


def _name(endpoint: WebhookEndpoint) -> str:
    return endpoint.url.partition("?")[0]  # what follows may be somebody's secret
