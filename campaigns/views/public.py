"""A recipient's own pages: the video, what they watched, and no more mails. No cookies, no log-in."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.models import Message
from campaigns.suppressing import suppress
from campaigns.tracking import is_automatic, public_message, read_event, record, record_opt_out

MAX_EVENT_BYTES = 1024
POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The video with its player; 404 unless exactly this content is approved."""
    message = public_message(public_id)
    presenter = message.campaign.presenter
    context = {
        "message": message,
        "campaign": message.campaign,
        "name": message.recipient.name,
        "consent_by": (presenter.consent_by or presenter.name) if presenter else "",
        "version": message.content_hash[:12],
        "shape": shape_of(presenter.facts if presenter else {}),
    }
    return _private(render(request, "public/message.html", context))


@csrf_exempt  # a page without cookies has no session to abuse; the address itself is the permission
@require_POST
def events(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One report of the page: 204 whether counted or not, 400 for what is no report."""
    message = public_message(public_id)
    if int(request.headers.get("Content-Length") or 0) > MAX_EVENT_BYTES:
        return HttpResponse("Too long for an event.", status=413, content_type="text/plain")
    try:
        event = read_event(json.loads(request.body))
    except (ValueError, RecursionError) as error:
        return HttpResponse(f"Not an event: {error}", status=400, content_type="text/plain")
    if not is_automatic(request):
        record(message, event)
    return HttpResponse(status=204)


@csrf_exempt  # RFC 8058: mail programs post without any cookie
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """GET asks (scanners open every link), POST acts; works for every message that exists, for ever."""
    message = get_object_or_404(Message.objects.select_related("campaign", "recipient"), public_id=public_id)
    done = request.method == "POST"
    if done and message.recipient.email:
        suppress(message.recipient.email, "Asked for no further mails.")
    if done:
        record_opt_out(message)
    context = {"address": message.recipient.email, "campaign": message.campaign, "done": done}
    return _private(render(request, "public/opt_out.html", context))


def shape_of(facts: object) -> str:
    """How the player is laid out before the video's own size is known: tall, square or wide."""
    width, height = (facts.get("width"), facts.get("height")) if isinstance(facts, dict) else (None, None)
    if not isinstance(width, int | float) or not isinstance(height, int | float) or height <= 0:
        return "wide"
    return "tall" if width / height < 0.8 else "square" if width / height < 1.25 else "wide"


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "same-origin"  # the address is a secret: no other site learns it
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Content-Security-Policy"] = POLICY
    return response
