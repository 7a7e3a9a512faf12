"""A recipient's own pages: the video, what they watched, and no more mails. No cookies, no log-in."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.delivery.channels.email import TEST_QUERY
from campaigns.delivery.channels.registry import list_channels
from campaigns.delivery.mail_text import fill_button
from campaigns.delivery.suppression import normalize_address, suppress_for_links
from campaigns.models import Delivery, Message
from campaigns.tracking import get_public_message, is_automatic, read_event, record, record_opt_out

MAX_EVENT_BYTES = 1024
POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The newest approved video with its player; 404 where there is none."""
    shown = get_public_message(public_id)
    context = {
        "message": shown.message,
        "campaign": shown.message.campaign,
        "name": shown.message.recipient.name,
        "button": fill_button(shown.message.campaign, shown.message.recipient.values),
        "video_seconds": shown.video_seconds,
        "has_poster": bool(shown.get_file("poster")),
        "has_captions": bool(shown.get_file("captions")),
        "consent_by": shown.presenter.consent_by or shown.presenter.name,
        "version": shown.content_hash[:12],
        "shape": choose_shape(shown.presenter.facts),
        "is_test": TEST_QUERY in request.GET,  # somebody looks through a test mail: nothing is counted
    }
    return _make_private(render(request, "public/message.html", context))


@csrf_exempt  # a page without cookies has no session to abuse; the address itself is the permission
@require_POST
def events(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One report of the page: 204 whether counted or not, 400 for what is no report."""
    shown = get_public_message(public_id)
    if int(request.headers.get("Content-Length") or 0) > MAX_EVENT_BYTES:
        return HttpResponse("Too long for an event.", status=413, content_type="text/plain")
    try:
        event = read_event(json.loads(request.body))
    except (ValueError, RecursionError) as error:
        return HttpResponse(f"Not an event: {error}", status=400, content_type="text/plain")
    if not is_automatic(request):
        record(shown.message, event, shown.video_seconds)
    return HttpResponse(status=204)


@csrf_exempt  # RFC 8058: mail programs post without any cookie
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """GET asks (scanners open every link), POST acts; works for every mail that was sent, for ever."""
    message = Message.objects.select_related("recipient").filter(public_id=public_id).first()
    addresses = _find_addresses(message, public_id)
    if message is None and not addresses:
        raise Http404("There is no such link.")
    done = request.method == "POST"
    if done:
        owners = [message.campaign_id] if message is not None else []
        owners += Delivery.objects.filter(link_id=public_id).values_list("campaign_id", flat=True)
        for address in addresses:
            suppress_for_links(address, "Asked for no further mails.", owners)
        if message is not None:
            record_opt_out(message)
    context = {"address": ", ".join(addresses), "done": done}
    return _make_private(render(request, "public/opt_out.html", context))


def _find_addresses(message: Message | None, public_id: UUID) -> list[str]:
    """Where messages with this link went or would go; the deliveries know it when the row is replaced."""
    found = set(Delivery.objects.filter(link_id=public_id).values_list("address", flat=True))
    if message is not None:
        found |= {channel.get_address(message.recipient) for channel in list_channels()}
    return sorted({normalize_address(address) for address in found if address.strip()})


def choose_shape(facts: object) -> str:
    """How the player is laid out before the video's own size is known: tall, square or wide."""
    width, height = (facts.get("width"), facts.get("height")) if isinstance(facts, dict) else (None, None)
    if not isinstance(width, int | float) or not isinstance(height, int | float) or height <= 0:
        return "wide"
    return "tall" if width / height < 0.8 else "square" if width / height < 1.25 else "wide"


def _make_private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "same-origin"  # the address is a secret: no other site learns it
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Content-Security-Policy"] = POLICY
    return response
