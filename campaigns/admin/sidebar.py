"""The dashboard's navigation and the campaigns on its first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from campaigns.access.rights import has
from campaigns.access.workspaces import (
    choose_workspace,
    find_workspace_for_new,
    get_workspace_here,
    list_workspaces,
    narrow,
)
from campaigns.counts import Counts, compute_counts_of
from campaigns.delivery.mailbox import mailbox_folder
from campaigns.models import Campaign, Presenter
from campaigns.operations.figures import list_alerts
from campaigns.views.mailbox import may_see_mails
from campaigns.views.page import StepLink, build_steps, find_next_step, step_url

RECENT = 6
ALL_WORKSPACES = "All workspaces"


def build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links; each link asks for the permission to view its list."""
    return [
        *_build_switcher(request),
        {
            "items": [
                _build_list_link("Campaigns", "movie", "campaign"),
                _build_list_link("Presenters", "person_play", "presenter"),
                _build_list_link("Pronunciations", "record_voice_over", "pronunciationentry"),
            ]
        },
        {
            "title": "Everything",
            "separator": True,
            "collapsible": True,
            "items": [
                _build_list_link("Recipients", "group", "recipient"),
                _build_list_link("Messages", "video_library", "message"),
                _build_list_link("Deliveries", "outgoing_mail", "delivery"),
                _build_list_link("Events", "visibility", "event"),
                _build_list_link("Suppressions", "do_not_disturb_on", "suppression"),
                *_build_mailbox_links(),
            ],
        },
        {
            "title": "Administration",
            "separator": True,
            "items": [
                _build_list_link("Workspaces", "workspaces", "workspace"),
                _build_list_link("History", "history", "historyentry"),
                *_build_program_links(request),
                _build_list_link("People", "badge", "user", app="auth"),
                _build_list_link("Groups", "shield_person", "group", app="auth"),
            ],
        },
    ]


def add_recent_campaigns(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds the newest campaigns, each with the step to go on with."""
    recent = []
    here = get_workspace_here(request)
    if has(request.user, "view_campaign", here):
        seen = narrow(Campaign.objects.filter(archived_at=None).select_related("presenter"), request)
        campaigns = list(seen.order_by("-created_at")[:RECENT])
        counts = compute_counts_of(campaigns)
        recent = [{"campaign": one, **_summarize(one, counts[one.pk])} for one in campaigns]
    may_add = {model: has(request.user, f"add_{model}", here) for model in ("campaign", "presenter")}
    has_presenter = narrow(Presenter.objects.all(), request).exists()
    first = {"title": "Byname", "recent": recent, "may_add": may_add, "has_presenter": has_presenter}
    first["alerts"] = list_alerts()
    return {**context, **first}


def _summarize(campaign: Campaign, counts: Counts) -> dict[str, Any]:
    steps: tuple[StepLink, ...] = build_steps(campaign, counts, "")
    step = find_next_step(campaign, counts)
    label = next(link.label for link in steps if link.slug == step)
    return {"counts": counts, "steps": steps, "next_label": label, "next_url": step_url(campaign, step)}


def _build_switcher(request: HttpRequest) -> list[dict[str, Any]]:
    """The workspaces of a person who has several; the one that they are in stands in the title."""
    mine = list_workspaces(request.user)
    if len(mine) < 2:
        return []
    here = choose_workspace(request)
    choices = [(one.name, one.pk) for one in mine]
    if request.user.is_superuser:
        choices.insert(0, (ALL_WORKSPACES, 0))
    return [
        {
            "title": here.name if here is not None else ALL_WORKSPACES,
            "collapsible": True,
            "items": [
                {
                    "title": name,
                    "icon": "check" if key == (here.pk if here is not None else 0) else "workspaces",
                    "link": reverse("admin:campaigns_workspace_switch", args=[key]),
                }
                for name, key in choices
            ],
        }
    ]


def _build_mailbox_links() -> list[dict[str, Any]]:
    """The caught mails, where mail goes to the local catcher."""
    if not mailbox_folder().is_dir():
        return []
    return [
        {
            "title": "Mailbox",
            "icon": "inbox",
            "link": reverse("mailbox"),
            "permission": lambda request: (
                _may_list(request, "campaigns", "delivery") and may_see_mails(request.user)
            ),
        }
    ]


def _build_program_links(request: HttpRequest) -> list[dict[str, Any]]:
    """What programs reach, in the workspace that the person is in."""
    here = find_workspace_for_new(request)
    tokens, webhooks = (
        reverse(f"admin:campaigns_workspace_{page}", args=[here]) for page in ("tokens", "webhooks")
    )
    return [
        {
            "title": "API tokens",
            "icon": "key",
            "link": tokens,
            "permission": lambda request: has(request.user, "view_campaign", here),
        },
        {
            "title": "Webhooks",
            "icon": "webhook",
            "link": webhooks,
            "permission": lambda request: has(request.user, "change_workspace", here),
        },
    ]


def _build_list_link(title: str, icon: str, model: str, app: str = "campaigns") -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{app}_{model}_changelist"),
        "permission": lambda request: _may_list(request, app, model),
    }


def _may_list(request: HttpRequest, app: str, model: str) -> bool:
    if app != "campaigns":
        return bool(request.user.has_perm(f"{app}.view_{model}"))
    return has(request.user, f"view_{model}", get_workspace_here(request))
