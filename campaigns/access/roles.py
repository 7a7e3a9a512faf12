"""Roles: which rights go together, as groups of Django; and what to say to somebody who lacks a right.

A person has a role in one workspace (`MemberRole`), or, by being in the group, in all of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import Group, Permission

from campaigns.access.rights import Where, has


class Right(StrEnum):
    """What a person may do with a campaign. The permission is ``campaigns.<right>_campaign``."""

    VIEW = "view"
    EDIT = "edit"
    RUN = "run"
    APPROVE = "approve"
    SEND = "send"
    EXPORT = "export"


class Role(StrEnum):
    """A group that every installation has. Its name is the name of the group and is never changed."""

    AUTHOR = "Author"
    REVIEWER = "Reviewer"
    SENDER = "Sender"
    ADMINISTRATOR = "Administrator"


# Right → what it lets a person do, after "You may not ", and the role that brings it.
WORDS: Mapping[Right, tuple[str, Role]] = {
    Right.VIEW: ("look at campaigns", Role.REVIEWER),
    Right.EDIT: ("change people, script, names or mail", Role.AUTHOR),
    Right.RUN: ("start or stop samples and runs", Role.AUTHOR),
    Right.APPROVE: ("approve, reject or comment on videos", Role.REVIEWER),
    Right.SEND: ("send, or decide about deliveries", Role.SENDER),
    Right.EXPORT: ("export tables or videos", Role.SENDER),
}
# Role → what it is for, as the members' page says it.
DESCRIPTIONS: Mapping[Role, str] = {
    Role.AUTHOR: "edits people, script, names and mail, uploads takes, starts samples and runs, exports",
    Role.REVIEWER: "looks, approves, rejects and comments",
    Role.SENDER: "sends, decides about deliveries, exports",
    Role.ADMINISTRATOR: "does all of that, and keeps members, consent and suppressions; deletes campaigns, "
    "exports and erases people",
}

_SEEN = (
    "campaign", "recipient", "message", "delivery", "event", "presenter", "pronunciationentry", "suppression",
    "historyentry", "job",
)  # fmt: skip
_LOOK = tuple(f"view_{model}" for model in _SEEN)
_AUTHOR = (
    "add_campaign", "change_campaign", "edit_campaign", "run_campaign", "export_campaign", "add_presenter",
    "change_presenter", "add_pronunciationentry", "change_pronunciationentry", "delete_pronunciationentry",
)  # fmt: skip
_SENDER = ("send_campaign", "export_campaign")
_REVIEWER = ("approve_campaign",)
_ADMINISTRATOR = (
    "delete_campaign", "delete_recipient", "delete_message", "delete_presenter", "consent_presenter",
    "add_suppression", "change_suppression", "delete_suppression", "view_workspace", "change_workspace",
    "erase_person",
)  # fmt: skip
# Role → codenames of permissions of the app `campaigns`.
PERMISSIONS: Mapping[Role, tuple[str, ...]] = {
    Role.AUTHOR: _LOOK + _AUTHOR,
    Role.REVIEWER: _LOOK + _REVIEWER,
    Role.SENDER: _LOOK + _SENDER,
    Role.ADMINISTRATOR: _LOOK + _AUTHOR + _REVIEWER + _SENDER + _ADMINISTRATOR,
}


def may(user: Any, right: Right, where: Where) -> bool:
    """Whether a person has a right where a row belongs; which rows they see says `access.workspaces`."""
    return has(user, f"{right}_campaign", where)


def list_rights(user: Any, where: Where) -> dict[str, bool]:
    """Every right by its name, for templates: ``may.send``."""
    return {str(right): may(user, right, where) for right in Right}


def describe_missing(right: Right) -> str:
    """The sentence for somebody who lacks a right."""
    what, role = WORDS[right]
    return f"You may not {what}: ask an administrator of the workspace for the role “{role}”."


def create_missing_roles(**_: Any) -> None:
    """Make the groups that are not there; runs after every migration. What people changed in one stays."""
    permissions = {
        one.codename: one for one in Permission.objects.filter(content_type__app_label="campaigns")
    }
    for role, codenames in PERMISSIONS.items():
        if all(name in permissions for name in codenames):  # not in the middle of an upgrade
            group, is_new = Group.objects.get_or_create(name=role)
            if is_new:
                group.permissions.set(permissions[name] for name in codenames)
