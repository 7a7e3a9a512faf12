"""A recipient's own pages: the video, what they watched, and no more mails. No cookies, no log-in."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.access.colours import choose_colours
from campaigns.delivery.channels.email import TEST_QUERY
from campaigns.delivery.channels.registry import list_channels
from campaigns.delivery.mail_text import fill_button
from campaigns.delivery.suppression import normalize_address, suppress_for_links
from campaigns.models import Delivery, Message, Workspace
from campaigns.states import EventKind, MachineSign
from campaigns.tracking import (
    OpenPage,
    PageEvent,
    describe_page,
    find_open_page,
    get_public_message,
    read_event,
    record,
    record_machine,
    record_opt_out,
)
from campaigns.views.posted_json import read_json
from campaigns.visits.clients import find_key, note_opt_out_page, note_visit
from campaigns.visits.intervals import merge, sum_seconds
from campaigns.visits.page_token import issue_token
from campaigns.visits.verdicts import HUMAN_AFTER_S, find_behaviour, find_sign, is_staff, judge_again

MAX_EVENT_BYTES = 4096
STYLE = "campaigns/public/page.css"  # in the page itself: one answer less to wait for on a slow line
POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src '{style}'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'{hosts}"
)


@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The newest approved video with its player; a page that says so, with 404, where there is none."""
    try:
        shown = get_public_message(public_id)
    except Http404:
        owner = Workspace.objects.filter(campaigns__messages__public_id=public_id).first()
        return _respond(request, "public/gone.html", {}, status=404, owner=owner)
    sign, hosts = find_sign(request), shown.message.campaign.workspace.embed_hosts
    if sign and not is_staff(request):
        record_machine(describe_page(shown.message), EventKind.PAGE_VIEWED, sign)
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
        "token": issue_token(public_id, uuid4()),
        "is_embed": "embed"
        in request.GET,  # inside another site's page: anybody may look, nobody may opt out
        "oembed_url": build_oembed_url(public_id) if hosts else "",
    }
    owner = shown.message.campaign.workspace
    return _respond(request, "public/message.html", context, hosts=hosts, owner=owner)


@csrf_exempt  # a page without cookies has no session to abuse; the page's token is the permission
@require_POST
def events(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One report of the page: 204 whether counted or not, 400 for what is no report of a page of ours."""
    page = find_open_page(public_id)
    if len(request.headers.get("Content-Length", "")) > 6 or _measure(request) > MAX_EVENT_BYTES:
        return HttpResponse("Too long for an event.", status=413, content_type="text/plain")
    try:
        event = read_event(read_json(request), public_id)
    except ValueError as error:
        return HttpResponse(f"Not an event: {error}", status=400, content_type="text/plain")
    if not is_staff(request):
        _count(request, page, event)
    return HttpResponse(status=204)


def _measure(request: HttpRequest) -> int:
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _count(request: HttpRequest, page: OpenPage, event: PageEvent) -> None:
    key, sign = find_key(request), find_sign(request)
    if not sign:
        visit = note_visit(page, event.viewing, key)
        event = replace(event, viewing=visit.viewing)
        if sum_seconds(merge(event.watched, page.video_s)) < HUMAN_AFTER_S:
            sign = find_behaviour(visit, key, sent_just_now=page.sent_just_now)
        if sign:
            judge_again(page, key, sign)
    record(page, event, sign=sign)


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
    elif message is not None and not find_sign(request):
        note_opt_out_page(message, find_key(request))
        judge_again(message, find_key(request), MachineSign.EVERY_LINK)
    context = {"address": ", ".join(sorted({mask_address(one) for one in addresses})), "done": done}
    owner = Workspace.objects.filter(campaigns__messages__public_id=public_id).first()
    return _respond(request, "public/opt_out.html", context, owner=owner)


def _find_addresses(message: Message | None, public_id: UUID) -> list[str]:
    """Where messages with this link went or would go; the deliveries know it when the row is replaced."""
    found = set(Delivery.objects.filter(link_id=public_id).values_list("address", flat=True))
    if message is not None:
        found |= {channel.get_address(message.recipient) for channel in list_channels()}
    return sorted({normalize_address(address) for address in found if address.strip()})


def mask_address(address: str) -> str:
    """Enough for its owner to know it, too little for anybody else: a…@e….org."""
    name, at, host = address.rpartition("@")
    if not at:
        return f"{address[:1]}…"
    domain, _, ending = host.rpartition(".")
    return f"{name[:1]}…@{domain[:1]}….{ending}" if domain else f"{name[:1]}…@{host[:1]}…"


def build_oembed_url(public_id: UUID) -> str:
    """Where a site that was given the page's address asks how to show it."""
    page = settings.PUBLIC_URL + reverse("message-page", args=[public_id])
    return f"{settings.PUBLIC_URL}{reverse('oembed')}?{urlencode({'url': page})}"


def choose_shape(facts: object) -> str:
    """How the player is laid out before the video's own size is known: tall, square or wide."""
    width, height = (facts.get("width"), facts.get("height")) if isinstance(facts, dict) else (None, None)
    if not isinstance(width, int | float) or not isinstance(height, int | float) or height <= 0:
        return "wide"
    return "tall" if width / height < 0.8 else "square" if width / height < 1.25 else "wide"


def _respond(
    request: HttpRequest,
    template: str,
    context: dict[str, object],
    status: int = 200,
    hosts: Iterable[str] = (),
    owner: Workspace | None = None,
) -> HttpResponse:
    style, digest = read_style(owner.accent if owner is not None else "")
    looks = {"style": style, "logo": _find_logo(owner) if owner is not None else ""}
    response = render(request, template, context | looks, status=status)
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "same-origin"  # the address is a secret: no other site learns it
    response["X-Robots-Tag"] = "noindex, nofollow"
    allowed = "".join(f" https://{host}" for host in hosts)
    response["Content-Security-Policy"] = POLICY.format(style=digest, hosts=allowed)
    if allowed:  # the older header knows no list
        response.xframe_options_exempt = True
    return response


def _find_logo(owner: Workspace) -> str:
    """The address of a workspace's logo; empty where it has none."""
    name = owner.logo.name or ""
    return reverse("workspace-logo", args=[owner.pk, Path(name).stem]) if name else ""


@lru_cache(maxsize=256)
def read_style(accent: str = "") -> tuple[str, str]:
    """The style of these pages in a workspace's colour, and the word by which their policy allows it."""
    path = find(STYLE)
    if path is None:
        raise FileNotFoundError(f"{STYLE} is missing. Install Byname again.")
    style = Path(path).read_text(encoding="utf-8").strip()
    if accent:
        look = choose_colours(accent)
        style += f"\n:root {{ --accent: {look.light}; --on-accent: {look.on_light}; --mark: {look.light}; }}"
        dark = f":root {{ --accent: {look.dark}; --on-accent: {look.on_dark}; }}"
        style += f"\n@media (prefers-color-scheme: dark) {{ {dark} }}"
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return style, f"sha256-{digest}"
