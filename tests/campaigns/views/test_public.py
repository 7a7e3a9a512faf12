"""The recipient's page and the way out of further mails."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.delivery.schedule import send_approved
from campaigns.models import Campaign, Delivery, Event, Message, Suppression
from campaigns.views.public import choose_shape, mask_address, read_style
from tests.campaigns.mail import approve_all


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return approve_all(campaign, alice)[0]


def page(client: Client, message: Message) -> Any:
    return client.get(reverse("message-page", args=[message.public_id]))


def page_of(message: Message) -> str:
    return reverse("message-page", args=[message.public_id])


def opt_out(message: Message) -> str:
    return reverse("message-opt-out", args=[message.public_id])


class TestThePage:
    def test_shows_the_video_with_name_captions_and_what_it_is(
        self, client: Client, message: Message
    ) -> None:
        html = page(client, message).content.decode()
        assert "A video for Ada</title>" in html
        assert "<video controls" in html and "<track default" in html
        assert "Synthetic video." in html and "consent of Nora" in html

    def test_asks_for_nothing_from_elsewhere(self, client: Client, message: Message) -> None:
        response = page(client, message)
        assert re.findall(r'(?:src|href|poster)="(?:https?:)?//', response.content.decode()) == []
        assert "default-src 'none'" in response["Content-Security-Policy"]

    def test_shows_all_but_the_pictures_with_its_first_answer(self, client: Client, message: Message) -> None:
        html = page(client, message).content.decode()
        style, digest = read_style()
        assert "stylesheet" not in html and f"<style>{style}</style>" in html
        assert f"style-src '{digest}'" in page(client, message)["Content-Security-Policy"]
        assert re.findall(r"<script[^>]*>", html) == ['<script src="/static/campaigns/public/page.js" defer>']
        assert len(html.encode()) < 10_000  # arrives at once: a first window of TCP is 14 kB

    def test_is_there_for_the_days_that_the_campaign_gives_its_links(
        self, client: Client, message: Message, campaign: Campaign
    ) -> None:
        Campaign.objects.update(link_days=7)
        message.revisions.update(approved_at=timezone.now() - timedelta(days=8))
        video = reverse("message-video", args=[message.public_id])
        assert [page(client, message).status_code, client.get(video).status_code] == [404, 404]
        sent = timezone.now() - timedelta(days=6)
        made = {"campaign": campaign, "address": "a@example.org", "content_hash": message.content_hash}
        Delivery.objects.create(message=message, state="sent", sent_at=sent, **made)
        assert [page(client, message).status_code, client.get(video).status_code] == [200, 200]

    def test_sets_no_cookie_and_is_kept_private(self, client: Client, message: Message) -> None:
        response = page(client, message)
        assert not response.cookies
        assert "private" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "same-origin"

    def test_opening_it_alone_counts_nothing(self, client: Client, message: Message) -> None:
        assert (
            client.get(page_of(message), headers={"User-Agent": "Mozilla/5.0 (X11) Firefox/140"}).status_code
            == 200
        )
        assert not Event.objects.exists()
        page(client, message)  # a program, which says not even its name
        assert Event.objects.get().verdict == "machine"

    def test_says_in_words_that_a_video_is_not_there_any_more(self, client: Client, message: Message) -> None:
        Message.objects.update(review_state="rejected")
        message.revisions.all().delete()
        for address in (page_of(message), reverse("message-page", args=[uuid4()])):
            response = client.get(address)
            assert response.status_code == 404 and "noindex" in response["X-Robots-Tag"]
            assert "not here any more" in response.content.decode() and "Ada" not in response.content.decode()

    def test_offers_an_action_where_the_campaign_has_one(self, client: Client, message: Message) -> None:
        assert 'class="action"' not in page(client, message).content.decode()
        Campaign.objects.update(
            call_to_action_label="Book a visit", call_to_action_url="https://example.org/visit?a=1&b=2"
        )
        html = page(client, message).content.decode()
        assert 'href="https://example.org/visit?a=1&amp;b=2"' in html and "Book a visit" in html

    def test_names_are_text_not_html(self, client: Client, message: Message) -> None:
        message.recipient.name = '<img src=x onerror="alert(1)">'
        message.recipient.save()
        assert "<img" not in page(client, message).content.decode()

    @pytest.mark.parametrize(
        ("facts", "shape"),
        [
            ({"width": 1920, "height": 1080}, "wide"),
            ({"width": 1080, "height": 1920}, "tall"),
            ({"width": 512, "height": 512}, "square"),
            ({}, "wide"),
            ({"width": 5, "height": 0}, "wide"),
        ],
    )
    def test_is_laid_out_for_the_takes_shape(self, facts: dict[str, int], shape: str) -> None:
        assert choose_shape(facts) == shape


class TestOptingOut:
    @pytest.mark.parametrize(
        ("address", "masked"),
        [
            ("ada@example.org", "a…@e….org"),
            ("x@mail.example.co.uk", "x…@m….uk"),
            ("ada@localhost", "a…@l…"),
            ('"a@b"@example.org', '"…@e….org'),
            ("+49 30 123", "+…"),
        ],
    )
    def test_an_address_is_shown_to_its_owner_alone(self, address: str, masked: str) -> None:
        assert mask_address(address) == masked

    def test_opening_the_link_only_asks(self, client: Client, message: Message) -> None:
        response = client.get(opt_out(message))
        assert b"No more mails?" in response.content and "a…@e….org" in response.content.decode()
        assert b"ada@" not in response.content and b"example" not in response.content
        client.head(opt_out(message))
        assert not Suppression.objects.exists()

    def test_pressing_the_button_withdraws_what_is_scheduled(
        self, client: Client, message: Message, campaign: Campaign, alice: User
    ) -> None:
        send_approved(campaign, alice)
        response = client.post(opt_out(message))
        assert b"no further mails" in response.content and b"example.org" not in response.content
        assert Suppression.objects.get().email == "ada@example.org"
        assert Delivery.objects.get(message=message).state == "suppressed"
        assert Delivery.objects.filter(state="scheduled").count() == 2

    def test_a_mail_programs_one_click_works_without_any_cookie(self, message: Message) -> None:
        stranger = Client(enforce_csrf_checks=True)
        response = stranger.post(opt_out(message), {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200 and not response.cookies
        assert Suppression.objects.count() == 1

    def test_twice_is_as_good_as_once(self, client: Client, message: Message) -> None:
        client.post(opt_out(message))
        client.post(opt_out(message))
        assert Suppression.objects.count() == 1
        assert Event.objects.filter(kind="opted_out").count() == 1

    def test_works_after_another_spreadsheet_replaced_the_row(
        self, client: Client, message: Message, campaign: Campaign, alice: User
    ) -> None:
        send_approved(campaign, alice)
        link = opt_out(message)
        message.recipient.delete()
        assert client.post(link).status_code == 200
        assert Suppression.objects.get().email == "ada@example.org"

    def test_of_nothing_is_not_found(self, db: None, client: Client) -> None:
        assert client.post(reverse("message-opt-out", args=[uuid4()])).status_code == 404

    def test_works_after_the_video_was_withdrawn(self, client: Client, message: Message) -> None:
        Message.objects.update(review_state="rejected")
        assert client.post(opt_out(message)).status_code == 200
        assert Suppression.objects.count() == 1
