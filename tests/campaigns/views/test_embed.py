"""A recipient's page inside another site: only where its workspace allows it, by oEmbed or by code."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.models import Campaign, Message, Workspace
from tests.campaigns.mail import approve_all


@pytest.fixture
def message(campaign: Campaign, alice: User, settings: Settings) -> Message:
    settings.PUBLIC_URL = "https://videos.example.org"
    return approve_all(campaign, alice)[0]


@pytest.fixture
def allowed(message: Message) -> Message:
    Workspace.objects.update(embed_hosts=["www.example.org"])
    return message


def link(message: Message) -> str:
    return "https://videos.example.org" + reverse("message-page", args=[message.public_id])


def ask(client: Client, **query: Any) -> Any:
    return client.get(reverse("oembed"), query)


def test_a_site_learns_how_to_show_the_page(client: Client, allowed: Message) -> None:
    answer = ask(client, url=link(allowed)).json()
    assert (answer["version"], answer["type"], answer["title"]) == ("1.0", "video", "A video for Ada")
    assert f'<iframe src="{link(allowed)}?embed" width="640" height="736"' in answer["html"]
    page = client.get(reverse("message-page", args=[allowed.public_id]))
    assert "application/json+oembed" in page.content.decode()
    assert "frame-ancestors 'self' https://www.example.org" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page


@pytest.mark.parametrize(
    ("width", "expected"), [("320", (320, 416)), ("1", (240, 336)), ("9" * 400, (640, 736))]
)
def test_the_frame_has_the_room_that_there_is(
    client: Client, allowed: Message, width: str, expected: tuple[int, int]
) -> None:
    answer = ask(client, url=link(allowed), maxwidth=width).json()
    assert (answer["width"], answer["height"]) == expected
    assert ask(client, url=link(allowed), maxheight="416").json()["width"] == 320


def test_an_embedded_page_offers_nobody_to_opt_out_for_another(client: Client, allowed: Message) -> None:
    html = client.get(reverse("message-page", args=[allowed.public_id]) + "?embed").content.decode()
    assert "opt-out" not in html and "Synthetic video." in html and "<header hidden>" in html


def test_no_other_page_is_shown_anywhere(client: Client, message: Message) -> None:
    assert ask(client, url=link(message)).status_code == 404
    page = client.get(reverse("message-page", args=[message.public_id]))
    assert page["X-Frame-Options"] == "SAMEORIGIN" and "oembed" not in page.content.decode()
    Workspace.objects.update(embed_hosts=["www.example.org"])
    opt_out = client.get(reverse("message-opt-out", args=[message.public_id]))
    assert opt_out["X-Frame-Options"] == "SAMEORIGIN"
    assert "example.org" not in opt_out["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url",
    ["", "x", "https://[", "https://videos.example.org/", "https://elsewhere.example.org/v/{id}/",
     "https://videos.example.org/v/{id}/opt-out", "https://videos.example.org/v/{other}/", "/v/{id}/"],
)  # fmt: skip
def test_what_is_no_page_of_ours_is_not_found(client: Client, allowed: Message, url: str) -> None:
    assert ask(client, url=url.format(id=allowed.public_id, other=uuid4())).status_code == 404


def test_xml_is_not_spoken(client: Client, allowed: Message) -> None:
    assert ask(client, url=link(allowed), format="xml").status_code == 400
