"""Numbers, ids and texts that no page of ours ever sends: no address answers them with a fault of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import campaigns
from campaigns.models import Campaign, Message
from campaigns.views.numbers import KEY_MAX, read_key, read_seconds
from tests.campaigns.mail import approve_all

pytestmark = [pytest.mark.slow]
LONG = "9" * 400
HOSTILE = ["9" * 5000, str(2**63), "-1", "NaN", "²", "\x00"]
HOSTILE_JSON = [int(LONG), float("nan"), float("inf"), None, [], "²", "\x00"]
_SOURCES = Path(campaigns.__file__).parent
_NAMES = re.compile(r"(?:GET|POST|posted|asked|data)(?:\.get|\.getlist)?[(\[]\"([a-z_]+)\"")


def list_names() -> list[str]:
    """Every name that a page reads out of an address, a form or JSON."""
    files = [*(_SOURCES / "views").glob("*.py"), *(_SOURCES / "admin").glob("*.py")]
    found = {name for file in files for name in _NAMES.findall(file.read_text(encoding="utf-8"))}
    return sorted(found | {"p", "page", "q", "o", "all", "e", "_changelist_filters", "object_id"})


def walk(patterns: Any, before: str = "") -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield "/" + route.replace("\\Z", "").rstrip("$")


def fill(route: str, message: Message, number: str) -> str:
    """The route's address: ids of ``number``, or those of the campaign and message where it is empty."""
    known = {"public_id": str(message.public_id), "kind": "video", "format": "csv"}

    def value(found: re.Match[str]) -> str:
        kind, _, name = found.group(1).rpartition(":")
        if kind == "uuid":
            return known.get(name, str(uuid4()))
        of_message = "messages" in route or name == "message_id"
        return known.get(name) or number or str(message.pk if of_message else message.campaign_id)

    return re.sub(r"<([^>]+)>", value, route)


ROUTES = sorted({route for route in walk(get_resolver().url_patterns) if "(" not in route})


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return approve_all(campaign, alice)[0]


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    client.raise_request_exception = False
    return client


def test_no_address_answers_hostile_numbers_with_a_fault(browser: Client, message: Message) -> None:
    names, faults = list_names(), []
    for route in ROUTES:
        if "logout" in route:
            continue
        paths = {fill(route, message, number) for number in ("", LONG, str(2**63), "0")}
        for path in sorted(paths):
            if browser.get(path).status_code >= 500:
                faults.append(f"GET {path[:80]}")
        path = fill(route, message, "")
        for value in HOSTILE:
            if browser.get(path, dict.fromkeys(names, value)).status_code >= 500:
                faults.append(f"GET {path} with {value[:10]!r}")
    assert faults == []


def test_no_button_answers_hostile_numbers_with_a_fault(browser: Client, message: Message) -> None:
    names, faults = list_names(), []
    for route in ROUTES:
        if "logout" in route:
            continue
        path = fill(route, message, "")
        sent: list[tuple[Any, Any]] = [(dict.fromkeys(names, value), {}) for value in HOSTILE]
        for value in HOSTILE_JSON:
            sent.append((json.dumps(dict.fromkeys(names, value)), {"content_type": "application/json"}))
        for body, how in sent:
            with transaction.atomic():
                status = browser.post(path, body, **how).status_code
                transaction.set_rollback(True)
            if status >= 500:
                faults.append(f"POST {path} with {str(body)[-60:]!r}")
    assert faults == []


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("7", 7),
        (7, 7),
        (str(KEY_MAX), KEY_MAX),
        (KEY_MAX + 1, 0),
        (LONG, 0),
        ("²", 0),
        ("-1", 0),
        (True, 0),
        (None, 0),
    ],
)
def test_a_key_is_read_as_one_or_as_none(asked: object, key: int) -> None:
    assert read_key(asked) == key


@pytest.mark.parametrize("asked", [int(LONG), 1e300, float("nan"), float("-inf"), True, "1", None])
def test_what_is_no_time_in_a_video_is_refused(asked: object) -> None:
    with pytest.raises(ValueError, match="not a time"):
        read_seconds(asked)
