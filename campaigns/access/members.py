"""The members of a workspace and their roles: added, removed and changed by its administrators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q

from campaigns.access.roles import Role
from campaigns.access.workspaces import scope
from campaigns.history import Person, Verb, record
from campaigns.models import MemberRole, Workspace
from campaigns.models.workspaces import BLOCKED_WORDS_MAX


class MemberRefused(Exception):
    """A change of members that cannot be made; the sentence says why."""


@dataclass(frozen=True)
class Member:
    """A person of a workspace, with the roles that they have there; ``everywhere``: those that count in every
    workspace of theirs, since they are in the group."""

    user: User
    roles: frozenset[str]
    everywhere: frozenset[str]
    may_change_everywhere: bool  # whether whoever looks may change those, too


def list_members(workspace: Workspace, seen_by: User) -> list[Member]:
    """All members by name."""
    people = User.objects.filter(workspaces=workspace).prefetch_related("groups", "workspaces")
    mine = set(scope(Workspace.objects.all(), seen_by).values_list("pk", flat=True))
    here = defaultdict[int, set[str]](set)
    for key, role in workspace.member_roles.values_list("user_id", "role"):
        here[key].add(role)
    return [_describe_member(user, here[user.pk], mine) for user in people.order_by("username")]


def _describe_member(user: User, here: set[str], mine: set[int]) -> Member:
    everywhere = frozenset(group.name for group in user.groups.all() if group.name in set(Role))
    reachable = {one.pk for one in user.workspaces.all()} <= mine
    return Member(user, everywhere | here, everywhere, reachable)


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
        locked.member_roles.filter(user=user).delete()
        record(actor, Verb.MEMBER_REMOVED, workspace=locked, about=_name(user))


def set_roles(workspace: Workspace, user: User, roles: Iterable[str], actor: User) -> None:
    """Give a person exactly these roles in this workspace. MemberRefused where that would take away a role
    that counts in a workspace of others, too."""
    known = set(roles)
    if not known <= set(Role):
        raise MemberRefused("One of these roles is not known. Reload the page.")
    if user.is_superuser:
        raise MemberRefused(f"{user} is an owner of the installation and may do everything.")
    with transaction.atomic():
        locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
        if Role.ADMINISTRATOR not in known:
            _require_other_administrator(locked, user, "without that role")
        _end_roles_everywhere(user, known, actor)
        everywhere = set(user.groups.values_list("name", flat=True))
        locked.member_roles.filter(user=user).exclude(role__in=known).delete()
        _give_roles(locked, user, known - everywhere)
        if known and not user.is_staff:  # a role is of no use without the dashboard
            User.objects.filter(pk=user.pk).update(is_staff=True)
        about = f"{_name(user)} to {', '.join(sorted(known)) or 'none'}"
        record(actor, Verb.ROLE_CHANGED, workspace=locked, about=about)


def _end_roles_everywhere(user: User, kept: set[str], actor: User) -> None:
    """Where a role that counts everywhere is taken away: from now on each workspace has its own."""
    everywhere = {one for one in user.groups.values_list("name", flat=True) if one in set(Role)}
    if everywhere <= kept:
        return
    theirs = list(Workspace.objects.filter(members=user))
    if not {one.pk for one in theirs} <= {one.pk for one in scope(Workspace.objects.all(), actor)}:
        raise MemberRefused(
            f"The roles of {user} count in another workspace too: an owner of the installation changes them."
        )
    for one in theirs:
        _give_roles(one, user, everywhere)
    user.groups.remove(*Group.objects.filter(name__in=everywhere))


def _give_roles(workspace: Workspace, user: User, roles: Iterable[str]) -> None:
    rows = [MemberRole(workspace=workspace, user=user, role=str(role)) for role in roles]
    MemberRole.objects.bulk_create(rows, ignore_conflicts=True)


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


def block_words(workspace: Workspace, words: str, actor: Person) -> None:
    """Store the words and names that nobody's video says; one a line."""
    wanted = "\n".join(dict.fromkeys(" ".join(line.split()) for line in words.splitlines() if line.strip()))
    if wanted.count("\n") >= BLOCKED_WORDS_MAX or len(wanted) > 100 * BLOCKED_WORDS_MAX:
        raise MemberRefused(f"The list is too long: {BLOCKED_WORDS_MAX:,} words are the most.")
    if "\0" in wanted:
        raise MemberRefused("The list holds a sign that is no letter. Type it anew.")
    if wanted != workspace.blocked_words:
        with transaction.atomic():
            Workspace.objects.filter(pk=workspace.pk).update(blocked_words=wanted)
            added = sorted(set(wanted.splitlines()) - set(workspace.blocked_words.splitlines()))
            removed = sorted(set(workspace.blocked_words.splitlines()) - set(wanted.splitlines()))
            record(
                actor,
                Verb.WORDS_BLOCKED,
                workspace=workspace,
                about=workspace.name,
                added=added[:50],
                removed=removed[:50],
            )
        workspace.blocked_words = wanted


def _require_other_administrator(workspace: Workspace, user: User, how: str) -> None:
    here = workspace.member_roles.filter(role=Role.ADMINISTRATOR).values("user")
    administrators = workspace.members.filter(Q(groups__name=Role.ADMINISTRATOR) | Q(pk__in=here)).distinct()
    if administrators.filter(pk=user.pk).exists() and not administrators.exclude(pk=user.pk).exists():
        raise MemberRefused(f"{user} is the only administrator here and cannot be {how}: name another first.")


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
