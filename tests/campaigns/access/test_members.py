"""Members and their roles: who may change whose."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from campaigns.access.members import MemberRefused, add_member, list_members, remove_member, rename, set_roles
from campaigns.access.roles import Right, Role, may
from campaigns.history import Verb
from campaigns.models import HistoryEntry, MemberRole, Workspace
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return Workspace.objects.create(name="Team")


@pytest.fixture
def admin(workspace: Workspace) -> User:
    made = User.objects.create_user("ann", "ann@example.org", people.PASSWORD)
    made.groups.add(Group.objects.get(name=Role.ADMINISTRATOR))
    made.workspaces.set([workspace])
    return made


def account(name: str, *workspaces: Workspace) -> User:
    made = User.objects.create_user(name, f"{name}@example.org", people.PASSWORD)
    made.workspaces.set(workspaces)
    return made


def test_an_account_is_added_by_name_or_address_once(workspace: Workspace, admin: User) -> None:
    account("eve")
    assert add_member(workspace, " EVE@example.org ", ["Author"], admin).is_active
    with pytest.raises(MemberRefused, match="member already"):
        add_member(workspace, "eve", [], admin)
    with pytest.raises(MemberRefused, match="no account “nobody”"):
        add_member(workspace, "nobody", [], admin)
    verbs = list(HistoryEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [Verb.MEMBER_ADDED, Verb.ROLE_CHANGED]


def test_a_role_opens_the_dashboard(workspace: Workspace, admin: User) -> None:
    eve = account("eve", workspace)
    set_roles(workspace, eve, ["Reviewer"], admin)
    eve.refresh_from_db()
    assert eve.is_staff


def test_a_member_of_two_workspaces_has_roles_of_its_own_in_each(workspace: Workspace, admin: User) -> None:
    other = Workspace.objects.create(name="Other")
    eve = account("eve", workspace, other)
    MemberRole.objects.create(workspace=other, user=eve, role=Role.REVIEWER)
    set_roles(workspace, eve, [Role.AUTHOR], admin)
    eve = User.objects.get(pk=eve.pk)
    assert may(eve, Right.EDIT, workspace) and not may(eve, Right.APPROVE, workspace)
    assert may(eve, Right.APPROVE, other) and not may(eve, Right.EDIT, other)
    remove_member(workspace, eve, admin)
    workspace.members.add(eve)  # as if somebody else did, without a role
    assert not may(User.objects.get(pk=eve.pk), Right.VIEW, workspace)


def test_a_role_by_group_counts_everywhere_until_somebody_who_may_takes_it_away(
    workspace: Workspace, admin: User
) -> None:
    other = Workspace.objects.create(name="Other")
    eve = account("eve", workspace, other)
    eve.groups.add(Group.objects.get(name=Role.SENDER))
    assert may(eve, Right.SEND, workspace) and may(eve, Right.SEND, other)
    with pytest.raises(MemberRefused, match="another workspace"):
        set_roles(workspace, eve, [Role.AUTHOR], admin)
    shown = {member.user: member.may_change_everywhere for member in list_members(workspace, admin)}
    assert shown == {admin: True, eve: False}
    other.members.add(admin)
    set_roles(workspace, eve, [Role.AUTHOR], admin)
    eve = User.objects.get(pk=eve.pk)
    assert not may(eve, Right.SEND, workspace) and may(eve, Right.EDIT, workspace)
    assert may(eve, Right.SEND, other) and not may(eve, Right.EDIT, other)


def test_the_last_administrator_stays(workspace: Workspace, admin: User) -> None:
    for change in (
        lambda: remove_member(workspace, admin, admin),
        lambda: set_roles(workspace, admin, ["Author"], admin),
    ):
        with pytest.raises(MemberRefused, match="only administrator"):
            change()
    eve = account("eve", workspace)
    set_roles(workspace, eve, ["Administrator"], admin)
    remove_member(workspace, admin, eve)
    assert list(workspace.members.all()) == [eve]


def test_a_group_that_is_no_role_is_refused(workspace: Workspace, admin: User) -> None:
    with pytest.raises(MemberRefused, match="not known"):
        set_roles(workspace, account("eve", workspace), ["Superuser"], admin)


def test_a_name_is_given_once(workspace: Workspace, admin: User) -> None:
    Workspace.objects.create(name="Sales")
    with pytest.raises(MemberRefused, match="already"):
        rename(workspace, "sales", admin)
    with pytest.raises(MemberRefused, match="Write a name"):
        rename(workspace, "  ", admin)
    rename(workspace, "Marketing", admin)
    assert Workspace.objects.filter(name="Marketing").exists()
