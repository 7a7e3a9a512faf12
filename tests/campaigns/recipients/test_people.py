"""One person edited, added, removed and taken back, at any time."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from campaigns.models import Campaign, HistoryEntry, Message, Recipient
from campaigns.recipients.people import (
    PersonRefused,
    add_person,
    edit_cells,
    remove_person,
    restore_person,
)
from campaigns.recipients.sheet_import import import_sheet
from campaigns.review import approve
from campaigns.runs import lifecycle
from campaigns.states import DeliveryState, RenderState, RowVerdict

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def spring(campaign: Campaign) -> Campaign:
    campaign.script = "Hello {{ first_name }} in {{ city }}."
    campaign.save()
    text = "first_name,email,city\nAda,ada@example.org,Rome\nBo,bo@example.org,Bonn\n"
    import_sheet(campaign, io.BytesIO(text.encode()), "people.csv")
    return campaign


@pytest.fixture
def approved(spring: Campaign, alice: User) -> Campaign:
    lifecycle.start(spring, alice)
    while (message := lifecycle.claim_next()) is not None:
        finish(message)
    for message in spring.messages.all():
        approve(message, alice)
    spring.refresh_from_db()
    return spring


def finish(message: Message) -> None:
    message.video.save("made.mp4", ContentFile(message.lines[0]["text"].encode()))
    Message.objects.filter(lifecycle.match_claim(message)).update(
        render_state=RenderState.READY,
        claimed_by="",
        ready_at=timezone.now(),
        content_hash=f"{message.pk}".ljust(64, "0"),
        video=message.video.name,
    )
    lifecycle.settle(message.campaign)


def person(campaign: Campaign, name: str) -> Recipient:
    return campaign.recipients.get(name=name)


def last_entry(campaign: Campaign) -> HistoryEntry:
    entry = HistoryEntry.objects.filter(campaign=campaign).order_by("pk").last()
    assert entry is not None
    return entry


def test_a_cell_that_is_edited_makes_a_new_video_behind_the_same_link(
    client: Client, approved: Campaign, alice: User
) -> None:
    ada = person(approved, "Ada")
    edit_cells(approved, ada, {"city": "Paris"}, alice)
    assert (ada.values["city"], ada.verdict) == ("Paris", RowVerdict.VALID)
    assert ada.message.lines[0]["text"] == "Hello Ada in Paris."
    assert (ada.message.render_state, ada.message.is_approved) == (RenderState.QUEUED, False)
    assert client.get(reverse("message-page", args=[ada.message.public_id])).status_code == 200
    assert person(approved, "Bo").message.is_approved
    entry = last_entry(approved)
    assert (entry.verb, entry.about, entry.details) == (
        "edited a cell of",
        "Ada",
        {"cells": {"city": ["Rome", "Paris"]}},
    )
    edit_cells(approved, ada, {"city": "Rome"}, alice)
    assert Message.objects.get(recipient=ada).is_approved


def test_an_edited_cell_is_judged_again(spring: Campaign, alice: User) -> None:
    ada = edit_cells(spring, person(spring, "Ada"), {"city": ""}, alice)
    assert (ada.verdict, [p.column for p in ada.found_problems]) == (RowVerdict.REJECTED, ["city"])
    ada = edit_cells(spring, ada, {"city": "Rome", "email": "ada at"}, alice)
    assert [str(p.code) for p in ada.found_problems] == ["address_invalid"]
    ada = edit_cells(spring, ada, {"email": "ada@example.org"}, alice)
    assert (ada.verdict, ada.problems, ada.key) == (RowVerdict.VALID, [], "ada@example.org")


def test_an_address_of_somebody_else_is_refused_until_it_is_free(spring: Campaign, alice: User) -> None:
    ada, bo = person(spring, "Ada"), person(spring, "Bo")
    edit_cells(spring, bo, {"email": "ADA@example.org"}, alice)
    assert "stands in row 2 already" in bo.found_problems[0].message
    edit_cells(spring, ada, {"email": "ada@new.example.org"}, alice)
    bo.refresh_from_db()
    assert (bo.verdict, bo.problems) == (RowVerdict.VALID, [])


def test_somebody_who_was_sent_to_is_not_sent_to_again(approved: Campaign, alice: User) -> None:
    from campaigns.delivery.schedule import send_approved

    ada = person(approved, "Ada")
    assert send_approved(approved).scheduled == 2
    approved.deliveries.filter(message=ada.message).update(state=DeliveryState.SENT)
    edit_cells(approved, ada, {"email": "ada@new.example.org", "city": "Paris"}, alice)
    lifecycle.start(approved, alice)
    made = lifecycle.claim_next()
    assert made is not None and made.recipient == ada
    finish(made)
    approve(Message.objects.get(pk=made.pk), alice)
    counts = send_approved(approved)
    assert counts.already == 1
    assert approved.deliveries.get(message=made).address == "ada@example.org"


def test_a_column_that_is_not_there_is_refused(spring: Campaign, alice: User) -> None:
    with pytest.raises(PersonRefused, match="no column “town”"):
        edit_cells(spring, person(spring, "Ada"), {"town": "Rome"}, alice)


def test_an_edit_during_a_run_takes_the_work_from_its_worker(spring: Campaign, alice: User) -> None:
    lifecycle.start(spring, alice)
    OrmQ.objects.all().delete()
    held = lifecycle.claim_next("a worker")
    assert held is not None and held.recipient.name == "Ada"
    edit_cells(spring, person(spring, "Ada"), {"city": "Paris"}, alice)
    assert not Message.objects.filter(lifecycle.match_claim(held)).exists()
    assert OrmQ.objects.filter(key="render").count() == 1
    again = Message.objects.get(pk=held.pk)
    assert (again.render_state, again.lines[0]["text"]) == (RenderState.QUEUED, "Hello Ada in Paris.")


def test_an_edit_of_what_nobody_hears_leaves_the_worker_alone(spring: Campaign, alice: User) -> None:
    lifecycle.start(spring, alice)
    held = lifecycle.claim_next("a worker")
    assert held is not None
    edit_cells(spring, held.recipient, {"email": "ada@new.example.org"}, alice)
    assert Message.objects.filter(lifecycle.match_claim(held)).exists()


def test_somebody_removed_while_their_video_is_rendered_and_taken_back(spring: Campaign, alice: User) -> None:
    lifecycle.start(spring, alice)
    held = lifecycle.claim_next("a worker")
    assert held is not None
    ada = remove_person(spring, held.recipient, alice)
    assert ada.removed_at is not None
    assert not Message.objects.filter(lifecycle.match_claim(held)).exists()
    assert Message.objects.get(pk=held.pk).render_state == RenderState.CANCELLED
    restore_person(spring, ada, alice)
    again = Message.objects.get(pk=held.pk)
    assert (again.public_id, again.render_state) == (held.public_id, RenderState.QUEUED)
    assert last_entry(spring).verb == "took back"


def test_whoever_is_removed_and_taken_back_keeps_link_and_approval(
    client: Client, approved: Campaign, alice: User
) -> None:
    ada = person(approved, "Ada")
    url = reverse("message-page", args=[ada.message.public_id])
    remove_person(approved, ada, alice)
    assert client.get(url).status_code == 200
    assert not Message.objects.get(recipient=ada).is_approved
    with pytest.raises(PersonRefused, match="was removed"):
        edit_cells(approved, ada, {"city": "Paris"}, alice)
    restore_person(approved, ada, alice)
    assert Message.objects.get(recipient=ada).is_approved


def test_whoever_is_removed_leaves_the_address_to_another(spring: Campaign, alice: User) -> None:
    ann = add_person(spring, {"first_name": "Ann", "email": "ada@example.org", "city": "Oslo"}, alice)
    assert (ann.verdict, ann.row_number) == (RowVerdict.REJECTED, 4)
    remove_person(spring, person(spring, "Ada"), alice)
    ann.refresh_from_db()
    assert (ann.verdict, ann.problems) == (RowVerdict.VALID, [])
    back = restore_person(spring, person(spring, "Ada"), alice)
    assert back.verdict == RowVerdict.REJECTED


def test_somebody_added_during_a_run_gets_a_video_in_it(spring: Campaign, alice: User) -> None:
    lifecycle.start(spring, alice)
    cy = add_person(spring, {"first_name": "Cy", "email": "cy@example.org", "city": "Kiel"}, alice)
    assert cy.message.render_state == RenderState.QUEUED
    assert last_entry(spring).verb == "added"


def test_adding_somebody_who_was_removed_takes_them_back(approved: Campaign, alice: User) -> None:
    ada = person(approved, "Ada")
    remove_person(approved, ada, alice)
    again = add_person(approved, {"first_name": "Ada", "email": "Ada@example.org ", "city": "Rome"}, alice)
    assert again.pk == ada.pk
    assert Message.objects.get(recipient=ada).is_approved


def test_an_empty_person_is_refused(spring: Campaign, alice: User) -> None:
    with pytest.raises(PersonRefused, match="at least one cell"):
        add_person(spring, {"city": " "}, alice)
