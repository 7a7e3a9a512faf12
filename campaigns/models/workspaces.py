"""Workspaces: each has its own people, presenters, campaigns, pronunciations and suppressions."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.db import models

FIRST_NAME = "Workspace"
BLOCKED_WORDS_MAX = 2000


def logo_path(workspace: Workspace, filename: str) -> str:
    return f"workspaces/{workspace.pk}/{filename}"


class Workspace(models.Model):
    """A team's own room. Nobody sees what belongs to another workspace than theirs."""

    name = models.CharField(max_length=200, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="workspaces")
    retention = models.JSONField(
        default=dict, blank=True, editable=False
    )  # {privacy.retention.Kept: days}, where it is not as the settings say; 0: for ever
    blocked_words = models.TextField(blank=True)  # one a line; see scripts.blocked
    embed_hosts = models.JSONField(default=list, blank=True)  # [host]: sites that may show recipients' pages
    accent = models.CharField(max_length=7, blank=True)  # #rrggbb; empty: the usual colour
    logo = models.FileField(upload_to=logo_path, max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        permissions = (("erase_person", "Can export and erase what is held about a person"),)

    def __str__(self) -> str:
        return self.name


class MemberRole(models.Model):
    """A role that a member has in this workspace alone; a role that is a group counts in all of theirs."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="member_roles")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="workspace_roles"
    )
    role = models.CharField(max_length=32)  # a value of access.roles.Role

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "workspace", "role"], name="one_role_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role}"


class Owned(Protocol):
    """A row that belongs to a workspace."""

    @property
    def workspace_id(self) -> int | None: ...


def get_workspace_key(row: Owned) -> int:
    """The key of the workspace that a row belongs to, without a query."""
    return int(row.workspace_id or 0)


# The migrations name it as a default: an installation has a workspace from its first migration on.
def get_first_workspace() -> int:
    """The key of the oldest workspace; made where somebody deleted all of them."""
    # The key alone: a migration asks before the table has its later columns.
    first = Workspace.objects.order_by("pk").values_list("pk", flat=True).first()
    return first or Workspace.objects.get_or_create(name=FIRST_NAME)[0].pk
