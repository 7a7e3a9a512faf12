"""The frame that every page of a campaign shares: the steps and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from campaigns.models import Campaign
from campaigns.states import CampaignState, DeliveryState, RenderState, ReviewState, RowVerdict

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
STEPS = (
    ("recipients", "Recipients"),
    ("script", "Script"),
    ("names", "Names"),
    ("run", "Run"),
    ("review", "Review"),
    ("send", "Send & watch"),
)


@dataclass(frozen=True)
class StepLink:
    """One of the steps as the navigation shows it."""

    number: int
    slug: str
    label: str
    url: str
    done: bool
    current: bool
    hint: str


@dataclass(frozen=True)
class Counts:
    """The numbers of one campaign that decide which steps are done."""

    valid: int
    rejected: int
    ready: int
    failed: int
    approved: int
    to_review: int
    sent: int


class CampaignPage(UnfoldModelAdminViewMixin, TemplateView):
    """A step of a campaign inside the admin; reading needs the view permission, acting the change one."""

    step = ""
    title = ""
    campaign: Campaign

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.campaign = get_object_or_404(Campaign.objects.select_related("presenter"), pk=kwargs["pk"])
        self.title = self.campaign.name

    @property
    def person(self) -> User:
        """Who acts; the admin let nobody in who is not signed in."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_permission_required(self) -> tuple[str]:
        verb = "view" if self.request.method in SAFE_METHODS else "change"
        return (f"campaigns.{verb}_campaign",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = compute_counts(self.campaign)
        return super().get_context_data(
            campaign=self.campaign,
            counts=counts,
            steps=build_steps(self.campaign, counts, self.step),
            may_change=self.request.user.has_perm("campaigns.change_campaign"),
            **kwargs,
        )

    def go(self, step: str, sentence: str = "", level: int = messages.SUCCESS) -> HttpResponse:
        """Redirect to a step, with a sentence on top of it."""
        if sentence:
            messages.add_message(self.request, level, sentence)
        return HttpResponseRedirect(step_url(self.campaign, step))

    def refuse(self, step: str, sentence: str) -> HttpResponse:
        return self.go(step, sentence, messages.ERROR)


def step_url(campaign: Campaign, step: str) -> str:
    return reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])


def compute_counts(campaign: Campaign) -> Counts:
    made = campaign.messages.filter(render_state=RenderState.READY)
    ready = made.count()
    # As Message.is_approved says it: for exactly the content that is stored now.
    approved = made.filter(review_state=ReviewState.APPROVED, approved_hash=F("content_hash")).count()
    rejected = made.filter(review_state=ReviewState.REJECTED).count()
    sent = campaign.deliveries.filter(state=DeliveryState.SENT).count()
    return Counts(
        valid=campaign.recipients.living().filter(verdict=RowVerdict.VALID).count(),
        rejected=campaign.recipients.living().filter(verdict=RowVerdict.REJECTED).count(),
        ready=ready,
        failed=campaign.messages.filter(render_state=RenderState.FAILED).count(),
        approved=approved,
        to_review=ready - approved - rejected,
        sent=sent,
    )


def build_steps(campaign: Campaign, counts: Counts, current: str) -> tuple[StepLink, ...]:
    done = {
        "recipients": counts.valid > 0,
        "script": bool(campaign.script.strip()) and campaign.presenter is not None,
        "names": counts.ready > 0,
        "run": counts.ready > 0 and campaign.state != CampaignState.RENDERING,
        "review": counts.approved > 0 and counts.to_review == 0,
        "send": counts.sent > 0 and counts.sent >= counts.approved,
    }
    hints = _build_hints(campaign, counts)
    return tuple(
        StepLink(number, slug, label, step_url(campaign, slug), done[slug], slug == current, hints[slug])
        for number, (slug, label) in enumerate(STEPS, start=1)
    )


def find_next_step(campaign: Campaign) -> str:
    """The first step that is not done: where a person goes on. Nobody has to look at the names."""
    links = build_steps(campaign, compute_counts(campaign), "")
    return next((link.slug for link in links if not link.done and link.slug != "names"), "send")


def _build_hints(campaign: Campaign, counts: Counts) -> dict[str, str]:
    presenter = campaign.presenter.name if campaign.presenter else "no presenter yet"
    return {
        "recipients": f"{counts.valid} valid" + (f", {counts.rejected} rejected" if counts.rejected else ""),
        "script": presenter if campaign.script.strip() else "not written yet",
        "names": "said right?",
        "run": campaign.get_state_display(),
        "review": f"{counts.approved} approved" + (f", {counts.to_review} to do" if counts.to_review else ""),
        "send": f"{counts.sent} sent",
    }
