"""Whether a person may do something: by a group in all their workspaces, by a member's role in one alone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import F, Model

from campaigns.access.workspaces import PATHS
from campaigns.models import MemberRole

APP = "campaigns"
Where = Model | int | None  # a row, the key of a workspace, or nothing: in any workspace


def has(user: Any, permission: str, where: Where) -> bool:
    """Whether a person has a permission of this app, such as “edit_campaign”, where a row belongs.

    ``where`` None asks about any of their workspaces: enough to offer a list, never to show or change a row.
    """
    return bool(user.has_perm(f"{APP}.{permission}", where))


def find_workspace_key(where: Model | int) -> int | None:
    """The key of the workspace that a row belongs to; None where it belongs to none any more."""
    if isinstance(where, int):
        return where
    *way, last = PATHS.get(type(where).__name__, "").split("__")
    row: Any = where
    for name in way:
        row = getattr(row, name, None)
    if row is None or last not in ("workspace", "pk"):
        return None
    found: int | None = row.pk if last == "pk" else row.workspace_id
    return found


class WorkspaceRoles(BaseBackend):
    """Adds what members' roles allow to Django's own groups and permissions, which count everywhere."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        held = _load_permissions(user_obj)
        if obj is None:
            return any(perm in permissions for permissions in held.values())
        if ModelBackend().has_perm(user_obj, perm):
            return True
        return perm in held.get(find_workspace_key(obj) or 0, ())

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return app_label == APP and user_obj.is_active and bool(_load_permissions(user_obj))


def _load_permissions(user: Any) -> dict[int, set[str]]:
    """Workspace → permissions that the person's roles there bring; asked once per request."""
    if not hasattr(user, "_role_permissions"):
        mine = MemberRole.objects.filter(user=user.pk, workspace__members=user.pk)
        held: dict[int, set[str]] = {}
        of_role: dict[str, set[str]] = {}
        roles = list(mine.values_list("workspace_id", "role"))
        if roles:
            wanted = Permission.objects.filter(
                content_type__app_label=APP, group__name__in={r for _, r in roles}
            )
            for role, codename in wanted.annotate(role=F("group__name")).values_list("role", "codename"):
                of_role.setdefault(role, set()).add(f"{APP}.{codename}")
        for workspace, role in roles:
            held.setdefault(workspace, set()).update(of_role.get(role, ()))
        user._role_permissions = held
    found: dict[int, set[str]] = user._role_permissions
    return found
