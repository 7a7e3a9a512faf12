"""Every address of the URL list, asked by eight kinds of people: no 500, and nobody sees another workspace.

Routes, and the names of what is sent to them, are read from the code, so that a new page is asked as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from campaigns.access.roles import Role
from campaigns.models import Campaign, MemberRole, Message, Presenter, Workspace
from tests import people

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("Zanzibar", "Quetzal", "Xanthippe", "quetzal@example.org", "Said to nobody else")
HOSTILE = (
    "\x00",
    "9" * 400,
    "-1",
    "nan",
    "'\"><script>",
    "../../etc/passwd",
    "{{ 7 * 7 }}",
    "\ud800\x00",
    "",
)
ENDS = ("logout/",)  # it would end the session that the others need
_ASKED = re.compile(r"(?:GET|POST|FILES)(?:\.get(?:list)?\(|\[)\s*\"([\w-]+)\"")
_GIVEN = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def walk(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Every route as it is written, such as “admin/campaigns/campaign/<int:pk>/script/”."""
    for one in patterns:
        route = before + str(one.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route


def fill(route: str, keys: dict[str, object]) -> str:
    """A route with the keys of rows that are there: of what its path names last, as “campaign/<int:pk>”."""

    def choose(found: re.Match[str]) -> str:
        kind, name = found[1] or "", found[2] or found[3]
        if kind == "uuid":
            return str(keys["uuid"])
        if name == "app_label":
            return "campaigns"
        named = [part for part in route[: found.start()].split("/") if part.rstrip("s") in keys]
        return str(keys[named[-1].rstrip("s")] if named else 1)

    return "/" + _GIVEN.sub(choose, route).replace("\\", "").replace("?", "")


ROUTES = sorted({one for one in walk(get_resolver().url_patterns) if not one.endswith(ENDS)})
NAMES = sorted(
    {
        name
        for folder in ("views", "admin")
        for path in (ROOT / "campaigns" / folder).glob("*.py")
        for name in _ASKED.findall(path.read_text(encoding="utf-8"))
    }
)


@pytest.fixture
def keys(campaign: Campaign, presenter: Presenter) -> dict[str, object]:
    """Rows of one workspace whose words nobody else may read."""
    Presenter.objects.filter(pk=presenter.pk).update(name="Xanthippe")
    Campaign.objects.filter(pk=campaign.pk).update(
        name="Zanzibar", script="Said to nobody else {{ first_name }}."
    )
    row = campaign.recipients.get(name="Ada")
    row.name, row.email, row.values = "Quetzal", "quetzal@example.org", {"first_name": "Quetzal"}
    row.save()
    message: Message = people.ready_message(row)
    return {
        "campaign": campaign.pk, "presenter": presenter.pk, "message": message.pk, "recipient": row.pk,
        "uuid": message.public_id, "workspace": campaign.workspace_id, "user": campaign.created_by_id,
    }  # fmt: skip


def sign_in(who: str, alice: User, workspace: Workspace) -> Client:
    client = Client(raise_request_exception=False)
    if who == "superuser":
        client.force_login(alice)
    elif who != "anonymous":
        user = User.objects.create_user("somebody", "somebody@example.org", people.PASSWORD, is_staff=True)
        if who == "outsider":
            elsewhere = Workspace.objects.create(name="Elsewhere")
            user.workspaces.set([elsewhere])
            MemberRole.objects.create(user=user, workspace=elsewhere, role=Role.ADMINISTRATOR)
        elif who != "no role":
            MemberRole.objects.create(user=user, workspace=workspace, role=who)
        client.force_login(user)
    return client


def read(answer: HttpResponse) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


def ask(client: Client, address: str, hostile: bool, turn: int) -> Iterator[tuple[str, HttpResponse]]:
    """Each answer, with what was asked; what it changed is undone."""
    value = HOSTILE[turn % len(HOSTILE)]
    form = dict.fromkeys(NAMES, value.encode("utf-8", "replace").decode())
    asked: list[tuple[str, Any]] = [
        ("GET", lambda: client.get(address)),
        ("POST", lambda: client.post(address)),
    ]
    if hostile:
        body = json.dumps(dict.fromkeys(NAMES, value))
        asked += [
            ("GET?", lambda: client.get(address, form)),
            ("POST form", lambda: client.post(address, form)),
            ("POST JSON", lambda: client.post(address, body, content_type="application/json")),
            ("POST bytes", lambda: client.post(address, b"\xff\x00{[", content_type="application/json")),
        ]
    for kind, call in asked:
        with transaction.atomic():
            answer = call()
            yield f"{kind} {address} with {value[:12]!r}", answer
            transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anonymous", "no role", *Role, "outsider", "superuser"])
def test_no_address_fails_and_none_tells_of_another_workspace(
    who: str, alice: User, keys: dict[str, object]
) -> None:
    assert len(ROUTES) > 100 and len(NAMES) > 20
    client = sign_in(who, alice, Workspace.objects.get())
    session = client.cookies["sessionid"].value if who != "anonymous" else ""
    hostile = who in ("anonymous", Role.ADMINISTRATOR, "superuser")
    failed, told, refused = [], [], 0
    for turn, route in enumerate(ROUTES):
        address = fill(route, keys)
        for asked, answer in ask(client, address, hostile, turn):
            text = read(answer)
            failed += [asked] if answer.status_code >= 500 else []
            refused += answer.status_code in (302, 403, 404, 405)
            # A recipient's page is for whoever has its link.
            if who in ("anonymous", "outsider", "no role") and not address.startswith("/v/"):
                told += [f"{asked}: {secret}" for secret in SECRETS if secret in text]
    assert (failed, told) == ([], [])
    assert who == "anonymous" or client.cookies["sessionid"].value == session  # still the same person
    assert refused > 20
