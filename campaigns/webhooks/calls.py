"""Calls: claimed, signed, sent, tried again with growing waits; a silent endpoint is left alone.

The database's clock says what is due, so that machines need not agree.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from campaigns.claims import create_token
from campaigns.models import Message, WebhookCall, WebhookEndpoint
from campaigns.states import CallState, move
from campaigns.webhooks.signing import sign
from campaigns.webhooks.targets import NoAnswer, TargetRefused, post

# Seconds before each further attempt; after the last one the call failed and waits for a person.
WAITS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
STALL_S = 120
CALLED_AT_ONCE = 100  # by one task; then others have their turn
CALLED_FOR_S = 120.0  # the same in time
DISABLED_AFTER_DAYS = 5
GONE = 410  # the receiver says that it wants no calls any more


def call_due() -> int:
    """Call what is due, one after the other; how many. Safe to run anywhere, at once.

    An endpoint that does not answer has its turn once, so that the others do not wait for it.
    """
    done, silent, end = 0, set[int](), time.monotonic() + CALLED_FOR_S
    while done < CALLED_AT_ONCE and time.monotonic() < end:
        call = _claim_next(silent)
        if call is None:
            break
        if not _send(call):
            silent.add(call.endpoint_id)
        done += 1
    return done


def sweep_stalled_calls() -> int:
    """Calls of workers that died wait again: the receiver knows by the id whether it had one already."""
    before = Now() - timedelta(seconds=STALL_S)
    dead = WebhookCall.objects.filter(state=CallState.CALLING, heartbeat_at__lt=before)
    return move(dead, CallState.WAITING, claimed_by="")


def has_due() -> bool:
    """Whether anything is to be called now."""
    return _find_due().exists()


def _find_due() -> QuerySet[WebhookCall]:
    # The endpoint is looked up apart: states.move wants no join.
    enabled = WebhookEndpoint.objects.filter(enabled=True).values("pk")
    return WebhookCall.objects.filter(state=CallState.WAITING, due_at__lte=Now(), endpoint__in=enabled)


def _claim_next(silent: set[int]) -> WebhookCall | None:
    token = create_token()
    for pk in _find_due().exclude(endpoint__in=silent).order_by("due_at").values_list("pk", flat=True)[:10]:
        claimed = WebhookCall.objects.filter(pk=pk, state=CallState.WAITING)
        values = {"claimed_by": token, "heartbeat_at": Now(), "attempts": F("attempts") + 1}
        if move(claimed, CallState.CALLING, **values):
            return WebhookCall.objects.select_related("endpoint").get(pk=pk)
    return None


def _send(call: WebhookCall) -> bool:
    """Whether it was answered as it should."""
    body, at_s = build_body(call), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Byname",
        "webhook-id": str(call.event_id),
        "webhook-timestamp": str(at_s),
        "webhook-signature": sign(call.endpoint.secrets, str(call.event_id), at_s, body),
    }
    try:
        status = post(call.endpoint.url, body, headers)
    except (NoAnswer, TargetRefused) as problem:
        _settle_failure(call, None, str(problem))
        return False
    if 200 <= status < 300:
        _settle_success(call, status)
        return True
    moved = " Redirects are not followed." if 300 <= status < 400 else ""
    _settle_failure(call, status, f"The answer was {status}.{moved}")
    return False


def build_body(call: WebhookCall) -> bytes:
    """The event as the receiver reads it: keys of rows, and names only where the endpoint asks for them."""
    data = dict(call.data)
    if call.endpoint.personal_data and "message" in data:
        data["person"] = _describe_person(data["message"])
    told = {"type": call.kind, "timestamp": call.at.isoformat(), "data": data}
    return json.dumps(told, separators=(",", ":")).encode()


def _describe_person(message_id: int) -> dict[str, Any] | None:
    message = Message.objects.select_related("recipient").filter(pk=message_id).first()
    if message is None:
        return None
    person = message.recipient
    return {"row": person.row_number, "name": person.name, "email": person.email, "values": person.values}


def _settle_success(call: WebhookCall, status: int) -> None:
    move(_claimed(call), CallState.ANSWERED, status=status, failure="", answered_at=Now(), claimed_by="")
    WebhookEndpoint.objects.filter(pk=call.endpoint_id, failing_since__isnull=False).update(
        failing_since=None
    )


def _settle_failure(call: WebhookCall, status: int | None, failure: str) -> None:
    endpoint = WebhookEndpoint.objects.filter(pk=call.endpoint_id)
    told = {"status": status, "failure": failure, "claimed_by": ""}
    if call.attempts > len(WAITS_S) or status == GONE:
        move(_claimed(call), CallState.FAILED, **told)
    else:
        due_at = Now() + timedelta(seconds=WAITS_S[call.attempts - 1])
        move(_claimed(call), CallState.WAITING, due_at=due_at, **told)
    endpoint.filter(failing_since=None).update(failing_since=Now())
    if status == GONE:
        _disable(endpoint, "The receiver answered 410: it wants no calls any more.")
        return
    since = Now() - timedelta(days=DISABLED_AFTER_DAYS)
    days = f"Nothing was answered for {DISABLED_AFTER_DAYS} days. The last reason: {failure}"
    _disable(endpoint.filter(failing_since__lte=since), days)


def _disable(endpoints: QuerySet[WebhookEndpoint], reason: str) -> None:
    mend = " Mend it, then save the webhook again; the calls that waited go on then."
    endpoints.filter(enabled=True).update(enabled=False, disabled_reason=reason + mend)


def _claimed(call: WebhookCall) -> QuerySet[WebhookCall]:
    return WebhookCall.objects.filter(pk=call.pk, state=CallState.CALLING, claimed_by=call.claimed_by)
