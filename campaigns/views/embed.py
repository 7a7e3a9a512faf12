"""oEmbed: how another site shows a recipient's page inside its own, where the workspace allows that."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from campaigns.tracking import PublicVideo, get_public_message
from campaigns.views.numbers import read_key
from campaigns.views.public import choose_shape

EMBED_QUERY = "embed"
WIDTH, WIDTH_LEAST = 640, 240
ROOM = 96  # below the video, for what it is made of and the button
SHAPES = {"wide": 16 / 9, "square": 1.0, "tall": 9 / 16}


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """JSON by the oEmbed specification; 404 for what is no page or may be shown nowhere, 400 for XML."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only JSON is spoken here.\n", status=400, content_type="text/plain")
    shown = get_public_message(find_link(request.GET.get("url", "")))
    if not shown.message.campaign.workspace.embed_hosts:
        raise Http404("This page may be shown inside no other.")
    width, height = choose_size(
        shown, read_key(request.GET.get("maxwidth")), read_key(request.GET.get("maxheight"))
    )
    title = f"A video for {shown.message.recipient.name or 'you'}"
    page = settings.PUBLIC_URL + reverse("message-page", args=[shown.message.public_id])
    code = format_html(
        '<iframe src="{}?{}" width="{}" height="{}" style="border:0" allow="fullscreen" title="{}"></iframe>',
        page, EMBED_QUERY, width, height, title,
    )  # fmt: skip
    answer = JsonResponse(
        {"version": "1.0", "type": "video", "provider_name": "Byname", "provider_url": settings.PUBLIC_URL,
         "title": title, "author_name": shown.message.campaign.sender_name, "width": width, "height": height,
         "html": code, "cache_age": 300}
    )  # fmt: skip
    answer["Cache-Control"] = "private, no-cache"
    return answer


def find_link(url: str) -> UUID:
    """The id in an address of a page of ours. Http404 where it is none."""
    parts = urlsplit(settings.PUBLIC_URL)
    try:
        asked = urlsplit(url[:2000])
        found = resolve(asked.path)
    except (ValueError, Resolver404) as error:
        raise Http404("That is no address of a page.") from error
    if (asked.scheme, asked.netloc) != (parts.scheme, parts.netloc) or found.url_name != "message-page":
        raise Http404("That is no address of a page.")
    public_id: UUID = found.kwargs["public_id"]
    return public_id


def choose_size(shown: PublicVideo, most_width: int, most_height: int) -> tuple[int, int]:
    """Of the frame, as large as the site has room; 0 where it does not say."""
    ratio = SHAPES[choose_shape(shown.presenter.facts)]
    width = min(WIDTH, most_width or WIDTH)
    if most_height:
        width = min(width, int(max(0, min(most_height, 10_000) - ROOM) * ratio))
    width = max(WIDTH_LEAST, width)
    return width, round(width / ratio) + ROOM
