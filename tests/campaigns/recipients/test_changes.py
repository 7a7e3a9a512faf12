"""A corrected spreadsheet: links go on working, nobody is sent to twice, nobody gets another one's link."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.claims import create_token
from campaigns.delivery.schedule import deliver, send_approved
from campaigns.models import Campaign, Delivery, Event, HistoryEntry, Message, Presenter
from campaigns.recipients.changes import ChangeKind, apply_changes, plan_changes
from campaigns.recipients.sheet_import import import_sheet
from campaigns.review import approve, reject
from campaigns.runs import lifecycle
from campaigns.sheets.choice import Duplicates, Role, SheetChoice
from campaigns.sheets.spreadsheet import Sheet, read_sheet
from campaigns.states import CampaignState, DeliveryState, MoveRefused, RenderState, ReviewState, Verdict
from tests.campaigns.mail import Postbox, mail_server

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Ada", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus")
HEADER = "first_name,email,city"


def write(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def row(name: str, city: str = "Rome") -> str:
    return f"{name},{name.lower()}@example.org,{city}"


def sheet(text: str) -> Sheet:
    return read_sheet(io.BytesIO(text.encode()), "people.csv")


def take_over(campaign: Campaign, text: str, user: User | None = None) -> None:
    import_sheet(campaign, io.BytesIO(text.encode()), "people.csv", user)


def status(client: Client, message: Message) -> int:
    return client.get(reverse("message-page", args=[message.public_id])).status_code


def video_of(client: Client, message: Message) -> bytes:
    response: Any = client.get(reverse("message-video", args=[message.public_id]))
    return b"".join(response.streaming_content)


def message_of(campaign: Campaign, name: str) -> Message:
    return campaign.messages.get(recipient__name=name)


def finish(campaign: Campaign, alice: User, letter: str = "a") -> None:
    """Start a run and leave it as workers would."""
    lifecycle.start(campaign, alice)
    while (message := lifecycle.claim_next()) is not None:
        from django.core.files.base import ContentFile

        name = f"{letter * 16}.mp4"
        said = " ".join(line["text"] for line in message.lines)
        message.video.save(name, ContentFile(f"{letter}: {said}".encode()))
        Message.objects.filter(lifecycle.match_claim(message)).update(
            render_state=RenderState.READY,
            ready_at=timezone.now(),
            claimed_by="",
            video=message.video.name,
            content_hash=f"{letter}{message.pk}".ljust(64, "0"),
        )
        lifecycle.settle(message.campaign)
    campaign.refresh_from_db()


def send(campaign: Campaign) -> None:
    send_approved(campaign)
    for pk in campaign.deliveries.filter(state=DeliveryState.SCHEDULED).values_list("pk", flat=True):
        deliver(pk, create_token())


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with mail_server(settings) as box:
        yield box


@pytest.fixture
def seven(campaign: Campaign, alice: User) -> Campaign:
    """Seven people, each with an approved video."""
    campaign.script = "Hello {{ first_name }} in {{ city }}."
    campaign.save()
    campaign.recipients.all().delete()
    take_over(campaign, write(*map(row, NAMES)))
    finish(campaign, alice)
    for message in campaign.messages.all():
        approve(message, alice)
    return campaign


@pytest.fixture
def sent(seven: Campaign, postbox: Postbox) -> Campaign:
    """The same, sent."""
    send(seven)
    assert len(postbox.mails) == 7
    return seven


class TestACorrectedSheetAfterSending:
    CORRECTED = write(row("Ada", "Paris"), *map(row, NAMES[1:]))

    def test_all_links_answer_and_the_unchanged_keep_approval_and_counts(
        self, client: Client, sent: Campaign
    ) -> None:
        before = {m.public_id: m.pk for m in sent.messages.all()}
        bo = message_of(sent, "Bo")
        Event.objects.create(message=bo, kind="page_viewed")
        take_over(sent, self.CORRECTED)
        assert {m.public_id: m.pk for m in sent.messages.all()} == before
        assert [status(client, message) for message in sent.messages.all()] == [200] * 7
        assert sum(message.is_approved for message in sent.messages.all()) == 6
        seen = message_of(sent, "Bo").events.exclude(verdict=Verdict.MACHINE)  # which the looks above are
        assert seen.count() == 1

    def test_what_changed_waits_and_its_link_shows_the_old_video_until_the_new_one_is_approved(
        self, client: Client, sent: Campaign, alice: User
    ) -> None:
        take_over(sent, self.CORRECTED)
        ada = message_of(sent, "Ada")
        assert (ada.render_state, ada.review_state) == (RenderState.QUEUED, ReviewState.PENDING)
        finish(sent, alice, "b")
        assert video_of(client, ada) == b"a: Hello Ada in Rome."
        approve(message_of(sent, "Ada"), alice)
        assert video_of(client, ada) == b"b: Hello Ada in Paris."
        assert {m.content_hash[0] for m in sent.messages.exclude(pk=ada.pk)} == {"a"}

    def test_nobody_is_sent_to_twice(self, sent: Campaign, alice: User, postbox: Postbox) -> None:
        take_over(sent, self.CORRECTED)
        send(sent)
        finish(sent, alice, "b")
        approve(message_of(sent, "Ada"), alice)
        send(sent)
        assert sorted(postbox.addresses()) == sorted(f"{name.lower()}@example.org" for name in NAMES)

    def test_a_changed_address_of_one_person_is_the_same_person_and_was_reached(
        self, sent: Campaign, alice: User, postbox: Postbox
    ) -> None:
        header = "first_name,last_name,email,city"
        named = [f"{name},Smith,{name.lower()}@example.org,Rome" for name in NAMES]
        take_over(sent, write(*named, header=header))
        ada = message_of(sent, "Ada Smith")
        take_over(sent, write("Ada,Smith,ada@new.example.org,Rome", *named[1:], header=header))
        same = Message.objects.get(pk=ada.pk)
        assert (same.recipient.email, same.recipient.removed_at) == ("ada@new.example.org", None)
        finish(sent, alice, "b")
        send(sent)
        assert len(postbox.mails) == 7

    def test_the_history_says_what_was_applied(self, sent: Campaign, alice: User) -> None:
        take_over(sent, self.CORRECTED, alice)
        entry = HistoryEntry.objects.filter(campaign=sent).order_by("pk").last()
        assert entry is not None
        assert (entry.verb, entry.about, entry.actor_name) == ("applied a spreadsheet", "people.csv", "alice")
        assert (entry.details["changed"], entry.details["same"], entry.details["outdated"]) == (1, 6, 1)

    def test_the_first_sheet_again_needs_no_new_video(
        self, sent: Campaign, client: Client, alice: User
    ) -> None:
        ada = message_of(sent, "Ada")
        take_over(sent, self.CORRECTED)
        take_over(sent, write(*map(row, NAMES)))
        ada.refresh_from_db()
        assert ada.is_approved
        finish(sent, alice, "b")
        take_over(sent, self.CORRECTED)
        finish(sent, alice, "c")
        take_over(sent, write(*map(row, NAMES)))  # also once the other one is finished
        ada.refresh_from_db()
        assert ada.is_approved
        assert video_of(client, ada) == b"a: Hello Ada in Rome."


class TestPeopleWhoAreGone:
    HALF = write(*map(row, NAMES[:3]))

    def test_their_links_go_on_and_nothing_new_is_made_or_sent(
        self, client: Client, sent: Campaign, alice: User, postbox: Postbox
    ) -> None:
        take_over(sent, self.HALF)
        assert sent.recipients.living().count() == 3
        assert [status(client, message) for message in sent.messages.all()] == [200] * 7
        finish(sent, alice, "b")
        send(sent)
        assert len(postbox.mails) == 7
        assert sent.messages.filter(render_state=RenderState.READY).count() == 3

    def test_what_waits_for_sending_is_withheld_with_a_reason(self, seven: Campaign) -> None:
        send_approved(seven)
        take_over(seven, self.HALF)
        withheld = seven.deliveries.filter(state=DeliveryState.SUPPRESSED)
        assert withheld.count() == 4
        assert all("not in the spreadsheet any more" in one.reason for one in withheld)
        assert seven.deliveries.filter(state=DeliveryState.SCHEDULED).count() == 3

    def test_they_come_back_with_their_link_and_their_approval(
        self, client: Client, seven: Campaign, postbox: Postbox
    ) -> None:
        gus = message_of(seven, "Gus")
        take_over(seven, self.HALF)
        take_over(seven, write(*map(row, NAMES)))
        gus.refresh_from_db()
        assert gus.is_approved and gus.recipient.removed_at is None
        send(seven)
        assert len(postbox.mails) == 7

    def test_a_presenter_who_takes_the_consent_back_is_seen_nowhere(
        self, client: Client, sent: Campaign, presenter: Presenter
    ) -> None:
        take_over(sent, self.HALF)
        Presenter.objects.filter(pk=presenter.pk).update(consent_revoked_at=timezone.now())
        assert [status(client, message) for message in sent.messages.all()] == [404] * 7


class TestWhoIsWho:
    def test_names_in_other_cases_and_columns_in_other_writings_change_nothing(self, seven: Campaign) -> None:
        rows = (f"{name},{name.upper()}@EXAMPLE.ORG,Rome" for name in NAMES)
        take_over(seven, write(*rows, header="First Name,E-Mail,City"))
        assert sum(message.is_approved for message in seven.messages.all()) == 7

    def test_swapped_addresses_keep_each_link_with_its_mailbox(self, client: Client, sent: Campaign) -> None:
        ada = message_of(sent, "Ada")
        take_over(sent, write("Ada,bo@example.org,Rome", "Bo,ada@example.org,Rome", *map(row, NAMES[2:])))
        ada.refresh_from_db()
        assert (ada.recipient.email, ada.recipient.name) == ("ada@example.org", "Bo")
        assert video_of(client, ada) == b"a: Hello Ada in Rome."

    def test_the_same_address_twice_is_told_and_only_the_first_is_sent_to(
        self, seven: Campaign, postbox: Postbox
    ) -> None:
        take_over(seven, write(*map(row, NAMES), "Ann,ada@example.org,Oslo"))
        (repeated,) = seven.recipients.living().filter(verdict="rejected")
        assert repeated.name == "Ann"
        assert message_of(seven, "Ada").is_approved
        send(seven)
        assert len(postbox.mails) == 7

    def test_of_rows_with_one_address_the_last_counts_where_that_was_chosen(self, seven: Campaign) -> None:
        text = write(*map(row, NAMES), "Ada,ada@example.org,Oslo")
        applied = apply_changes(seven, sheet(text), SheetChoice(duplicates=Duplicates.LAST))
        assert (applied.left_out, applied.changed, applied.same) == (1, 1, 6)
        assert message_of(seven, "Ada").recipient.values["city"] == "Oslo"

    def test_other_people_in_the_same_rows_are_other_people(self, client: Client, sent: Campaign) -> None:
        links = [str(message.public_id) for message in sent.messages.all()]
        take_over(sent, write(*(f"{name},{name.lower()}@other.example.org,Bonn" for name in NAMES)))
        assert sent.recipients.living().count() == 7
        assert not sent.messages.filter(recipient__in=sent.recipients.living()).exists()
        assert {client.get(reverse("message-page", args=[link])).status_code for link in links} == {200}

    def test_any_column_can_be_the_key(self, seven: Campaign) -> None:
        numbered = [f"{at},{row(name)}" for at, name in enumerate(NAMES)]
        take_over(seven, write(*numbered, header=f"number,{HEADER}"))
        Campaign.objects.filter(pk=seven.pk).update(key_column="number")
        seven.refresh_from_db()
        ada = message_of(seven, "Ada")
        take_over(seven, write("0,Ada,ada@new.example.org,Rome", *numbered[:0:-1], header=f"Number,{HEADER}"))
        assert seven.recipients.living().count() == 7
        assert Message.objects.get(pk=ada.pk).recipient.email == "ada@new.example.org"

    def test_a_column_of_addresses_with_a_name_of_its_own_is_the_key_where_it_was_matched(
        self, seven: Campaign
    ) -> None:
        text = write(*map(row, NAMES), header="first_name,Work,city")
        applied = apply_changes(seven, sheet(text), SheetChoice(columns={Role.EMAIL: "Work"}))
        assert (applied.new, applied.gone) == (0, 0)
        assert sum(message.is_approved for message in seven.messages.all()) == 7

    def test_rows_without_a_key_are_matched_by_their_cells_then_by_name_and_place(
        self, campaign: Campaign
    ) -> None:
        campaign.recipients.all().delete()
        take_over(campaign, "name,city\nAda,Rome\nAda,Oslo\nBo,Bonn\n")
        before = {one.values["city"]: one.pk for one in campaign.recipients.all()}
        take_over(campaign, "name,city\nAda,Oslo\nAda,Rome\nBo,Kiel\n")
        after = {one.values["city"]: one.pk for one in campaign.recipients.living()}
        assert (after["Rome"], after["Oslo"], after["Kiel"]) == tuple(before.values())


class TestThePlan:
    def test_says_what_would_change_and_changes_nothing(self, sent: Campaign) -> None:
        text = write(row("Ada", "Paris"), *map(row, NAMES[1:6]), row("Hal"))
        found = plan_changes(sent, sheet(text))
        assert (found.new, found.changed, found.gone, found.same, found.returning) == (1, 1, 1, 5, 0)
        assert (found.content_changes, found.sent_affected) == (1, 2)
        kinds = {one.kind: one for one in found.sample}
        assert kinds[ChangeKind.CHANGED].cells == {"city": ("Rome", "Paris")}
        assert kinds[ChangeKind.CHANGED].new_video and kinds[ChangeKind.CHANGED].sent
        assert (kinds[ChangeKind.NEW].name, kinds[ChangeKind.GONE].name) == ("Hal", "Gus")
        assert sent.recipients.living().count() == 7

    def test_a_cell_that_nobody_hears_makes_no_new_video(self, seven: Campaign) -> None:
        Campaign.objects.filter(pk=seven.pk).update(script="Hello {{ first_name }}.")
        campaign = Campaign.objects.get(pk=seven.pk)
        campaign.messages.update(lines=[{"id": "0.0", "text": "Hello Ada."}])
        found = plan_changes(campaign, sheet(write(row("Ada", "Paris"), *map(row, NAMES[1:]))))
        assert (found.changed, found.content_changes) == (1, 0)

    def test_people_who_are_not_in_the_sheet_can_be_kept(self, seven: Campaign) -> None:
        apply_changes(seven, sheet(write(row("Hal"))), remove_gone=False)
        assert seven.recipients.living().count() == 8


def test_no_sheet_during_a_run(seven: Campaign) -> None:
    Campaign.objects.filter(pk=seven.pk).update(state=CampaignState.RENDERING)
    with pytest.raises(MoveRefused, match="A run is going on"):
        take_over(seven, write(row("Ada")))


def test_two_sheets_at_once_come_one_after_the_other(seven: Campaign) -> None:
    texts = [write(*map(row, NAMES), row("Hal")), write(*map(row, NAMES), row("Hal"), row("Ike"))]

    def work(text: str) -> None:
        try:
            take_over(Campaign.objects.get(pk=seven.pk), text)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(text,)) for text in texts * 2]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    keys = list(seven.recipients.values_list("key", flat=True))
    assert sorted(keys) == sorted({f"{name.lower()}@example.org" for name in (*NAMES, "Hal", "Ike")})


def test_a_sheet_during_sending_leaves_what_is_on_its_way(seven: Campaign, postbox: Postbox) -> None:
    send_approved(seven)
    first = Delivery.objects.filter(message=message_of(seven, "Gus"))
    first.update(state=DeliveryState.SENDING)
    take_over(seven, write(*map(row, NAMES[:3])))
    assert first.get().state == DeliveryState.SENDING
    for pk in seven.deliveries.values_list("pk", flat=True):
        deliver(pk, create_token())
    assert len(postbox.mails) == 3


def test_rejecting_what_the_link_shows_takes_it_away(client: Client, sent: Campaign, alice: User) -> None:
    ada = message_of(sent, "Ada")
    reject(ada, alice, "Wrong town")
    assert status(client, ada) == 404


def test_a_corrected_sound_stays_where_the_sheet_has_no_such_column(seven: Campaign) -> None:
    ada = seven.recipients.get(name="Ada")
    ada.values["pronounce_as"] = "AH-dah"
    ada.save()
    Campaign.objects.filter(pk=seven.pk).update(columns=[*seven.columns, "pronounce_as"])
    seven.refresh_from_db()
    take_over(seven, write(row("Ada", "Paris"), *map(row, NAMES[1:])))
    ada.refresh_from_db()
    assert (ada.values["pronounce_as"], ada.values["city"]) == ("AH-dah", "Paris")


def test_files_go_with_the_campaign(seven: Campaign) -> None:
    message = message_of(seven, "Ada")
    storage, name = message.video.storage, message.video.name
    assert storage.exists(name)
    people_left = HistoryEntry.objects.count()
    seven.delete()
    assert not storage.exists(name)
    assert HistoryEntry.objects.count() == people_left
