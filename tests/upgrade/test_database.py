"""A database of version 0.2 is migrated: nothing is lost, every page opens, nobody is written to twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.schedule import SendCounts, count_unsent, deliver, send_approved, sweep_stalled
from campaigns.models import Campaign, Delivery, Message, Presenter, Recipient
from campaigns.problems import Code, Problem, Source
from campaigns.recipients.revalidation import revalidate_rows
from campaigns.review.order import CardQuery, find_page
from campaigns.states import DeliveryState, RowVerdict
from campaigns.tracking import summarize_viewing
from campaigns.views.page import Counts, compute_counts
from tests.campaigns.mail import Postbox, mail_server
from tests.upgrade.tables import Tables, read_tables

pytestmark = pytest.mark.usefixtures("upgraded")

CAMPAIGNS = ["Spring", "Replaced", "Cancelled", "Failed", "Draft", "Empty", "Autumn"]
STEPS = ["recipients", "script", "run", "progress", "review", "send"]
MODEL_LISTS = ("django_content_type", "auth_permission")
LISTS = ["campaign", "presenter", "recipient", "message", "delivery", "event", "suppression"]
ADDRESS_PROBLEM = "“not an address” is not an e-mail address. Correct it, such as ada@example.org."
SCRIPT_PROBLEM = (
    "Script, line 1, column 7: “city” is empty in this row: fill the cell, "
    "or write a default into the script."
)


@pytest.fixture
def spring() -> Campaign:
    """Rendered, reviewed and partly sent."""
    return Campaign.objects.get(name="Spring")


@pytest.fixture
def owner() -> User:
    return User.objects.get(username="alice")


@pytest.fixture
def dashboard(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    with mail_server(settings) as running:
        yield running


def message(name: str) -> Message:
    return Message.objects.get(campaign__name="Spring", recipient__name=name)


def delivery_states() -> Mapping[str, str]:
    return dict(Delivery.objects.values_list("recipient_name", "state"))


def without_problems(tables: Tables, old: Tables) -> Mapping[str, Any]:
    """All that a migration should leave alone, in the columns of ``old``; its own records and its schedule's
    times aside."""
    left_out = {"django_migrations", "django_q_schedule"}
    return {
        name: [
            _select(row, rows[0].keys() - {"problems"}) for row in tables[name] if _is_old(name, row, rows)
        ]
        for name, rows in old.items()
        if rows and name not in left_out
    }


def _is_old(table: str, row: Mapping[str, Any], old: list[dict[str, Any]]) -> bool:
    """Django lists every model and its permissions: those of new models are no loss."""
    return table not in MODEL_LISTS or any(row["id"] == one["id"] for one in old)


def _select(row: Mapping[str, Any], columns: AbstractSet[str]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if name in columns}


# --- the rows ---


def test_every_row_of_every_table_is_as_it_was_except_problems(old_tables: Tables) -> None:
    now = read_tables()
    assert without_problems(now, old_tables) == without_problems(old_tables, old_tables)
    assert len(now["campaigns_message"]) == 17
    assert len(now["django_q_ormq"]) == 7


def test_finished_videos_stay_until_their_voice_changes(spring: Campaign) -> None:
    ready = spring.messages.filter(render_state="ready")
    voice = [spring.voice_engine, spring.voice, ""]
    assert ready.exists()
    assert all(one.made_with["voice"] == voice for one in ready)
    assert not spring.messages.exclude(render_state="ready").exclude(made_with={}).exists()


def test_problems_became_values() -> None:
    rejected = Recipient.objects.filter(campaign__name="Spring", verdict=RowVerdict.REJECTED)
    assert {row.name: row.found_problems for row in rejected} == {
        "Kim": (Problem(Code.UNKNOWN, Source.SPREADSHEET, ADDRESS_PROBLEM, 12, "email"),),
        "Lea": (Problem(Code.UNKNOWN, Source.SCRIPT, SCRIPT_PROBLEM, 13, "city"),),
    }
    [whole_row] = Recipient.objects.get(name="Mia").found_problems
    assert (whole_row.row, whole_row.column) == (5, None)  # version 0.2 wrote "" for no column


def test_rejected_rows_are_judged_again_when_the_script_changes(spring: Campaign) -> None:
    spring.script = "Hi {{ city | default('you') }}. Bye."
    spring.save()
    revalidate_rows(spring)
    verdicts = dict(spring.recipients.values_list("name", "verdict"))
    assert (verdicts["Kim"], verdicts["Lea"]) == (RowVerdict.REJECTED, RowVerdict.VALID)


def test_the_way_back_restores_every_row(old_tables: Tables) -> None:
    call_command("migrate", "campaigns", "0003", verbosity=0)
    assert read_tables()["campaigns_recipient"] == old_tables["campaigns_recipient"]
    call_command("migrate", verbosity=0)
    assert without_problems(read_tables(), old_tables) == without_problems(old_tables, old_tables)


def test_the_models_ask_for_no_further_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# --- the pages ---


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_step_of_every_campaign_opens(dashboard: Client, name: str) -> None:
    campaign = Campaign.objects.get(name=name)
    for step in STEPS:
        address = reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])
        assert dashboard.get(address).status_code == 200, step


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_and_every_rows_own_page(dashboard: Client, name: str) -> None:
    assert dashboard.get(reverse(f"admin:campaigns_{name}_changelist")).status_code == 200
    rows = apps.get_model("campaigns", name)._default_manager.values_list("pk", flat=True)
    assert rows
    for pk in rows:
        assert dashboard.get(reverse(f"admin:campaigns_{name}_change", args=[pk])).status_code == 200


def test_rejected_rows_say_why(dashboard: Client, spring: Campaign) -> None:
    page = dashboard.get(reverse("admin:campaigns_campaign_recipients", args=[spring.pk])).content.decode()
    assert ADDRESS_PROBLEM in page
    assert SCRIPT_PROBLEM in page


def test_counts_are_those_that_version_0_2_showed(spring: Campaign) -> None:
    assert compute_counts(spring) == Counts(
        valid=10, rejected=2, ready=10, failed=0, approved=7, to_review=2, sent=1
    )
    assert count_unsent(spring, find_channel()) == 1
    watched = summarize_viewing(spring)
    assert (watched.viewed, watched.played, watched.plays, watched.seconds) == (1, 1, 1, 2.5)
    order = [one.recipient.name for one in find_page(spring, CardQuery()).messages]
    assert order == ["Ada", "Jo"]  # the eight others have the same video as Ada


def test_links_of_old_mails_lead_to_the_approved_videos_alone(client: Client) -> None:
    def status(name: str, page: str) -> int:
        return client.get(reverse(page, args=[message(name).public_id])).status_code

    for page in ("message-page", "message-video", "message-poster", "message-captions"):
        shown = {name for name in ("Ada", "Ben", "Gil", "Hal", "Jo") if status(name, page) == 200}
        assert shown == {"Ada", "Ben"}, page  # rejected, undecided, rendered again since the approval


def test_the_link_of_a_mail_whose_row_was_replaced_still_ends_the_mails(client: Client) -> None:
    link = Delivery.objects.get(recipient_name="Max").link_id
    address = reverse("message-opt-out", args=[link])
    assert "m…@e….org" in client.get(address).content.decode()
    assert client.post(address).status_code == 200
    send_approved(Campaign.objects.get(name="Replaced"))
    assert delivery_states()["Max"] == DeliveryState.SENT


# --- sending ---


def test_send_goes_on_where_it_stopped(spring: Campaign, owner: User, postbox: Postbox) -> None:
    """Scheduled, refused and newly approved ones leave; nobody who has or may have the mail gets another."""
    assert sweep_stalled() == 1  # Ida: the worker was killed while it sent
    counts = send_approved(spring, owner)
    assert counts == SendCounts(scheduled=3, already=3, suppressed=1, without_address=0)
    for _ in range(2):  # every task comes twice
        for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True):
            deliver(pk, "worker")
    assert sorted(postbox.addresses()) == ["ben@example.org", "dora@example.org", "fay@example.org"]
    assert delivery_states() == {
        "Ada": "sent",
        "Ben": "sent",
        "Cem": "unknown",
        "Dora": "sent",
        "Eli": "suppressed",
        "Fay": "sent",
        "Ida": "unknown",
        "Max": "sent",
    }


def test_a_row_that_was_replaced_after_its_mail_is_not_sent_again(owner: User, postbox: Postbox) -> None:
    replaced = Campaign.objects.get(name="Replaced")
    ada = message("Ada")
    for row in replaced.recipients.all():
        Message.objects.create(
            campaign=replaced,
            recipient=row,
            render_state=ada.render_state,
            content_hash=ada.content_hash,
            review_state=ada.review_state,
            approved_hash=ada.approved_hash,
            video=ada.video.name,
            poster=ada.poster.name,
        )
    assert send_approved(replaced, owner) == SendCounts(
        scheduled=1, already=1, suppressed=0, without_address=0
    )
    for pk in Delivery.objects.filter(campaign=replaced).values_list("pk", flat=True):
        deliver(pk, "worker")
    assert postbox.addresses() == ["nia@example.org"]
    per_address = Delivery.objects.filter(campaign=replaced).values("address").annotate(Count("pk"))
    assert {row["address"]: row["pk__count"] for row in per_address} == {
        "max@example.org": 1,
        "nia@example.org": 1,
    }


def test_consents_that_were_recorded_are_the_first_entries_of_their_history() -> None:
    assert Presenter.objects.filter(consent_at__isnull=False).exists()
    for presenter in Presenter.objects.all():
        wanted = []
        if presenter.consent_at is not None:
            wanted.append(("given", presenter.consent_by, presenter.consent_at))
        if presenter.consent_revoked_at is not None:
            wanted.append(("revoked", presenter.consent_by, presenter.consent_revoked_at))
        assert list(presenter.consents.order_by("pk").values_list("act", "person", "at")) == wanted
