"""What a right password leaves in the session: not a person who is signed in, and not for long."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from campaigns.access import sign_in_steps
from tests import people

LOGIN, CODE = "/admin/login/", "/admin/login/code/"


def give_password(client: Client, then: str = "/admin/") -> None:
    form = {"username": "alice", "password": people.PASSWORD, "next": then}
    assert client.post(LOGIN, form)["Location"] == CODE


def test_the_asked_page_follows_and_none_of_elsewhere(alice: User) -> None:
    device, codes = people.second_factor(alice)
    for then, follows in (("/admin/auth/user/", "/admin/auth/user/"), ("https://example.org/", "/admin/")):
        client = Client()
        give_password(client, then)
        assert client.post(CODE, {"code": codes.pop()})["Location"] == follows
        assert client.get("/admin/").wsgi_request.user.pk == device.user_id


def test_the_session_gets_another_name_with_each_step(alice: User) -> None:
    device, _ = people.second_factor(alice)
    client = Client()
    client.session.save()
    names = [client.session.session_key]
    give_password(client)
    names.append(client.session.session_key)
    client.post(CODE, {"code": people.code_of(device)})
    names.append(client.session.session_key)
    assert len(set(names)) == 3 and Session.objects.filter(pk__in=names).count() == 1


@pytest.mark.parametrize("change", ["time", "password", "inactive", "no staff", "removed"])
def test_it_ends_where_the_person_may_not_sign_in_by_it_any_more(
    alice: User, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, codes = people.second_factor(alice)
    if change == "time":
        monkeypatch.setattr(sign_in_steps, "HELD_S", -1)
    client = Client()
    give_password(client)
    if change == "password":
        alice.set_password("another one of hers")
        alice.save()
    User.objects.filter(pk=alice.pk).update(is_active=change != "inactive", is_staff=change != "no staff")
    if change == "removed":
        device.delete()
    answer = client.post(CODE, {"code": codes[0]}, follow=True)
    assert answer.redirect_chain == [(LOGIN, 302)]
    assert "Sign in again" in answer.content.decode()
    assert client.get("/admin/").status_code == 302
