"""The mail on the send page: what is not saved is not sent, and nobody gets a mail with a gap."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.jobs.kinds import JobKind
from campaigns.models import Campaign, Delivery, Job
from tests.campaigns.mail import approve_all, press_send

SAVED = {
    "sender_name": "",
    "email_subject": "A video for you",
    "email_body": "I recorded a short video for you.",
    "mail_names": "on",
    "picture_text": "",
    "call_to_action_label": "",
    "call_to_action_url": "",
}


@pytest.fixture
def dashboard(client: Client, alice: User, campaign: Campaign) -> Client:
    client.force_login(alice)
    approve_all(campaign, alice)
    return client


def post(dashboard: Client, campaign: Campaign, step: str = "send", **fields: str) -> str:
    address = reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])
    return dashboard.post(address, SAVED | fields, follow=True).content.decode()


def test_words_that_are_not_saved_are_never_sent_past(dashboard: Client, campaign: Campaign) -> None:
    page = post(dashboard, campaign, action="send", email_body="The new words")
    assert "Nothing was sent: the mail was changed and not saved." in page
    assert "The new words" in page
    assert Delivery.objects.count() == 0
    address = reverse("admin:campaigns_campaign_send", args=[campaign.pk])
    assert "3 mails on the way." in press_send(dashboard, address, **SAVED)


def test_a_missing_value_keeps_everything_here_and_names_row_and_column(
    dashboard: Client, campaign: Campaign
) -> None:
    assert "Saved the mail." in post(dashboard, campaign, action="save", email_body="How is {{ city }}?")
    page = post(dashboard, campaign, action="send", email_body="How is {{ city }}?")
    assert "Nothing was sent. Row 3: The mail&#x27;s text: “city” is empty" in page
    assert Delivery.objects.count() == 0


def test_a_mistake_is_told_at_its_field_and_the_text_stays(dashboard: Client, campaign: Campaign) -> None:
    page = post(dashboard, campaign, action="save", email_subject="For *|FNAME|*")
    assert "is a tag of another tool and would arrive as it stands" in page
    assert "For *|FNAME|*" in page
    page = post(dashboard, campaign, action="save", call_to_action_url="javascript:alert(1)")
    assert "is not a web address" in page


def test_a_preview_is_the_mail_of_one_person_as_html_and_text(dashboard: Client, campaign: Campaign) -> None:
    address = reverse("admin:campaigns_campaign_mail", args=[campaign.pk])
    row = campaign.recipients.get(name="O'Neil")
    fields = SAVED | {
        "recipient": str(row.pk),
        "email_subject": "For {{ first_name }}",
        "email_body": "<b>{{ city }}</b>",
        "call_to_action_label": "Book",
        "call_to_action_url": "https://example.org/{{ first_name }}",
    }
    made = dashboard.post(address, fields).json()
    assert made["subject"] == "For O'Neil"
    assert "&lt;b&gt;Cork&lt;/b&gt;" in made["html"] and "<b>Cork</b>" in made["text"]
    assert made["button"] == ["Book", "https://example.org/O%27Neil"]
    assert made["faults"] == {}
    assert made["gaps"][0].startswith("Row 3: The mail's text: “city” is empty")
    assert Campaign.objects.get(pk=campaign.pk).email_subject == "A video for you"


def test_the_button_of_the_video_page_speaks_of_the_row(dashboard: Client, campaign: Campaign) -> None:
    Campaign.objects.update(
        call_to_action_label="Book, {{ first_name }}", call_to_action_url="https://example.org/{{ city }}"
    )
    pages = {
        message.recipient.name: dashboard.get(
            reverse("message-page", args=[message.public_id])
        ).content.decode()
        for message in campaign.messages.all()
    }
    assert 'href="https://example.org/London"' in pages["Ada"] and "Book, Ada" in pages["Ada"]
    assert "example.org/" not in pages["José"]  # no value: no button


def test_the_picture_follows_the_words_that_are_typed(dashboard: Client, campaign: Campaign) -> None:
    pictures = [
        json.loads(post(dashboard, campaign, "mail", picture_text=words))["html"].split("base64,")[1][:3000]
        for words in ("", "Hallo {{ first_name }}", "Hi {{ first_name }}")
    ]
    assert pictures[0] == pictures[2] != pictures[1]
    faults = json.loads(post(dashboard, campaign, "mail", picture_text="Hi {{ frist_name }}"))["faults"]
    assert "frist_name" in faults["picture_text"]["message"]


def test_a_test_goes_to_the_person_who_asks_and_its_words_are_saved_ones(
    dashboard: Client, campaign: Campaign, alice: User
) -> None:
    ada, nobody = campaign.recipients.get(name="Ada"), campaign.recipients.get(name="Nobody")
    page = post(dashboard, campaign, action="test", recipient=str(ada.pk))
    assert "A test, as Ada would get it, is on its way to alice@example.org." in page
    job = Job.objects.get(kind=JobKind.SEND_TEST)
    assert job.options == {"recipient": ada.pk, "address": "alice@example.org"}
    assert "no finished video" in post(dashboard, campaign, action="test", recipient=str(nobody.pk))


def test_the_switch_of_the_moving_picture_makes_what_is_missing(
    dashboard: Client, campaign: Campaign
) -> None:
    assert "made behind this page" in post(dashboard, campaign, action="save", mail_preview="on")
    assert Job.objects.filter(kind=JobKind.MAKE_PREVIEWS, campaign=campaign).count() == 1
