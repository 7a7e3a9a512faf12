"""A take on its way to the server, in parts that survive a broken line."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import View

from campaigns.models import Upload
from campaigns.storage.uploads import (
    PART_BYTES,
    UploadRefused,
    WrongPlace,
    append_part,
    begin_upload,
    end_upload,
)
from campaigns.views.numbers import KEY_MAX
from campaigns.views.posted_json import read_json

NO_UPLOAD = "That is no upload. Reload the page and choose the file again."


class _UploadView(View):
    """Who may add presenters or change campaigns may upload."""

    person: User

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not isinstance(request.user, User) or not _may_upload(request.user):
            raise PermissionDenied
        self.person = request.user


class BeginUploadView(_UploadView):
    """Begins an upload, or finds the one of the same file that is not whole."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            asked = read_json(request)
            size = read_size(asked["size"])
            upload = begin_upload(self.person, str(asked["name"]), size, str(asked["mark"]))
        except (ValueError, KeyError, TypeError):
            return JsonResponse({"problem": NO_UPLOAD}, status=400)
        except UploadRefused as refused:
            return JsonResponse({"problem": str(refused)}, status=422)
        return JsonResponse(describe_upload(upload))


class UploadView(_UploadView):
    """One upload: how far it is (GET), a further part of it (PUT), thrown away (DELETE)."""

    upload: Upload

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.upload = get_object_or_404(Upload, public_id=kwargs["upload_id"], created_by=self.person)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(describe_upload(self.upload))

    def put(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        offset = request.GET.get("offset", "")
        if not (offset.isdecimal() and len(offset) < 16):
            return JsonResponse({"problem": NO_UPLOAD}, status=400)
        try:
            append_part(self.upload, int(offset), request.read)
        except WrongPlace as wrong:
            return JsonResponse({"received": wrong.received}, status=409)
        except UploadRefused as refused:
            return JsonResponse({"problem": str(refused)}, status=422)
        return JsonResponse(describe_upload(self.upload))

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        end_upload(self.upload)
        return HttpResponse(status=204)


def read_size(asked: object) -> int:
    """The bytes of a file; ValueError where it is no such number."""
    if isinstance(asked, bool) or not isinstance(asked, int) or not 0 <= asked <= KEY_MAX:
        raise ValueError(NO_UPLOAD)
    return asked


def _may_upload(person: User) -> bool:
    return person.has_perm("campaigns.add_presenter") or person.has_perm("campaigns.change_campaign")


def describe_upload(upload: Upload) -> dict[str, Any]:
    """What the page needs to go on."""
    return {
        "id": str(upload.public_id),
        "url": reverse("admin:campaigns_presenter_upload", args=[upload.public_id]),
        "received": upload.received,
        "size": upload.size,
        "part_bytes": PART_BYTES,
        "complete": upload.is_complete,
    }
