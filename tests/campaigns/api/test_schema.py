"""Programs are written against the description, so every answer has to be as it says, whatever is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck
from hypothesis import settings as asked
from pytest_django import Settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from campaigns.api.app import build_description
from campaigns.models import Campaign, Suppression
from config.wsgi import application
from tests import people
from tests.campaigns.api.programs import make_program

EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))  # for each address; the long run asks for more
# What is said in them is tried with the columns of a campaign, which no description knows.
BY_MEANING = {"save_mail", "save_speaker", "add_suppression", "upload_spreadsheet"}


def describe_without_tokens() -> dict[str, Any]:
    """Tokens are tried by tests/campaigns/api/test_gate.py; here each request has one."""
    description = build_description()
    for path in description["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return description


SCHEMA = schemathesis.openapi.from_dict(describe_without_tokens())
SCHEMA.app = application


@pytest.fixture
def secret(alice: User, campaign: Campaign, settings: Settings) -> str:
    settings.API_REQUESTS_PER_MINUTE = 10**9
    return make_program(alice).secret


@pytest.fixture
def keys(campaign: Campaign) -> dict[str, int]:
    """Rows by the names that addresses have for them."""
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    suppression = Suppression.objects.create(email="ben@example.org", reason="asked")
    assert campaign.presenter_id is not None
    return {
        "campaign_id": campaign.pk,
        "message_id": message.pk,
        "recipient_id": message.recipient_id,
        "presenter_id": campaign.presenter_id,
        "suppression_id": suppression.pk,
    }


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request does not end the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@SCHEMA.parametrize()
@asked(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_answer_is_as_the_description_says(
    case: schemathesis.Case, secret: str, keys: dict[str, int]
) -> None:
    point = transaction.savepoint()
    if case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE:
        known = {name: keys[name] for name in case.path_parameters if name in keys}
        case.path_parameters.update(known)  # rows that are there
    by_meaning = case.operation.definition.raw["operationId"] in BY_MEANING
    answer = case.call_and_validate(
        headers={"Authorization": f"Bearer {secret}"},
        excluded_checks=[positive_data_acceptance] if by_meaning else [],
    )
    assert answer.status_code != 429
    transaction.savepoint_rollback(point)
