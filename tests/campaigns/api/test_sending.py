"""No sequence of what people and programs do sends what is unapproved, revoked, unwanted or sent already.

Hypothesis invents the sequences: a program edits, reviews and sends through the API, a person revokes
consent in the dashboard, workers store renders and deliver to a real mail server. A record of its own says
what may leave.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from campaigns.access.tokens import Scope
from campaigns.claims import create_token
from campaigns.delivery.attempt import deliver
from campaigns.engine import MessageResult
from campaigns.models import Campaign, Delivery, Message
from campaigns.runs.lifecycle import claim_next
from campaigns.runs.worker import _store_outcome
from campaigns.states import DeliveryState
from tests import people
from tests.campaigns.api.programs import make_program
from tests.campaigns.mail import Postbox, approve_all, mail_server, poster

EXAMPLES = int(os.environ.get("SENDING_EXAMPLES", "8"))
STEPS = int(os.environ.get("SENDING_STEPS", "20"))
NAMES = ("Ada", "Ben", "Cleo")
ADDRESSES = ("ada@example.org", "ben@example.org", "dora1@example.org", "dora2@example.org")
SCRIPTS = ("Hello {{ first_name }}.", "Good day {{ first_name }}.")
ACTS = {
    "add", "rename", "other address", "remove", "take back", "script", "presenter", "suppress", "revoke",
    "reject",
}  # fmt: skip
BETWEEN = ("", "", "revoke", "reject", "switch, then revoke", "other address", "rename", "remove", "suppress")


class Sending(RuleBasedStateMachine):
    """``may_leave``: (message, content) that a person approved and nobody rejected since."""

    postbox: Postbox
    seen = Bundle("seen")  # (message, content) that somebody looked at
    digests = Bundle("digests")

    @initialize(target=seen)
    def begin(self) -> Any:
        """Two people, whose videos are made and looked at; the first one's is approved."""
        self.point = transaction.savepoint()
        self.alice = people.alice()
        self.presenters = [people.presenter() for _ in range(3)]
        self.program = make_program(self.alice)
        self.campaign = Campaign.objects.create(
            name="Spring", presenter=self.presenters[0], script="Hello {{ first_name }}.",
            columns=["first_name", "email"], column_roles={"email": "email"}, created_by=self.alice,
        )  # fmt: skip
        self.path = f"/campaigns/{self.campaign.pk}"
        self.count = 0
        self.may_leave: set[tuple[int, str]] = set()
        self.shows: dict[str, int] = {}  # content → presenter who is seen in it
        self.revoked: set[int] = set()
        self.suppressed: set[str] = set()
        self.written_to: set[str] = set()
        self.postbox.mails.clear()
        for name in ("Ada", "Ben"):
            self.add(name, f"{name.lower()}@example.org")
        found = self.make()
        self.approve(found[0])
        return multiple(*found)

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, told = self.program.ask(method, path, body)
        assert status < 500, told
        return status, told

    @rule(act=st.sampled_from(sorted(ACTS)), which=st.integers(0, 5))
    def change(self, act: str, which: int) -> None:
        """What people and programs do between other things."""
        people_there = list(self.campaign.recipients.order_by("pk"))
        person = people_there[which % len(people_there)].pk
        email = ADDRESSES[which % len(ADDRESSES)]
        where = f"{self.path}/recipients/{person}"
        match act:
            case "add":
                self.add(NAMES[which % len(NAMES)], email)
            case "rename":
                self.ask("PATCH", where, {"values": {"first_name": NAMES[which % len(NAMES)]}})
            case "other address":
                self.ask("PATCH", where, {"values": {"email": email}})
            case "remove":
                self.ask("DELETE", where)
            case "take back":
                self.ask("POST", f"{where}/restore")
            case "script":
                script = SCRIPTS[which % len(SCRIPTS)]
                self.ask("PUT", f"{self.path}/script", {"script": script, "leave_out": True})
            case "presenter":
                self.ask("PUT", f"{self.path}/speaker", {"presenter": self.presenters[which % 3].pk})
            case "suppress":
                assert self.ask("POST", "/suppressions", {"email": email})[0] == 201
                self.suppressed.add(email)
            case "revoke":
                self.revoke(self.presenters[which % 3].pk)
            case "reject" if self.may_leave:
                self.reject(sorted(self.may_leave)[which % len(self.may_leave)])

    def add(self, name: str, email: str) -> None:
        self.ask("POST", f"{self.path}/recipients", {"values": {"first_name": name, "email": email}})

    def revoke(self, presenter: int) -> None:
        dashboard = Client()
        dashboard.force_login(self.alice)
        answer = dashboard.post(reverse("admin:campaigns_presenter_revoke", args=[presenter]))
        assert answer.status_code == 302
        self.revoked.add(presenter)

    @rule()
    def start(self) -> None:
        self.ask("POST", f"{self.path}/run", {"without_sample": True})

    @rule(target=seen)
    def start_and_make(self) -> Any:
        return multiple(*self.make())

    @rule(target=seen, stored=st.booleans())
    def render(self, stored: bool) -> Any:
        return multiple(*self.work(stored))

    def make(self) -> list[tuple[int, str]]:
        self.start()
        return self.work(stored=True)

    def work(self, stored: bool) -> list[tuple[int, str]]:
        """A worker takes what waits; a person looks at each video."""
        found = []
        while (message := claim_next()) is not None:
            presenter = Campaign.objects.get(pk=self.campaign.pk).presenter_id
            assert presenter is not None
            result = make_result(message, presenter)
            _store_outcome(message, result if stored else RuntimeError("no luck"))
            now = Message.objects.get(pk=message.pk)
            if now.content_hash:
                self.shows[now.content_hash] = presenter
                found.append((now.pk, now.content_hash))
        return found

    @rule(one=seen)
    def approve(self, one: tuple[int, str]) -> None:
        status, _ = self.ask("POST", f"/messages/{one[0]}/approve", {"seen": one[1]})
        assert status in (200, 404, 409)
        if status == 200:
            self.may_leave.add(one)

    @rule(one=seen)
    def reject(self, one: tuple[int, str]) -> None:
        status, _ = self.ask("POST", f"/messages/{one[0]}/reject", {"seen": one[1], "reason": "no"})
        if status == 200:
            self.may_leave.discard(one)

    @rule(target=digests)
    def prepare(self) -> str:
        return str(self.program.get(f"{self.path}/sending")["digest"])

    @rule(digest=digests)
    def send(self, digest: str) -> None:
        now = self.program.get(f"{self.path}/sending")["digest"]
        status, _ = self.ask("POST", f"{self.path}/sending", {"digest": digest})
        assert status in (202, 409) and (status == 409 or digest == now)

    @rule(between=st.sampled_from(BETWEEN), which=st.integers(0, 5))
    def send_to_one_more(self, between: str, which: int) -> None:
        """From an empty row to a mail, with something between the yes and the mail that may forbid it."""
        self.count += 1
        self.add("Dora", f"dora{self.count}@example.org")
        self.make()
        for message in Message.objects.filter(campaign=self.campaign).exclude(content_hash=""):
            self.approve((message.pk, message.content_hash))
        self.send(self.prepare())
        self.campaign.refresh_from_db()
        match between:
            case "revoke":
                self.revoke(self.campaign.presenter_id or 0)
            case "reject":
                for one in sorted(self.may_leave):
                    self.reject(one)
            case "switch, then revoke":
                earlier = self.campaign.presenter_id or 0
                self.change("presenter", self.presenters.index(self.campaign.presenter) + 1)
                self.revoke(earlier)
            case "":
                pass
            case _:
                self.change(between, which)
        self.deliver_all()

    @rule()
    def deliver_all(self) -> None:
        waiting = Delivery.objects.filter(state=DeliveryState.SCHEDULED).order_by("pk")
        for delivery in list(waiting.select_related("message__recipient")):
            arrived = len(self.postbox.mails)
            deliver(delivery.pk, create_token())
            if len(self.postbox.mails) > arrived:
                self.judge(delivery)

    def judge(self, delivery: Delivery) -> None:
        message = delivery.message
        assert message is not None and message.recipient.removed_at is None
        address, content = str(self.postbox.mails[-1]["To"]), delivery.content_hash
        assert (message.pk, content) in self.may_leave, "unapproved"
        assert self.shows[content] not in self.revoked, "revoked"
        assert address not in self.suppressed, "suppressed"
        assert address not in self.written_to, "twice"
        self.written_to.add(address)

    @invariant()
    def no_link_shows_what_is_unapproved_or_revoked(self) -> None:
        if not hasattr(self, "campaign"):
            return
        for pk, public_id in Message.objects.filter(campaign=self.campaign).values_list("pk", "public_id"):
            if Client().get(reverse("message-page", args=[public_id])).status_code == 200:
                shown = [content for key, content in self.may_leave if key == pk]
                assert any(self.shows[content] not in self.revoked for content in shown)


def make_result(message: Message, presenter: int) -> MessageResult:
    """What a render of this message gives, but for the pictures."""
    told = json.dumps([message.lines, presenter, message.stretch, message.pk], sort_keys=True)
    folder = Path(tempfile.mkdtemp(dir=FOLDER[0]))
    for name, content in (("v.mp4", b"video"), ("p.jpg", poster()), ("c.vtt", b"WEBVTT\n")):
        (folder / name).write_bytes(content)
    digest = hashlib.sha256(told.encode()).hexdigest()
    paths = (folder / "v.mp4", folder / "p.jpg", folder / "c.vtt")
    return MessageResult(*paths, digest, 4.0, (), {}, (), 1.0, 0)


FOLDER: list[str] = [""]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    FOLDER[0] = str(tmp_path)
    yield tmp_path
    FOLDER[0] = ""


@pytest.mark.slow
def test_no_sequence_sends_what_is_unapproved_or_revoked(db: None, settings: Any, folder: Path) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    with mail_server(settings) as postbox:
        Sending.postbox = postbox
        run_state_machine_as_test(Sending, settings=STATEFUL)


STATEFUL = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="SENDING_EXAMPLES" not in os.environ,
)


def test_a_token_that_may_not_send_prepares_and_sends_nothing(alice: User, campaign: Campaign) -> None:
    approve_all(campaign, alice)
    program = make_program(alice, Scope.READ, Scope.EDIT, Scope.RUN, Scope.REVIEW)
    prepared = program.get(f"/campaigns/{campaign.pk}/sending")
    assert prepared["people"] == 3 and prepared["confirm_url"].endswith(f"/{campaign.pk}/send/")
    asked = {"digest": prepared["digest"]}
    status, told = program.ask("POST", f"/campaigns/{campaign.pk}/sending", asked)
    assert (status, told["code"]) == (403, "scope_missing") and not Delivery.objects.exists()


def test_a_yes_counts_for_exactly_what_was_prepared(alice: User, campaign: Campaign) -> None:
    approve_all(campaign, alice)
    program, path = make_program(alice), f"/campaigns/{campaign.pk}/sending"
    before = program.get(path)["digest"]
    program.ask("PATCH", f"/campaigns/{campaign.pk}/mail", {"email_subject": "Other words"})
    status, told = program.ask("POST", path, {"digest": before})
    assert (status, told["code"]) == (409, "changed_meanwhile") and not Delivery.objects.exists()
    status, told = program.ask("POST", path, {"digest": program.get(path)["digest"]})
    assert (status, told["scheduled"]) == (202, 3)
