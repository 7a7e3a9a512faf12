"""A workspace's logo and colour, on the pages that its recipients see."""

from __future__ import annotations

import io
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from campaigns.access import brand
from campaigns.access.brand import NO_PICTURE, draw_logo, set_brand
from campaigns.access.members import MemberRefused
from campaigns.models import Campaign, HistoryEntry, Workspace
from tests.campaigns.mail import approve_all

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 200)) -> bytes:
    out, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Author", "somebody")
    extra = {"pnginfo": told} if kind == "PNG" else {}
    Image.new("RGB", size, (10, 120, 200)).save(out, kind, **extra)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_nothing_but_its_points_stays(kind: str) -> None:
    drawn = draw_logo(io.BytesIO(picture(kind)))
    with Image.open(io.BytesIO(drawn)) as seen:
        assert (seen.format, seen.size, seen.info) == ("PNG", (480, 107), {})


@pytest.mark.parametrize(
    "data",
    [SVG, b"", b"GIF89a" + bytes(99), picture()[:90], b"%PDF-1.4", bytes(100)],
    ids=lambda data: data[:4],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(MemberRefused) as refused:
        draw_logo(io.BytesIO(data))
    assert str(refused.value) == NO_PICTURE


def test_a_picture_with_too_many_points_or_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brand, "LOGO_PIXELS_MAX", 100)
    with pytest.raises(MemberRefused, match="million points"):
        draw_logo(io.BytesIO(picture()))
    with pytest.raises(MemberRefused, match="more than 2 MB"):
        draw_logo(io.BytesIO(bytes(2**21 + 1)))


def test_another_logo_replaces_the_file_and_a_refused_one_changes_nothing(
    campaign: Campaign, alice: User, django_capture_on_commit_callbacks: object
) -> None:
    workspace = campaign.workspace
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        set_brand(workspace, "#0a7", io.BytesIO(picture()), alice)
    first = workspace.logo.name
    with pytest.raises(MemberRefused):
        set_brand(Workspace.objects.get(pk=workspace.pk), "#0a7", io.BytesIO(SVG), alice)
    assert Workspace.objects.get(pk=workspace.pk).logo.name == first and default_storage.exists(first)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        set_brand(workspace, "", None, alice, without_logo=True)
    stored = Workspace.objects.get(pk=workspace.pk)
    assert (stored.logo.name, stored.accent) == ("", "") and not default_storage.exists(first)
    assert [entry.about for entry in HistoryEntry.objects.order_by("pk")] == ["#00aa77", "the usual colour"]


def test_recipients_pages_and_mails_show_it(campaign: Campaign, alice: User, client: Client) -> None:
    message = approve_all(campaign, alice)[0]
    client.force_login(alice)
    page = reverse("admin:campaigns_workspace_members", args=[campaign.workspace_id])
    logo = SimpleUploadedFile("logo.png", picture(), "image/png")
    answer = client.post(page, {"action": "brand", "accent": "#0a7b5c", "logo": logo}, follow=True)
    assert "look like this" in answer.content.decode()
    stored = Workspace.objects.get(pk=campaign.workspace_id)
    address = reverse("workspace-logo", args=[stored.pk, Path(stored.logo.name or "").stem])
    client.logout()
    for name in ("message-page", "message-opt-out"):
        shown = client.get(reverse(name, args=[message.public_id]))
        html = shown.content.decode()
        assert address in html and "--accent: #0a7b5c" in html
        style = html.split("<style>")[1].split("</style>")[0]
        digest = b64encode(sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in shown["Content-Security-Policy"]
    file = client.get(address)
    assert file.status_code == 200 and file["Content-Type"] == "image/png"
    assert client.get(address.replace(".png", "0.png")).status_code == 404


def test_only_administrators_change_it(campaign: Campaign, bob: User, client: Client) -> None:
    campaign.workspace.members.add(bob)
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    page = reverse("admin:campaigns_workspace_members", args=[campaign.workspace_id])
    assert client.post(page, {"action": "brand", "accent": "#000"}).status_code == 403
    assert Workspace.objects.get(pk=campaign.workspace_id).accent == ""
