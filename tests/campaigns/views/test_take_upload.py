"""A take that comes in parts becomes a presenter's, and only whoever sent it can take it over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from campaigns.models import Presenter, Upload
from campaigns.storage.uploads import PART_BYTES
from campaigns.views.forms import AGREED_TO_PICTURE, LOST_UPLOAD, NO_TAKE

pytestmark = pytest.mark.django_db
TAKE = Path(__file__).resolve().parents[3] / "campaigns" / "demo" / "presenter-take.mp4"
FIELDS = {"name": "Nora", "agreed": "on", "consent_by": "Nora Novak", "voice": "", "voice_engine": ""}


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def begin(dashboard: Client, name: str, size: int) -> Any:
    asked = json.dumps({"name": name, "size": size, "mark": "1"})
    where = reverse("admin:campaigns_presenter_uploads")
    return dashboard.post(where, asked, content_type="application/json")


def put(dashboard: Client, url: str, offset: int, part: bytes) -> Any:
    return dashboard.put(f"{url}?offset={offset}", part, content_type="application/octet-stream")


def send(dashboard: Client, name: str, data: bytes) -> str:
    begun = begin(dashboard, name, len(data)).json()
    for offset in range(0, len(data), PART_BYTES):
        answer = put(dashboard, begun["url"], offset, data[offset : offset + PART_BYTES])
    assert answer.json()["complete"]
    return str(begun["id"])


def add(dashboard: Client, upload: str) -> str:
    where = reverse("admin:campaigns_presenter_add")
    return dashboard.post(where, FIELDS | {"upload": upload}, follow=True).content.decode()


def test_a_take_in_parts_becomes_the_presenters(dashboard: Client) -> None:
    add(dashboard, send(dashboard, "nora.mp4", TAKE.read_bytes()))
    nora = Presenter.objects.get(name="Nora")
    assert nora.take.read() == TAKE.read_bytes() and str(nora.take.name).endswith(".mp4")
    assert nora.consent_wording == AGREED_TO_PICTURE
    assert not Upload.objects.exists()


def test_the_page_shows_a_take_that_waits_and_the_way_to_film_one(dashboard: Client) -> None:
    upload = send(dashboard, "nora.mp4", b"a take")
    page = dashboard.get(reverse("admin:campaigns_presenter_add") + f"?upload={upload}").content.decode()
    assert "“nora.mp4” is on the server." in page and f'value="{upload}"' in page
    assert reverse("admin:campaigns_presenter_film") in page


def test_without_a_take_or_with_half_of_one_nobody_is_added(dashboard: Client) -> None:
    assert NO_TAKE in add(dashboard, "")
    begun = begin(dashboard, "nora.mp4", 100).json()
    put(dashboard, begun["url"], 0, b"half")
    assert LOST_UPLOAD in add(dashboard, begun["id"])
    assert "is not a video such as MP4 or MOV" in add(dashboard, send(dashboard, "nora.docx", b"letters"))
    assert not Presenter.objects.exists()


def test_a_part_at_a_wrong_place_is_told_the_right_one(dashboard: Client) -> None:
    begun = begin(dashboard, "nora.mp4", 100).json()
    put(dashboard, begun["url"], 0, b"half")
    answer = put(dashboard, begun["url"], 50, b"half")
    assert (answer.status_code, answer.json()) == (409, {"received": 4})
    assert put(dashboard, begun["url"], 4, b"x" * 97).status_code == 422
    assert dashboard.put(begun["url"], b"x").status_code == 400
    assert dashboard.get(begun["url"]).json()["received"] == 4
    assert dashboard.delete(begun["url"]).status_code == 204
    assert dashboard.get(begun["url"]).status_code == 404


def test_what_is_no_upload_is_told_so(dashboard: Client) -> None:
    assert "4 GB" in begin(dashboard, "nora.mp4", 2**40).json()["problem"]
    where = reverse("admin:campaigns_presenter_uploads")
    for nonsense in ("", "[]", '{"name": "a"}', '{"name": "a", "size": "many", "mark": ""}'):
        assert dashboard.post(where, nonsense, content_type="application/json").status_code == 400


def test_nobody_touches_another_persons_upload_or_uploads_without_the_right(
    dashboard: Client, client: Client, bob: User
) -> None:
    begun = begin(dashboard, "nora.mp4", 100).json()
    bob.is_staff = True
    bob.save()
    other = Client()
    other.force_login(bob)
    assert put(other, begun["url"], 0, b"x").status_code == 403
    assert begin(other, "bob.mp4", 10).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="add_presenter"))
    assert put(other, begun["url"], 0, b"x").status_code == 404
    assert LOST_UPLOAD in add(other, send(dashboard, "nora2.mp4", b"a take"))
