"""Videos, pictures and captions out of Django's storage: to recipients once approved, to staff before."""

from __future__ import annotations

import hashlib
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from campaigns.access.rights import has
from campaigns.access.workspaces import scope
from campaigns.models import Message, Presenter, Workspace
from campaigns.pictures.mail_picture import draw_mail_picture
from campaigns.pictures.words import find_locale, write_words
from campaigns.revisions import may_be_seen
from campaigns.states import RenderState
from campaigns.storage.byte_ranges import ByteRange, Unsatisfiable, parse_range
from campaigns.storage.file_parts import PartialFileResponse, hand_to_proxy
from campaigns.tracking import get_public_message

CONTENT_TYPES = {
    "video": "video/mp4",
    "poster": "image/jpeg",
    "preview": "image/gif",
    "captions": "text/vtt; charset=utf-8",
}
PICTURE = "picture"  # the mail's: drawn when it is asked for


@require_safe
def public_video(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    return _serve_public(request, public_id, "video")


@require_safe
def public_poster(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    return _serve_public(request, public_id, "poster")


@require_safe
def public_preview(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    return _serve_public(request, public_id, "preview")


@require_safe
def public_picture(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The poster with a play sign and the recipient's name, as the mail has it."""
    shown = get_public_message(public_id)
    return _serve_picture(request, shown.message, shown.get_file("poster"))


@require_safe
def public_captions(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    return _serve_public(request, public_id, "captions")


@require_safe
def workspace_logo(request: HttpRequest, pk: int, digest: str) -> HttpResponseBase:
    """A workspace's logo, which everybody sees who gets its mails; another logo has another address."""
    workspace = get_object_or_404(Workspace.objects.exclude(logo=""), pk=pk)
    if Path(workspace.logo.name or "").stem != digest:
        raise Http404("There is no such file.")
    response = serve(request, workspace.logo, "image/png", digest)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
@staff_member_required
@permission_required("campaigns.view_message", raise_exception=True)
def staff_media(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Any finished message, for review: approved or not."""
    seen = scope(Message.objects.select_related("campaign", "recipient"), request.user)
    message = get_object_or_404(seen, pk=pk, render_state=RenderState.READY)
    if not has(request.user, "view_message", message):
        raise Http404("There is no such message.")
    if not may_be_seen(message):
        raise Http404("The presenter's consent was revoked.")
    if kind == PICTURE:
        response = _serve_picture(request, message, message.poster)
    elif kind in CONTENT_TYPES:
        response = _serve_kind(request, getattr(message, kind), kind, message.content_hash)
    else:
        raise Http404("A message has a video, a poster, a preview and captions.")
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
@staff_member_required
@permission_required("campaigns.view_presenter", raise_exception=True)
def staff_take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A presenter's take, to play lines of it."""
    presenter = get_object_or_404(scope(Presenter.objects.all(), request.user), pk=pk)
    if not has(request.user, "view_presenter", presenter):
        raise PermissionDenied
    if presenter.consent_revoked_at is not None:
        raise Http404("The presenter's consent was revoked.")
    content_type = guess_type(presenter.take.name or "")[0] or "application/octet-stream"
    response = serve(request, presenter.take, content_type, f"{presenter.take_sha256[:32]}-take")
    patch_vary_headers(response, ["Cookie"])
    return response


def serve(request: HttpRequest, stored: FieldFile, content_type: str, etag: str) -> HttpResponseBase:
    """A stored file with range, conditional and HEAD requests; ``etag`` names its exact content, unquoted."""
    if not stored:
        raise Http404("There is no such file.")
    try:
        size = stored.size
    except OSError as error:
        raise Http404("The file is gone from the storage.") from error
    quoted = f'"{etag}"'
    response = _respond(request, stored, content_type, quoted, size)
    response["ETag"] = quoted
    response["Accept-Ranges"] = "bytes"
    return _keep_private(response)


def _serve_public(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponseBase:
    shown = get_public_message(public_id)
    return _serve_kind(request, shown.get_file(kind), kind, shown.content_hash)


def _serve_kind(request: HttpRequest, stored: FieldFile, kind: str, content_hash: str) -> HttpResponseBase:
    # Of one content there may be another poster than before; its file has another name.
    chosen = Path(stored.name or "").stem
    return serve(request, stored, CONTENT_TYPES[kind], f"{content_hash[:32]}-{kind}-{quote(chosen)}")


def _serve_picture(request: HttpRequest, message: Message, poster: FieldFile) -> HttpResponseBase:
    words, locale = (
        write_words(message.campaign, message.recipient),
        find_locale(message.campaign, message.recipient),
    )
    drawn = draw_mail_picture(poster, words, locale)
    if drawn is None:
        raise Http404("There is no such file.")
    etag = f'"{hashlib.sha256(drawn).hexdigest()[:32]}"'
    same = _matches(request.headers.get("If-None-Match", ""), etag)
    response = HttpResponseNotModified() if same else HttpResponse(drawn, content_type="image/jpeg")
    response["ETag"] = etag
    return _keep_private(response)


def _keep_private(response: HttpResponseBase) -> HttpResponseBase:
    # The address is one person's secret: their browser may keep the file, no shared cache may.
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    return response


def _respond(
    request: HttpRequest, stored: FieldFile, content_type: str, etag: str, size: int
) -> HttpResponseBase:
    if _matches(request.headers.get("If-None-Match", ""), etag):
        return HttpResponseNotModified()
    handed = hand_to_proxy(stored, content_type)
    if handed is not None:
        return handed
    try:
        part = parse_range(_get_range_header(request, etag), size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    whole = part or ByteRange(0, size - 1)
    if request.method == "HEAD":
        return HttpResponse(headers={"Content-Type": content_type, "Content-Length": str(size)})
    response = PartialFileResponse(stored, whole, content_type)
    response["Content-Length"] = str(whole.length)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return response


def _get_range_header(request: HttpRequest, etag: str) -> str | None:
    """The Range header where it counts: on GET, and not where If-Range names other content."""
    if request.method != "GET":
        return None
    if request.headers.get("If-Range", etag).strip() != etag:
        return None
    return request.headers.get("Range")


def _matches(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags
