"""An agent that starts the server as its own process: it looks, checks and prepares, and sends nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from django.contrib.auth.models import User
from mcp import Client, StdioServerParameters

from campaigns.access.tokens import Scope
from campaigns.agents.api_client import ApiClient, ApiRefused
from campaigns.models import Campaign, Delivery, HistoryEntry
from tests.campaigns.api.programs import make_program
from tests.campaigns.mail import approve_all

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.django_db(transaction=True)
def test_an_agent_prepares_a_sending_and_a_person_has_to_say_yes(
    live_server: Any, alice: User, campaign: Campaign, tmp_path: Path
) -> None:
    approve_all(campaign, alice)
    # Even a token that may send: no tool of the server does.
    (tmp_path / "token").write_text(make_program(alice).secret)
    answers = anyio.run(_use, live_server.url, tmp_path / "token", campaign.pk)
    assert set(answers["tools"]) == {
        "list_campaigns", "get_status", "list_problems", "list_messages", "check", "estimate", "try_script",
        "prepare_sending", "make_sample",
    }  # fmt: skip
    assert answers["list_campaigns"]["items"][0]["name"] == "Spring"
    assert answers["get_status"]["campaign"]["counts"]["approved"] == 3
    problem = answers["list_problems"]["items"][0]
    assert (problem["row"], problem["problems"][0]["column"]) == (5, "email")
    assert answers["check"]["items"][0]["lines"][0]["text"] == "Hello Ada."
    assert answers["estimate"]["messages"] == 3
    assert answers["try_script"]["lines"] == ["Good day Ada."]
    prepared = answers["prepare_sending"]
    assert prepared["people"] == 3 and "/send/" in prepared["confirm_url"] and "digest" not in prepared
    assert "no campaign" in answers["wrong"]["refused"]
    assert not Delivery.objects.exists()
    assert set(HistoryEntry.objects.values_list("verb", flat=True)) == {"approved", "made the API token"}


async def _use(url: str, token: Path, campaign: int) -> dict[str, Any]:
    environment = {**os.environ, "BYNAME_URL": url, "BYNAME_TOKEN_FILE": str(token), "PYTHONPATH": str(ROOT)}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "campaigns.agents"], env=environment, cwd=str(ROOT)
    )
    one = {"campaign": campaign}
    asked: dict[str, dict[str, Any]] = {
        "list_campaigns": {},
        "try_script": {**one, "script": "Good day {{ first_name }}."},
        **{name: one for name in ("get_status", "list_problems", "check", "estimate", "prepare_sending")},
    }
    async with Client(server) as client:
        found: dict[str, Any] = {"tools": [tool.name for tool in (await client.list_tools()).tools]}
        for name, arguments in asked.items():
            found[name] = (await client.call_tool(name, arguments)).structured_content
        found["wrong"] = (await client.call_tool("get_status", {"campaign": 999_999})).structured_content
    return found


def test_without_an_address_or_a_token_it_says_what_is_missing() -> None:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("BYNAME")}
    command = [sys.executable, "-m", "campaigns.agents"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "BYNAME_URL" in done.stderr and not done.stdout


def test_a_token_of_the_scope_read_alone_makes_no_sample(
    live_server: Any, alice: User, campaign: Campaign
) -> None:
    reader = ApiClient(live_server.url, make_program(alice, Scope.READ).secret)
    assert reader.get("me")["scopes"] == ["read"]
    with pytest.raises(ApiRefused, match="scope_missing"):
        reader.post("campaigns", campaign.pk, "sample")
