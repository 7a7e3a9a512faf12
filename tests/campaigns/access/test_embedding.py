"""Hosts that may show pages: written by an administrator, and nothing that a policy would take for more."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.access.embedding import read_hosts
from campaigns.access.members import MemberRefused
from campaigns.models import Campaign, HistoryEntry


def test_hosts_are_read_from_lines_and_commas() -> None:
    hosts = read_hosts("www.Example.org, *.shop.example\n\nexample.org:8443 www.example.org")
    assert hosts == ["*.shop.example", "example.org:8443", "www.example.org"]
    assert read_hosts(" ") == []


@pytest.mark.parametrize(
    "text",
    ["*", "localhost", "https://example.org", "example.org/path", "a.b;script-src", "a.b'", "*.*.org",
     "-a.org", "a..org", "example.org:port", "\u0456xample.org", "x" * 300 + ".org",
     " ".join(f"h{n}.org" for n in range(21))],
)  # fmt: skip
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(MemberRefused):
        read_hosts(text)


def test_an_administrator_saves_them_and_the_history_has_it(
    client: Client, alice: User, campaign: Campaign
) -> None:
    client.force_login(alice)
    page = reverse("admin:campaigns_workspace_members", args=[campaign.workspace_id])
    client.post(page, {"action": "embedding", "hosts": "www.example.org"})
    campaign.workspace.refresh_from_db()
    assert campaign.workspace.embed_hosts == ["www.example.org"]
    assert b"www.example.org</textarea>" in client.get(page).content
    assert HistoryEntry.objects.filter(about="www.example.org").count() == 1
    answer = client.post(page, {"action": "embedding", "hosts": "javascript:alert(1)"}, follow=True)
    assert "is no host" in answer.content.decode()
