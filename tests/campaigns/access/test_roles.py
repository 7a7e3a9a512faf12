"""What each role may do, asked of the pages themselves."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from campaigns.access.roles import Right, Role, create_missing_roles, may
from campaigns.models import Campaign, Delivery, Message, Presenter
from campaigns.states import DeliveryState, ReviewState
from tests import people
from tests.campaigns.mail import press_send

RIGHTS = {
    Role.AUTHOR: {Right.VIEW, Right.EDIT, Right.RUN, Right.EXPORT},
    Role.REVIEWER: {Right.VIEW, Right.APPROVE},
    Role.SENDER: {Right.VIEW, Right.SEND, Right.EXPORT},
    Role.ADMINISTRATOR: set(Right),
}
# What is posted → the right that it needs.
POSTS = (
    ("recipients", {}, Right.EDIT),
    ("script", {"script": "Hello."}, Right.EDIT),
    ("names", {}, Right.EDIT),
    ("recordings", {}, Right.EDIT),
    ("run", {"action": "start"}, Right.RUN),
    ("run", {"action": "cancel"}, Right.RUN),
    ("review", {"seen": ""}, Right.APPROVE),
    ("send", {"action": "send"}, Right.SEND),
    ("send", {"action": "retry", "delivery": "1"}, Right.SEND),
    ("send", {"action": "save", "email_subject": "x"}, Right.EDIT),
)


def person(role: Role) -> User:
    made = User.objects.create_user(role.lower(), f"{role}@example.org", people.PASSWORD, is_staff=True)
    made.groups.add(Group.objects.get(name=role))
    return made


@pytest.fixture
def message(campaign: Campaign) -> Message:
    return people.ready_message(campaign.recipients.get(name="Ada"))


@pytest.mark.parametrize("role", list(Role))
def test_a_role_brings_its_rights_and_no_others(db: None, role: Role) -> None:
    user = person(role)
    assert {right for right in Right if may(user, right, None)} == RIGHTS[role]


@pytest.mark.parametrize("role", list(Role))
def test_a_post_without_its_right_is_refused_in_words(client: Client, message: Message, role: Role) -> None:
    client.force_login(person(role))
    for step, fields, right in POSTS:
        address = reverse(f"admin:campaigns_campaign_{step}", args=[message.campaign_id])
        answer = client.post(address, fields)
        refused = answer.status_code == 403
        assert refused == (right not in RIGHTS[role]), (step, fields)
        if refused:
            assert "for the role" in answer.content.decode()


def test_a_reviewer_approves_and_does_not_send(client: Client, message: Message) -> None:
    client.force_login(person(Role.REVIEWER))
    decide = reverse("admin:campaigns_campaign_decide", args=[message.campaign_id, message.pk])
    decision = {"decision": "approve", "reason": "", "seen": message.content_hash}
    assert client.post(decide, decision, content_type="application/json").status_code == 200
    message.refresh_from_db()
    assert message.review_state == ReviewState.APPROVED
    client.post(
        reverse("admin:campaigns_campaign_send", args=[message.campaign_id]),
        {"action": "send", "channel": "email"},
    )
    assert not Delivery.objects.exists()


def test_a_sender_sends_and_does_not_approve(client: Client, message: Message, alice: User) -> None:
    client.force_login(person(Role.SENDER))
    decide = reverse("admin:campaigns_campaign_decide", args=[message.campaign_id, message.pk])
    answer = client.post(decide, {"decision": "approve"}, content_type="application/json")
    assert answer.status_code == 403 and "Reviewer" in answer.json()["problem"]
    client.force_login(alice)
    decision = {"decision": "approve", "reason": "", "seen": message.content_hash}
    client.post(decide, decision, content_type="application/json")
    client.force_login(User.objects.get(username="sender"))
    send = reverse("admin:campaigns_campaign_send", args=[message.campaign_id])
    press_send(client, send, channel="email")
    assert Delivery.objects.get().state == DeliveryState.SCHEDULED


def test_a_page_says_what_a_person_may_not_do(client: Client, message: Message) -> None:
    client.force_login(person(Role.REVIEWER))
    page = client.get(reverse("admin:campaigns_campaign_run", args=[message.campaign_id])).content.decode()
    assert "You may not start or stop samples and runs" in page


def test_consent_is_for_administrators(client: Client, presenter: Presenter) -> None:
    revoke = reverse("admin:campaigns_presenter_revoke", args=[presenter.pk])
    change = reverse("admin:campaigns_presenter_change", args=[presenter.pk])
    client.force_login(person(Role.AUTHOR))
    answer = client.post(revoke)
    assert answer.status_code == 403 and "Administrator" in answer.content.decode()
    assert 'name="agreed"' not in client.get(change).content.decode()
    client.post(change, {"name": "Nora Reed"})  # a rename by who may not record consent keeps it
    presenter.refresh_from_db()
    assert presenter.has_consent and presenter.name == "Nora Reed"
    client.force_login(person(Role.ADMINISTRATOR))
    assert client.post(revoke).status_code == 302
    presenter.refresh_from_db()
    assert not presenter.has_consent


@pytest.mark.parametrize("role", list(Role))
def test_suppressions_are_kept_by_administrators(client: Client, db: None, role: Role) -> None:
    client.force_login(person(role))
    answer = client.get(reverse("admin:campaigns_suppression_add"))
    assert (answer.status_code == 200) == (role == Role.ADMINISTRATOR)


def test_no_role_reaches_the_accounts(client: Client, db: None) -> None:
    client.force_login(person(Role.ADMINISTRATOR))
    assert client.get(reverse("admin:auth_user_changelist")).status_code == 403


def test_groups_are_made_once_and_keep_what_people_changed(db: None) -> None:
    sender = Group.objects.get(name=Role.SENDER)
    sender.permissions.clear()
    Group.objects.get(name=Role.REVIEWER).delete()
    create_missing_roles()
    assert not sender.permissions.exists()
    assert Group.objects.get(name=Role.REVIEWER).permissions.exists()
