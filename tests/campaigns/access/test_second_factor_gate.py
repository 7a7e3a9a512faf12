"""Nothing of the dashboard opens with a password alone: every address of the URL list is asked."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from campaigns.models import Campaign
from tests import people
from tests.hostile.test_routes import ROUTES, fill

LOGIN, CODE, PAGE = "/admin/login/", "/admin/login/code/", "/admin/second-factor/"


def with_password_alone(user: User) -> Client:
    """Between password and code."""
    people.second_factor(user)
    client = Client()
    assert client.post(LOGIN, {"username": user.username, "password": people.PASSWORD})["Location"] == CODE
    return client


def signed_in_before(user: User) -> Client:
    """A session of before the second factor was set up."""
    client = Client()
    client.force_login(user)
    people.second_factor(user)
    return client


def must_set_up_first(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def describe(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, answer.get("Location", "")


def ask_all(client: Client, addresses: list[str]) -> dict[str, tuple[int, str]]:
    return {
        f"{ask.__name__} {address}": describe(ask(address))
        for address in addresses
        for ask in (client.get, client.post)
    }


@pytest.fixture
def addresses(campaign: Campaign) -> list[str]:
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    keys: dict[str, object] = {
        "campaign": campaign.pk, "presenter": campaign.presenter_id, "message": message.pk,
        "recipient": message.recipient_id, "uuid": message.public_id, "workspace": campaign.workspace_id,
        "user": campaign.created_by_id,
    }  # fmt: skip
    return [fill(route, keys) for route in ROUTES]


@pytest.mark.parametrize(
    ("enter", "setting", "differs"),
    [
        (with_password_alone, "optional", {f"get {CODE}", f"post {CODE}"}),
        (signed_in_before, "optional", set[str]()),
        (must_set_up_first, "required", {f"get {LOGIN}", f"get {PAGE}", f"post {PAGE}"}),
    ],
)
def test_no_address_tells_a_password_alone_from_nobody(
    enter: object, setting: str, differs: set[str], alice: User, addresses: list[str], settings: Settings
) -> None:
    settings.SECOND_FACTOR = setting
    assert callable(enter) and len(addresses) > 100
    found, nobody = ask_all(enter(alice), addresses), ask_all(Client(), addresses)
    assert {asked for asked, answer in found.items() if answer != nobody[asked]} == differs


def test_with_both_the_same_addresses_open(alice: User, addresses: list[str]) -> None:
    client = with_password_alone(alice)
    device = alice.totpdevice_set.get()  # type: ignore[attr-defined]
    assert client.post(CODE, {"code": people.code_of(device)})["Location"] == "/admin/"
    opened = [address for address in addresses if client.get(address).status_code == 200]
    assert len(opened) > len([one for one in addresses if Client().get(one).status_code == 200]) + 30


def test_another_session_of_the_person_asks_for_a_code_from_now_on(alice: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(alice)
    here.post(PAGE, {"action": "begin"})
    device = alice.totpdevice_set.get()  # type: ignore[attr-defined]
    assert here.post(PAGE, {"action": "confirm", "code": people.code_of(device)}).status_code == 200
    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/")["Location"] == f"{LOGIN}?next=/admin/"


def test_where_it_is_required_setting_one_up_opens_the_rest(alice: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    client = Client()
    client.post(LOGIN, {"username": "alice", "password": people.PASSWORD})
    led = client.get("/admin/", follow=True)
    assert led.redirect_chain[-1] == (PAGE, 302) and "Set up yours to go on" in led.content.decode()
    client.post(PAGE, {"action": "begin"})
    device = alice.totpdevice_set.get()  # type: ignore[attr-defined]
    client.post(PAGE, {"action": "confirm", "code": people.code_of(device)})
    assert client.get("/admin/").status_code == 200


def test_who_must_set_one_up_can_sign_out(alice: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    client = must_set_up_first(alice)
    client.post("/admin/logout/")
    assert client.get(PAGE)["Location"].startswith(LOGIN)
