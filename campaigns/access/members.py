"""The members of a workspace and their roles: added, removed and changed by its administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q

from campaigns.access.roles import Role
from campaigns.access.workspaces import scope
from campaigns.history import Person, Verb, record
from campaigns.models import Workspace


class MemberRefused(Exception):
    """A change of members that cannot be made; the sentence says why."""


@dataclass(frozen=True)
class Member:
    """A person of a workspace, with the roles that they have in every workspace of theirs."""

    user: User
    roles: frozenset[str]
    may_change_roles: bool  # whether whoever looks may change them


def list_members(workspace: Workspace, seen_by: User) -> list[Member]:
    """All members by name."""
    people = User.objects.filter(workspaces=workspace).prefetch_related("groups", "workspaces")
    mine = set(scope(Workspace.objects.all(), seen_by).values_list("pk", flat=True))
    return [
        Member(
            user,
            frozenset(group.name for group in user.groups.all() if group.name in set(Role)),
            not user.is_superuser and {one.pk for one in user.workspaces.all()} <= mine,
        )
        for user in people.order_by("username")
    ]


def add_member(workspace: Workspace, name: str, roles: Iterable[str], actor: User) -> User:
    """Add the account with this name or address. Raises MemberRefused where there is none."""
    wanted = name.strip()
    found = User.objects.filter(Q(username__iexact=wanted) | Q(email__iexact=wanted), is_active=True)
    if not wanted or found.count() != 1:
        raise MemberRefused(
            f"There is no account “{wanted}”. An owner of the installation makes accounts under People."
        )
    user = found.get()
    if workspace.members.filter(pk=user.pk).exists():
        raise MemberRefused(f"{user} is a member already.")
    with transaction.atomic():
        workspace.members.add(user)
        record(actor, Verb.MEMBER_ADDED, workspace=workspace, about=_name(user))
        asked = set(roles)
        if asked and not user.is_superuser:
            set_roles(workspace, user, asked, actor)
    return user


def remove_member(workspace: Workspace, user: User, actor: User) -> None:
    """Take a person out; what they did stays in the history. MemberRefused for the last administrator."""
    with transaction.atomic():
        locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
        _require_other_administrator(locked, user, "removed")
        locked.members.remove(user)
        record(actor, Verb.MEMBER_REMOVED, workspace=locked, about=_name(user))


def set_roles(workspace: Workspace, user: User, roles: Iterable[str], actor: User) -> None:
    """Give a person exactly these roles. They hold in every workspace of that person, so MemberRefused where
    one of those is not the actor's."""
    known = set(roles)
    if not known <= set(Role):
        raise MemberRefused("One of these roles is not known. Reload the page.")
    mine = scope(Workspace.objects.all(), actor)
    if user.is_superuser or Workspace.objects.filter(members=user).exclude(pk__in=mine).exists():
        raise MemberRefused(
            f"The roles of {user} count in another workspace too: an owner of the installation changes them."
        )
    with transaction.atomic():
        locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
        if Role.ADMINISTRATOR not in known:
            _require_other_administrator(locked, user, "without that role")
        user.groups.remove(*Group.objects.filter(name__in=set(Role) - known))
        user.groups.add(*Group.objects.filter(name__in=known))
        if known and not user.is_staff:  # a role is of no use without the dashboard
            User.objects.filter(pk=user.pk).update(is_staff=True)
        about = f"{_name(user)} to {', '.join(sorted(known)) or 'none'}"
        record(actor, Verb.ROLE_CHANGED, workspace=locked, about=about)


def rename(workspace: Workspace, name: str, actor: Person) -> None:
    """Give the workspace another name. MemberRefused for one that is empty or taken."""
    wanted = name.strip()[:200]
    if not wanted:
        raise MemberRefused("Write a name.")
    if Workspace.objects.filter(name__iexact=wanted).exclude(pk=workspace.pk).exists():
        raise MemberRefused(f"There is a workspace called “{wanted}” already.")
    if wanted != workspace.name:
        with transaction.atomic():
            Workspace.objects.filter(pk=workspace.pk).update(name=wanted)
            record(actor, Verb.WORKSPACE_RENAMED, workspace=workspace, about=wanted, before=workspace.name)
        workspace.name = wanted


def _require_other_administrator(workspace: Workspace, user: User, how: str) -> None:
    administrators = workspace.members.filter(groups__name=Role.ADMINISTRATOR)
    if administrators.filter(pk=user.pk).exists() and not administrators.exclude(pk=user.pk).exists():
        raise MemberRefused(f"{user} is the only administrator here and cannot be {how}: name another first.")


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
