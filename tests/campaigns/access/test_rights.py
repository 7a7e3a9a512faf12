"""Which workspace a row belongs to, and what a person may do: by a group everywhere, by a role there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User

from campaigns.access.rights import find_workspace_key, has
from campaigns.access.roles import Role
from campaigns.models import Campaign, Delivery, MemberRole, Upload, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve(campaign: Campaign) -> User:
    """An author in the campaign's workspace alone."""
    made = User.objects.create_user("eve", is_staff=True)
    made.workspaces.set([campaign.workspace])
    MemberRole.objects.create(workspace=campaign.workspace, user=made, role=Role.AUTHOR)
    return made


def test_rows_know_their_workspace_and_those_that_outlived_it_know_none(campaign: Campaign) -> None:
    key = campaign.workspace_id
    ada = campaign.recipients.get(name="Ada")
    delivery = Delivery.objects.create(campaign=campaign, address="a@example.org", content_hash="")
    rows = (campaign, ada, delivery, campaign.presenter, campaign.workspace, key)
    assert {find_workspace_key(row) for row in rows if row is not None} == {key}
    assert find_workspace_key(Delivery(address="a@example.org")) is None
    assert find_workspace_key(Upload()) is None
    assert find_workspace_key(Group()) is None


def test_a_role_counts_where_it_was_given(campaign: Campaign, eve: User) -> None:
    other = Workspace.objects.create(name="Other")
    other.members.add(eve)
    assert has(eve, "edit_campaign", campaign) and not has(eve, "edit_campaign", other)
    assert has(eve, "edit_campaign", None) and not has(eve, "approve_campaign", None)
    assert eve.has_module_perms("campaigns") and not eve.has_module_perms("auth")


def test_a_group_counts_everywhere(campaign: Campaign, eve: User) -> None:
    eve.groups.add(Group.objects.get(name=Role.REVIEWER))
    assert has(eve, "approve_campaign", campaign) and has(eve, "approve_campaign", 10**6)


def test_a_role_follows_what_its_group_may(campaign: Campaign, eve: User) -> None:
    Group.objects.get(name=Role.AUTHOR).permissions.filter(codename="edit_campaign").get().group_set.clear()
    assert not has(eve, "edit_campaign", campaign) and has(eve, "run_campaign", campaign)


def test_who_is_no_member_or_not_active_has_nothing(campaign: Campaign, eve: User) -> None:
    assert not has(AnonymousUser(), "view_campaign", campaign)
    eve.is_active = False
    assert not has(eve, "edit_campaign", campaign) and not eve.has_module_perms("campaigns")
    stranger = User.objects.create_user("stranger")
    stranger.workspaces.clear()
    MemberRole.objects.create(workspace=campaign.workspace, user=stranger, role=Role.AUTHOR)
    assert not has(stranger, "edit_campaign", campaign)
