"""A token acts for one person in one workspace, and only as long as both let it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from campaigns.access.tokens import (
    Scope,
    TokenRefused,
    find_token,
    list_tokens,
    make_token,
    revoke_token,
    take_request,
)
from campaigns.models import ApiToken, HistoryEntry, Workspace, get_first_workspace


@pytest.fixture
def workspace(db: None) -> Workspace:
    return Workspace.objects.get(pk=get_first_workspace())


@pytest.fixture
def author(workspace: Workspace) -> User:
    return User.objects.create_user("author", is_staff=True)  # a member, as there is one workspace


def test_the_secret_is_nowhere_in_the_database(author: User, workspace: Workspace) -> None:
    token, secret = make_token(workspace, author, "CRM", [Scope.READ], 30)
    row = str(ApiToken.objects.values().get(pk=token.pk)) + str(HistoryEntry.objects.values().last())
    assert secret not in row and secret.startswith(token.prefix)
    assert find_token(secret) == token and find_token(f"{secret}x") is None and find_token("") is None


@pytest.mark.parametrize("change", ["revoked", "expired", "inactive", "no staff", "no member"])
def test_a_token_ends_with_what_it_stands_on(change: str, author: User, workspace: Workspace) -> None:
    token, secret = make_token(workspace, author, "CRM", [Scope.READ], 30)
    if change == "revoked":
        revoke_token(token, author)
    elif change == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif change == "no member":
        workspace.members.remove(author)
    else:
        User.objects.update(is_active=change != "inactive", is_staff=change != "no staff")
    assert find_token(secret) is None


def test_only_its_person_and_an_administrator_see_and_revoke_it(
    author: User, alice: User, workspace: Workspace
) -> None:
    token, secret = make_token(workspace, author, "CRM", [Scope.READ], 0)
    other = User.objects.create_user("other", is_staff=True)
    with pytest.raises(TokenRefused):
        revoke_token(token, other)
    assert find_token(secret) == token
    assert list_tokens(workspace, other) == [] and list_tokens(workspace, alice) == [token]
    revoke_token(token, alice)
    assert find_token(secret) is None and list_tokens(workspace, alice) == []
    verbs = list(HistoryEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["made the API token", "revoked the API token"]


def test_a_minute_holds_so_many_requests_and_fills_again(
    author: User, workspace: Workspace, settings: Settings
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    token, _ = make_token(workspace, author, "CRM", [Scope.READ], 0)
    waits = [take_request(token) for _ in range(4)]
    assert waits[:3] == [0.0] * 3 and 0 < waits[3] <= 20
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_apitoken SET refilled_at = refilled_at - interval '25 s'")
    assert take_request(token) == 0.0 and take_request(token) > 0


@pytest.mark.parametrize(
    ("name", "scopes", "days"), [("", ["read"], 30), ("x", ["all"], 30), ("x", ["read"], 7)]
)
def test_a_token_without_a_name_a_scope_or_an_offered_time_is_refused(
    name: str, scopes: list[str], days: int, author: User, workspace: Workspace
) -> None:
    with pytest.raises(TokenRefused):
        make_token(workspace, author, name, scopes, days)
    assert not ApiToken.objects.exists()
