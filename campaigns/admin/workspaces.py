"""Workspaces and the history in the dashboard's lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.decorators import display

from campaigns.admin.records import RecordAdmin
from campaigns.admin.scoped import ScopedAdmin
from campaigns.history import describe
from campaigns.models import HistoryEntry, Workspace
from campaigns.views.api_tokens import show_tokens
from campaigns.views.person import download_person, show_person
from campaigns.views.retention import show_retention
from campaigns.views.webhooks import show_webhook, show_webhooks
from campaigns.views.workspaces import show_history, show_members, switch_workspace


@admin.register(Workspace)
class WorkspaceAdmin(ScopedAdmin):
    """The workspaces of a person. Superusers make new ones; nobody deletes one from here."""

    list_display = ("open_link", "member_count", "history_link", "created_at")
    list_display_links = None
    fields = ("name",)
    search_fields = ("name",)

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("switch", switch_workspace), ("members", show_members), ("entries", show_history),
            ("person", show_person), ("retention", show_retention), ("tokens", show_tokens),
            ("webhooks", show_webhooks),
        )  # fmt: skip
        own = [
            path(f"<int:pk>/{slug}/", self.admin_site.admin_view(view), name=f"campaigns_workspace_{slug}")
            for slug, view in pages
        ]
        archive = path(
            "<int:pk>/person/<uuid:job>/",
            self.admin_site.admin_view(download_person),
            name="campaigns_workspace_person_file",
        )
        webhook = path(
            "<int:pk>/webhooks/<int:webhook_pk>/",
            self.admin_site.admin_view(show_webhook),
            name="campaigns_workspace_webhook",
        )
        return [*own, archive, webhook, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:campaigns_workspace_members", args=[object_id]))

    def response_add(
        self, request: HttpRequest, obj: Workspace, post_url_continue: str | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:campaigns_workspace_members", args=[obj.pk]))

    @display(description="Workspace", ordering="name")
    def open_link(self, workspace: Workspace) -> str:
        return format_html(
            '<a class="bn-list-link" href="{}">{}</a>',
            reverse("admin:campaigns_workspace_members", args=[workspace.pk]),
            workspace.name,
        )

    @display(description="Members")
    def member_count(self, workspace: Workspace) -> int:
        return workspace.members.count()

    @display(description="History")
    def history_link(self, workspace: Workspace) -> str:
        return format_html(
            '<a class="bn-link" href="{}">who did what</a>',
            reverse("admin:campaigns_workspace_entries", args=[workspace.pk]),
        )

    class Media:
        css = {"all": ["campaigns/dashboard/dashboard.css"]}


@admin.register(HistoryEntry)
class HistoryAdmin(RecordAdmin):
    """Every verb of every person; nobody changes or deletes one."""

    list_display = ("at", "sentence", "campaign_name")
    list_display_links = None
    list_filter = ("verb",)
    search_fields = ("actor_name", "about", "verb")
    list_select_related = ("campaign",)
    ordering = ("-at", "-pk")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="What")
    def sentence(self, entry: HistoryEntry) -> str:
        return describe(entry)

    @display(description="Campaign")
    def campaign_name(self, entry: HistoryEntry) -> str:
        campaign = entry.campaign if entry.campaign_id else None
        return campaign.name if campaign is not None else ""
