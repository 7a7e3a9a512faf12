"""Messages in step with their people: outdated by another presenter, voice, setting or script, and back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.delivery.schedule import send_approved
from campaigns.models import Campaign, Message
from campaigns.recipients.content import ContentFiller
from campaigns.recipients.revalidation import Revalidation, revalidate_rows
from campaigns.recipients.upkeep import count_outdated, mark_outdated
from campaigns.review import approve
from campaigns.runs import lifecycle
from campaigns.states import DeliveryState, RenderState, ReviewState
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(campaign: Campaign, alice: User) -> Campaign:
    """Three approved videos, each made as the campaign is now."""
    filler = ContentFiller(campaign)
    for at, row in enumerate(campaign.recipients.filter(verdict="valid")):
        message = people.ready_message(row, content_hash=str(at) * 64)
        content = filler.fill(row)
        message.lines, message.made_with = content.lines, content.made_with
        message.save()
        approve(message, alice)
    return campaign


def list_states(campaign: Campaign) -> list[tuple[str, str]]:
    return [(m.render_state, m.review_state) for m in campaign.messages.order_by("pk")]


APPROVED = (RenderState.READY, ReviewState.APPROVED)
WAITS = (RenderState.QUEUED, ReviewState.PENDING)


@pytest.mark.parametrize("change", ["presenter", "voice", "locale"])
def test_another_presenter_or_voice_makes_all_outdated_and_going_back_makes_them_count(
    client: Client, spring: Campaign, change: str
) -> None:
    before = {name: getattr(spring, name) for name in ("presenter", "voice_engine", "locale")}
    after = {"presenter": people.presenter()} if change == "presenter" else {"locale": "en-GB"}
    after = {"voice_engine": "pyttsx3"} if change == "voice" else after
    assert count_outdated(spring) == 0
    for name, value in after.items():
        setattr(spring, name, value)
    spring.save()
    assert count_outdated(spring) == 3  # before anything is marked, and after it
    assert mark_outdated(spring) == 3
    assert count_outdated(spring) == 3
    assert list_states(spring) == [WAITS] * 3
    for message in spring.messages.all():
        assert client.get(reverse("message-page", args=[message.public_id])).status_code == 200
    for name, value in before.items():
        setattr(spring, name, value)
    spring.save()
    assert mark_outdated(spring) == 0
    assert list_states(spring) == [APPROVED] * 3
    assert count_outdated(spring) == 0


def test_what_was_to_be_sent_is_withheld_and_says_why(spring: Campaign) -> None:
    send_approved(spring)
    Campaign.objects.filter(pk=spring.pk).update(locale="en-GB")
    spring.refresh_from_db()
    mark_outdated(spring)
    withheld = spring.deliveries.all()
    assert {one.state for one in withheld} == {DeliveryState.FAILED}
    assert all("exactly this video is not approved" in one.reason for one in withheld)


def test_lines_as_they_were_filmed_are_looked_for_where_they_are_wanted_anew(spring: Campaign) -> None:
    shown = spring.messages.order_by("pk")[0]
    Message.objects.filter(pk=shown.pk).update(segments=[{"line": "0.0", "source": "filmed"}])
    spring.use_filmed_lines = False
    spring.save()
    assert count_outdated(spring) == 1
    assert mark_outdated(spring) == 1


def test_another_script_makes_outdated_what_says_something_else(spring: Campaign) -> None:
    spring.script = spring.script.replace("our town", "our city")  # heard by those without a town
    spring.save()
    assert revalidate_rows(spring) == Revalidation(outdated=1)
    assert sorted(list_states(spring)) == sorted([APPROVED, WAITS, APPROVED])
    assert count_outdated(spring) == 1


def test_a_row_that_the_script_rejects_keeps_its_message_and_its_link(
    client: Client, spring: Campaign
) -> None:
    first = spring.script
    jose = spring.messages.get(recipient__name="José")
    spring.script = "Hello {{ first_name }}. Thanks for coming to {{ city }}."
    spring.save()
    assert revalidate_rows(spring).rejected == 1
    jose.refresh_from_db()
    assert jose.render_state == RenderState.CANCELLED
    assert client.get(reverse("message-page", args=[jose.public_id])).status_code == 200
    spring.script = first
    spring.save()
    revalidate_rows(spring)
    jose.refresh_from_db()
    assert jose.is_approved


@pytest.mark.django_db(transaction=True)
def test_a_run_makes_what_is_outdated_and_nothing_else(spring: Campaign, alice: User) -> None:
    row = spring.recipients.get(name="Ada")
    row.values |= {"city": "Paris"}
    row.save()
    lifecycle.start(spring, alice)
    assert [m.recipient.name for m in spring.messages.filter(render_state=RenderState.QUEUED)] == ["Ada"]
    assert spring.messages.get(recipient=row).content_hash == ""


def test_older_videos_are_outdated_by_what_is_known_of_them_alone(spring: Campaign) -> None:
    spring.messages.update(made_with={})
    assert count_outdated(spring) == 0
    assert revalidate_rows(spring) == Revalidation()
    assert list_states(spring) == [APPROVED] * 3
