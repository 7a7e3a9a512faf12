"""A person's own second factor, and the removal of another person's."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from campaigns.access.second_factor import find_device
from campaigns.access.second_factor_gate import mark_verified
from campaigns.access.tokens import make_token
from campaigns.history import Verb
from campaigns.models import ApiToken, HistoryEntry
from tests import people

PAGE = "/admin/second-factor/"


def read(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def verified(alice: User) -> Client:
    """Alice, signed in with both."""
    device, _ = people.second_factor(alice)
    client = Client()
    client.force_login(alice)
    request = client.request().wsgi_request
    request.session = client.session
    mark_verified(request, device)
    request.session.save()
    return client


def test_setting_it_up_shows_secret_and_codes_once(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    assert "<svg" not in read(client.get(PAGE))
    shown = client.post(PAGE, {"action": "begin"}, follow=True)
    assert '<path class="qrline"' in read(shown) and "no-store" in shown["Cache-Control"]
    begun = TOTPDevice.objects.get(user=alice)
    refused = client.post(PAGE, {"action": "confirm", "code": people.wrong_code(begun)})
    assert refused.status_code == 400 and "This code is wrong" in read(refused) and "<svg" in read(refused)
    people.forget_wrong_codes()
    on = client.post(PAGE, {"action": "confirm", "code": people.code_of(begun)})
    assert read(on).count("<li><code>") == 10 and "no-store" in on["Cache-Control"]
    later = read(client.get(PAGE))
    assert "It is on" in later and "10 recovery codes are left" in later
    assert "<li><code>" not in later and 'class="qrline"' not in later


def test_a_secret_that_another_session_saw_is_never_confirmed(alice: User) -> None:
    stranger, owner = Client(), Client()
    for client in (stranger, owner):
        client.force_login(alice)
    stranger.post(PAGE, {"action": "begin"})
    seen = TOTPDevice.objects.get(user=alice)
    assert "qrline" not in read(owner.get(PAGE))
    refused = owner.post(PAGE, {"action": "confirm", "code": people.code_of(seen)})
    assert refused.status_code == 400 and "Begin again" in read(refused) and find_device(alice) is None
    owner.post(PAGE, {"action": "begin"})
    assert stranger.post(PAGE, {"action": "confirm", "code": people.code_of(seen)}).status_code == 400
    assert find_device(alice) is None


@pytest.mark.parametrize("action", ["renew", "remove"])
def test_changing_it_asks_the_password_again(verified: Client, alice: User, action: str) -> None:
    refused = verified.post(PAGE, {"action": action, "password": "wrong"})
    assert refused.status_code == 400 and "This is not your password" in read(refused)
    assert find_device(alice) is not None and "<li><code>" not in read(refused)
    done = verified.post(PAGE, {"action": action, "password": people.PASSWORD}, follow=True)
    assert done.status_code == 200
    assert ("<li><code>" in read(done), find_device(alice) is None) == (action == "renew", action == "remove")


def test_passwords_guessed_here_count_as_at_signing_in(verified: Client, alice: User) -> None:
    for number in range(10):
        verified.post(PAGE, {"action": "remove", "password": f"wrong {number}"})
    assert verified.post(PAGE, {"action": "remove", "password": people.PASSWORD}).status_code == 429
    assert find_device(alice) is not None


def test_a_token_needs_no_code_and_making_one_does(alice: User, campaign: object) -> None:
    workspace = alice.workspaces.get()
    _, secret = make_token(workspace, alice, "CRM", ["read"], 30)
    before = Client()
    before.force_login(alice)
    people.second_factor(alice)
    asked = Client().get("/api/v1/campaigns", headers={"Authorization": f"Bearer {secret}"})
    assert asked.status_code == 200
    page = f"/admin/campaigns/workspace/{workspace.pk}/tokens/"
    made = before.post(page, {"name": "Own", "scope": "read", "days": "30", "action": "make"})
    assert made["Location"].startswith("/admin/login/") and ApiToken.objects.count() == 1


def test_a_lost_one_is_removed_by_an_owner_with_their_own_password(verified: Client, bob: User) -> None:
    people.second_factor(bob)
    page = f"/admin/auth/user/{bob.pk}/second-factor/"
    assert page in read(verified.get("/admin/auth/user/"))
    assert "Remove the second factor of bob" in read(verified.get(page))
    assert verified.post(page, {"password": "wrong"}).status_code == 400
    assert find_device(bob) is not None
    verified.post(page, {"password": people.PASSWORD})
    assert find_device(bob) is None
    entry = HistoryEntry.objects.get(verb=Verb.FACTOR_REMOVED)
    assert (entry.actor_name, entry.about) == ("alice", "bob")


def test_nobody_else_removes_one(alice: User, bob: User) -> None:
    people.second_factor(alice)
    people.second_factor(bob)
    keeper = User.objects.create_user("keeper", password=people.PASSWORD, is_staff=True)
    client = Client()
    client.force_login(keeper)
    page = "/admin/auth/user/{}/second-factor/"
    assert client.post(page.format(bob.pk), {"password": people.PASSWORD}).status_code == 403
    keeper.user_permissions.add(*Permission.objects.filter(codename__in=["change_user", "view_user"]))
    assert client.post(page.format(alice.pk), {"password": people.PASSWORD}).status_code == 403
    assert find_device(alice) is not None and find_device(bob) is not None
    client.post(page.format(bob.pk), {"password": people.PASSWORD})
    assert find_device(bob) is None


def test_ones_own_goes_by_ones_own_page_alone(verified: Client, alice: User) -> None:
    page = f"/admin/auth/user/{alice.pk}/second-factor/"
    assert verified.post(page, {"password": people.PASSWORD})["Location"] == PAGE
    assert find_device(alice) is not None
