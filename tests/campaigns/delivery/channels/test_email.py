"""The mail itself, as a real mail server hands it on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.contrib.auth.models import User
from PIL import Image

from campaigns.delivery.channels import email
from campaigns.delivery.channels.channel import SendError
from campaigns.delivery.links import opt_out_url, page_url
from campaigns.models import Campaign, Delivery, Message
from tests.campaigns.mail import Postbox, approve_all, mail_server, spoken_message


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    settings.PUBLIC_URL = "https://videos.example.org"
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return approve_all(campaign, alice)[0]


def send(message: Message, postbox: Postbox, address: str = "ada@example.org") -> EmailMessage:
    delivery = Delivery(message=message, channel="email", address=address, content_hash=message.content_hash)
    email.transmit(email.prepare(delivery))
    return postbox.mails[-1]


def part(mail: EmailMessage, kind: str) -> Any:
    return next(found for found in mail.walk() if found.get_content_type() == kind)


def test_a_text_version_an_html_version_and_the_poster_arrive(message: Message, postbox: Postbox) -> None:
    mail = send(message, postbox)
    assert [found.get_content_type() for found in mail.walk()] == [
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/jpeg",
    ]


def test_both_versions_greet_by_name_link_the_personal_page_and_say_it_is_synthetic(
    message: Message, postbox: Postbox
) -> None:
    mail = send(message, postbox)
    for kind in ("text/plain", "text/html"):
        text = part(mail, kind).get_content()
        assert "Hello Ada," in text
        assert page_url(message) in text and opt_out_url(message) in text
        assert "synthetic" in text and "consent of Nora" in text


def test_the_picture_is_inside_the_mail_and_links_to_the_page(message: Message, postbox: Postbox) -> None:
    mail = send(message, postbox)
    assert 'src="cid:poster"' in part(mail, "text/html").get_content()
    assert part(mail, "image/jpeg")["Content-ID"] == "<poster>"
    assert "http" not in str(part(mail, "text/html").get_content()).split("<img", 1)[1].split(">", 1)[0]


def test_one_click_ends_it(message: Message, postbox: Postbox) -> None:
    mail = send(message, postbox)
    assert mail["List-Unsubscribe"].strip() == f"<{opt_out_url(message)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_https_there_is_a_link_but_no_one_click(
    message: Message, postbox: Postbox, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    mail = send(message, postbox)
    assert mail["List-Unsubscribe"] and mail["List-Unsubscribe-Post"] is None


def test_a_mail_servers_id_is_the_mails_own(message: Message, postbox: Postbox) -> None:
    delivery = Delivery(message=message, channel="email", address="ada@example.org")
    assert email.transmit(email.prepare(delivery)) == postbox.mails[-1]["Message-ID"]


def test_every_attempt_carries_the_same_id(message: Message, postbox: Postbox) -> None:
    assert send(message, postbox)["Message-ID"] == send(message, postbox)["Message-ID"]


@pytest.mark.parametrize("evil", ["Hi\r\nBcc: all@example.org", "Hi\nX-Evil: 1", "Hi\r\n\r\n<b>body</b>"])
def test_line_breaks_in_subject_and_sender_add_no_header(
    message: Message, postbox: Postbox, evil: str
) -> None:
    message.campaign.email_subject = message.campaign.sender_name = evil
    mail = send(message, postbox)
    assert mail["Bcc"] is None and mail["X-Evil"] is None
    assert str(mail["Subject"]).startswith("Hi ")


def test_names_cannot_add_html(message: Message, postbox: Postbox) -> None:
    message.recipient.name = "<script>alert(1)</script>"
    mail = send(message, postbox)
    assert "<script>" not in part(mail, "text/html").get_content()


def test_words_of_any_language_arrive_whole(message: Message, postbox: Postbox) -> None:
    message.recipient.name = "Zoë 李雷"
    message.campaign.email_subject = "Für dich — ein Video ✨"
    message.campaign.sender_name = "Łukasz"
    mail = send(message, postbox)
    assert mail["Subject"] == "Für dich — ein Video ✨"
    assert "Łukasz" in mail["From"]
    assert "Hello Zoë 李雷," in part(mail, "text/plain").get_content()


@pytest.mark.parametrize("address", ["nobody", "a@b@c", "a@example.org\nBcc: b@example.org", ""])
def test_what_is_no_address_is_refused_for_good(message: Message, address: str) -> None:
    with pytest.raises(SendError, match="is not an e-mail address") as caught:
        email.prepare(Delivery(message=message, channel="email", address=address))
    assert caught.value.permanent


def test_a_missing_poster_leaves_a_mail_with_a_button(message: Message, postbox: Postbox) -> None:
    message.poster.storage.delete(message.poster.name)
    mail = send(message, postbox)
    assert "cid:" not in part(mail, "text/html").get_content()
    assert "Watch your video" in part(mail, "text/html").get_content()


def test_the_moving_picture_travels_in_the_mail_where_the_campaign_wants_it(
    campaign: Campaign, alice: User, postbox: Postbox
) -> None:
    message = spoken_message(campaign, alice)
    assert [found.get_content_type() for found in send(message, postbox).walk()][-1] == "image/jpeg"
    message.campaign.mail_preview = True
    mail = send(message, postbox)
    assert 'src="cid:preview"' in part(mail, "text/html").get_content()
    picture = Image.open(io.BytesIO(part(mail, "image/gif").get_content()))
    assert picture.n_frames > 5 and picture.info["loop"] == 0


def test_a_video_that_cannot_move_leaves_the_still_picture(message: Message, postbox: Postbox) -> None:
    message.campaign.mail_preview = True
    assert 'src="cid:poster"' in part(send(message, postbox), "text/html").get_content()
