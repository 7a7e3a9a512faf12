"""Tokens are made and revoked on a page; the secret is shown once."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.access.tokens import find_token
from campaigns.models import ApiToken, Workspace, get_first_workspace


def test_a_token_is_made_shown_once_and_revoked(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = reverse("admin:campaigns_workspace_tokens", args=[get_first_workspace()])
    asked = {"action": "make", "name": "CRM", "scope": ["read", "run"], "days": "30"}
    answer = client.post(page, asked)
    secret = re.findall(r'value="(byname_[^"]+)"', answer.content.decode())[0]
    token = find_token(secret)
    assert token is not None and token.scopes == ["read", "run"] and "no-store" in answer["Cache-Control"]
    shown = client.get(page).content.decode()
    assert secret not in shown and token.prefix in shown
    client.post(page, {"action": "revoke", "token": token.pk})
    assert find_token(secret) is None and token.prefix not in client.get(page).content.decode()


def test_what_cannot_be_made_is_told_and_nothing_is(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = reverse("admin:campaigns_workspace_tokens", args=[get_first_workspace()])
    for asked in ({"name": "x", "scope": "read", "days": "99999999"}, {"name": "x", "days": "30"}, {}):
        assert client.post(page, asked).status_code == 400
    assert client.post(page, {"action": "revoke", "token": "9" * 30}).status_code == 404
    assert not ApiToken.objects.exists()


def test_tokens_of_another_workspace_are_not_there(client: Client, alice: User) -> None:
    stranger = User.objects.create_user("stranger", is_staff=True)
    stranger.workspaces.set([Workspace.objects.create(name="Elsewhere")])
    client.force_login(stranger)
    page = reverse("admin:campaigns_workspace_tokens", args=[get_first_workspace()])
    asked = {"name": "CRM", "scope": "read", "days": "30"}
    assert client.get(page).status_code == 404 and client.post(page, asked).status_code == 404
