"""The lists, the presenters' pages and the first page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Delivery, Event, Presenter, Suppression
from campaigns.states import BakeState, DeliveryState, EventKind
from tests import people

LISTS = ["campaign", "presenter", "recipient", "message", "delivery", "event", "suppression"]


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def everything(campaign: Campaign) -> Campaign:
    """One row in each list."""
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    Delivery.objects.create(
        message=message, recipient_name="Ada", address="ada@example.org", content_hash=message.content_hash
    )
    Event.objects.create(message=message, recipient_name="Ada", kind=EventKind.PLAYED)
    Suppression.objects.create(email="ada@example.org", reason="asked")
    return campaign


def page(dashboard: Client, name: str, *args: object) -> str:
    answer = dashboard.get(reverse(f"admin:{name}", args=args), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_opens_and_can_be_searched(dashboard: Client, everything: Campaign, name: str) -> None:
    assert "Ada" in page(dashboard, f"campaigns_{name}_changelist") or name in (
        "campaign",
        "presenter",
        "suppression",
    )
    assert dashboard.get(reverse(f"admin:campaigns_{name}_changelist"), {"q": "Ada"}).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_rows_own_page_opens(dashboard: Client, everything: Campaign, name: str) -> None:
    from django.apps import apps

    row = apps.get_model("campaigns", name).objects.first()
    assert row is not None
    page(dashboard, f"campaigns_{name}_change", row.pk)


@pytest.mark.parametrize("name", ["recipient", "message", "delivery", "event"])
def test_what_steps_make_is_not_typed_in(dashboard: Client, everything: Campaign, name: str) -> None:
    assert dashboard.get(reverse(f"admin:campaigns_{name}_add")).status_code == 403


def test_a_campaign_can_be_deleted_with_its_rows(dashboard: Client, everything: Campaign) -> None:
    dashboard.post(reverse("admin:campaigns_campaign_delete", args=[everything.pk]), {"post": "yes"})
    assert not Campaign.objects.filter(pk=everything.pk).exists()
    assert Delivery.objects.filter(recipient_name="Ada").exists()  # history outlives its campaign


def test_the_list_counts_and_leads_on(dashboard: Client, everything: Campaign) -> None:
    shown = page(dashboard, "campaigns_campaign_changelist")
    assert reverse("admin:campaigns_campaign_home", args=[everything.pk]) in shown


def test_a_new_campaign_goes_to_its_recipients(dashboard: Client, alice: User) -> None:
    answer = dashboard.post(reverse("admin:campaigns_campaign_add"), {"name": "Summer"})
    made = Campaign.objects.get(name="Summer")
    assert answer.headers["Location"] == reverse("admin:campaigns_campaign_recipients", args=[made.pk])
    assert made.created_by == alice


def test_a_new_campaign_takes_the_only_presenter_or_the_one_whose_page_it_was_begun_on(
    dashboard: Client, presenter: Presenter
) -> None:
    add = reverse("admin:campaigns_campaign_add")
    dashboard.post(add, {"name": "One"})
    other = Presenter.objects.create(name="Sam", workspace=presenter.workspace)
    dashboard.post(add, {"name": "Two"})
    dashboard.post(f"{add}?presenter={other.pk}", {"name": "Three"})
    chosen = Campaign.objects.order_by("pk").values_list("presenter__name", flat=True)
    assert list(chosen) == ["Nora", None, "Sam"]


def test_an_empty_list_says_so_and_a_search_in_vain_leads_back(dashboard: Client, db: None) -> None:
    assert "No campaigns yet" in page(dashboard, "campaigns_campaign_changelist")
    found = dashboard.get(reverse("admin:campaigns_campaign_changelist"), {"q": "spring"})
    assert "No campaign fits the search and the filters." in found.content.decode()


def test_the_first_page_shows_the_newest_campaigns(dashboard: Client, everything: Campaign) -> None:
    assert "Go on: Review" in page(dashboard, "index")


def test_a_person_without_rights_sees_no_campaign(client: Client, bob: User, everything: Campaign) -> None:
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    assert "Spring" not in page(client, "index")
    presenter = Presenter.objects.get()
    assert client.get(reverse("admin:campaigns_presenter_poster", args=[presenter.pk])).status_code == 403


def test_an_address_that_is_suppressed_by_hand_is_not_written_to(
    dashboard: Client, everything: Campaign
) -> None:
    Suppression.objects.all().delete()
    fields = {"email": "ADA@example.org", "reason": "asked on the phone"}
    dashboard.post(reverse("admin:campaigns_suppression_add"), fields)
    assert Suppression.objects.get().email == "ada@example.org"
    assert Delivery.objects.get().state == DeliveryState.SUPPRESSED


def add_presenter(dashboard: Client, **fields: str) -> str:
    take = SimpleUploadedFile(fields.pop("file", "me.mp4"), b"bytes", "video/mp4")
    answer = dashboard.post(
        reverse("admin:campaigns_presenter_add"), {"name": "Sam", "take": take, **fields}, follow=True
    )
    return answer.content.decode()


def test_a_take_is_uploaded_and_waits_to_be_prepared(dashboard: Client, db: None) -> None:
    assert "Preparing the take" in add_presenter(dashboard, agreed="on", consent_by="Sam Reed")
    sam = Presenter.objects.get()
    assert (sam.bake_state, sam.has_consent, sam.consent_by) == (BakeState.WAITING, True, "Sam Reed")


def test_consent_needs_a_name(dashboard: Client, db: None) -> None:
    assert "Write the name of the person who agreed." in add_presenter(dashboard, agreed="on")
    assert not Presenter.objects.exists()


def test_a_take_may_come_before_the_consent(dashboard: Client, db: None) -> None:
    assert "No consent is recorded" in add_presenter(dashboard)
    assert not Presenter.objects.get().has_consent


def test_a_take_that_is_no_video_is_refused(dashboard: Client, db: None) -> None:
    assert "is not a video such as MP4 or MOV" in add_presenter(dashboard, file="me.pdf")
    assert not Presenter.objects.exists()


def test_consent_is_revoked_and_given_again(dashboard: Client, presenter: Presenter) -> None:
    revoke = reverse("admin:campaigns_presenter_revoke", args=[presenter.pk])
    assert "is revoked" in dashboard.post(revoke, follow=True).content.decode()
    presenter.refresh_from_db()
    assert not presenter.has_consent
    fields = {"name": "Nora", "agreed": "on", "consent_by": "Nora"}
    dashboard.post(reverse("admin:campaigns_presenter_change", args=[presenter.pk]), fields)
    presenter.refresh_from_db()
    assert presenter.has_consent


def test_a_failed_preparation_shows_its_reason_and_is_tried_again(
    dashboard: Client, presenter: Presenter
) -> None:
    Presenter.objects.update(bake_state=BakeState.FAILED, failure="me.mp4 shows two faces at 3.2 s.")
    assert "two faces at 3.2 s" in page(dashboard, "campaigns_presenter_change", presenter.pk)
    dashboard.post(reverse("admin:campaigns_presenter_bake", args=[presenter.pk]))
    progress = dashboard.get(reverse("admin:campaigns_presenter_progress", args=[presenter.pk])).json()
    assert (progress["state"], progress["running"]) == ("waiting", True)


def test_what_a_take_lacks_stands_on_its_page_while_it_is_prepared_and_after(
    dashboard: Client, presenter: Presenter
) -> None:
    said = "Face the lens: the head was turned <often>."
    Presenter.objects.update(facts={**presenter.facts, "problems": [said]})
    assert "Face the lens: the head was turned &lt;often&gt;." in page(
        dashboard, "campaigns_presenter_change", presenter.pk
    )
    progress = dashboard.get(reverse("admin:campaigns_presenter_progress", args=[presenter.pk])).json()
    assert progress["problems"] == [said]


def test_a_poster_is_shown_to_staff_only(dashboard: Client, presenter: Presenter) -> None:
    where = reverse("admin:campaigns_presenter_poster", args=[presenter.pk])
    assert dashboard.get(where).status_code == 404
    presenter.poster.save("poster.jpg", ContentFile(b"a picture"))
    assert dashboard.get(where).status_code == 200
    dashboard.logout()
    assert dashboard.get(where).status_code == 302


def test_a_viewer_of_presenters_cannot_revoke(client: Client, bob: User, presenter: Presenter) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_presenter"))
    client.force_login(bob)
    assert client.post(reverse("admin:campaigns_presenter_revoke", args=[presenter.pk])).status_code == 403
    presenter.refresh_from_db()
    assert presenter.has_consent


@pytest.mark.parametrize(
    ("search", "found"), [("neil", True), ("o'n", True), ("eil", False), ("' & |", True)]
)
def test_events_are_found_by_how_a_word_of_the_name_begins(
    dashboard: Client, campaign: Campaign, search: str, found: bool
) -> None:
    Event.objects.create(recipient_name="Ada O'Neil", kind="played")
    page = dashboard.get(reverse("admin:campaigns_event_changelist"), {"q": search})
    assert ("Ada O&#x27;Neil" in page.content.decode()) == found
