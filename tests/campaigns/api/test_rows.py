"""Rows of other workspaces are not there, whatever address asks for them."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaigns.api.app import build_description
from campaigns.models import Campaign, Job, Suppression, Workspace
from tests import people
from tests.campaigns.api.programs import Program, make_program

DESCRIPTION = build_description()
# What each address needs that has a body; its keys name rows of the other workspace.
BODIES: dict[str, object] = {
    "save_script": {"script": "Hello."},
    "try_script": {"script": "Hello."},
    "add_recipient": {"values": {"first_name": "Eve"}},
    "edit_recipient": {"values": {"first_name": "Eve"}},
    "rename_campaign": {"name": "Mine"},
    "follow_up_campaign": {"audience": "everybody"},
    "approve_message": {"seen": "a" * 64},
    "reject_message": {"seen": "a" * 64, "reason": "no"},
    "confirm_sending": {"digest": "a" * 64},
}
ADDRESSES = [
    (method, path, operation["operationId"])
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
    if "{" in path
]


@pytest.fixture
def stranger(campaign: Campaign, alice: User) -> Program:
    """An owner, with a token for another workspace."""
    elsewhere = Workspace.objects.create(name="Elsewhere")
    elsewhere.members.add(alice)
    return make_program(alice, workspace=elsewhere)


def test_no_address_reaches_into_another_workspace(stranger: Program, campaign: Campaign) -> None:
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    job = Job.objects.create(kind="export", workspace=campaign.workspace, campaign=campaign)
    suppression = Suppression.objects.create(workspace=campaign.workspace, email="x@example.org", reason="x")
    keys = {
        "campaign_id": campaign.pk,
        "recipient_id": message.recipient_id,
        "message_id": message.pk,
        "job_id": job.public_id,
        "suppression_id": suppression.pk,
        "presenter_id": campaign.presenter_id,
        "kind": "video",
    }
    assert len(ADDRESSES) > 40
    for method, path, name in ADDRESSES:
        if name == "upload_spreadsheet":
            continue
        asked = path.removeprefix("/api/v1").format(**keys)
        status, told = stranger.ask(method.upper(), asked, BODIES.get(name, {}))
        assert (status, told["code"]) == (404, "not_found"), (name, told)
    campaign.refresh_from_db()
    assert campaign.name == "Spring" and campaign.recipients.count() == 4


def test_no_address_answers_without_a_token(campaign: Campaign) -> None:
    for path, methods in DESCRIPTION["paths"].items():
        for method in methods:
            address = re.sub("{[a-z_]+}", str(campaign.pk), path)
            answer = Client().generic(method.upper(), address, b"{}", content_type="application/json")
            assert answer.status_code == 401, address


def test_lists_hold_the_own_workspace_alone(stranger: Program, campaign: Campaign) -> None:
    for path in ("/campaigns", "/presenters", "/suppressions"):
        assert stranger.get(path)["items"] == []
    status, told = stranger.ask("POST", "/campaigns", {"name": "Mine", "presenter": campaign.presenter_id})
    assert (status, told["code"]) == (404, "not_found") and Campaign.objects.count() == 1
