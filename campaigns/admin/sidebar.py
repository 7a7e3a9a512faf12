"""The dashboard's navigation, and what its first page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from campaigns.mailbox import mailbox_folder
from campaigns.models import Campaign
from campaigns.views.page import StepLink, counts_of, next_step, step_url, steps_of

RECENT = 6


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links; each link asks for the permission to view its list."""
    return [
        {
            "items": [
                _list("Campaigns", "movie", "campaign"),
                _list("Presenters", "person_play", "presenter"),
            ]
        },
        {
            "title": "Everything",
            "separator": True,
            "collapsible": True,
            "items": [
                _list("Recipients", "group", "recipient"),
                _list("Messages", "video_library", "message"),
                _list("Deliveries", "outgoing_mail", "delivery"),
                _list("Events", "visibility", "event"),
                _list("Suppressions", "do_not_disturb_on", "suppression"),
                *_mailbox(),
            ],
        },
        {
            "title": "Administration",
            "separator": True,
            "items": [
                _list("People", "badge", "user", app="auth"),
                _list("Groups", "shield_person", "group", app="auth"),
            ],
        },
    ]


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds the newest campaigns, each with the step to go on with."""
    recent = []
    if request.user.has_perm("campaigns.view_campaign"):
        campaigns = Campaign.objects.select_related("presenter").order_by("-created_at")[:RECENT]
        recent = [{"campaign": campaign, **_standing(campaign)} for campaign in campaigns]
    return {**context, "title": "Byname", "recent": recent}


def _standing(campaign: Campaign) -> dict[str, Any]:
    counts = counts_of(campaign)
    steps: tuple[StepLink, ...] = steps_of(campaign, counts, "")
    step = next_step(campaign)
    label = next(link.label for link in steps if link.slug == step)
    return {"counts": counts, "steps": steps, "next_label": label, "next_url": step_url(campaign, step)}


def _mailbox() -> list[dict[str, Any]]:
    """The caught mails, where mail goes to the local catcher."""
    if not mailbox_folder().is_dir():
        return []
    permission = "campaigns.view_delivery"
    return [
        {
            "title": "Mailbox",
            "icon": "inbox",
            "link": reverse("mailbox"),
            "permission": lambda request: request.user.has_perm(permission),
        }
    ]


def _list(title: str, icon: str, model: str, app: str = "campaigns") -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{app}_{model}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{model}"),
    }
