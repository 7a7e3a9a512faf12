"""The frame that every page of a campaign shares: the steps and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from campaigns.access.roles import Right, describe_missing, list_rights, may
from campaigns.access.workspaces import scope
from campaigns.counts import Counts
from campaigns.counts import compute_counts as compute_counts
from campaigns.models import Campaign
from campaigns.states import CampaignState

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
IN_ARCHIVE = "This campaign is in the archive. Take it out of there first, on its home."
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


class CampaignPage(UnfoldModelAdminViewMixin, TemplateView):
    """A step of a campaign inside the admin; 404 in a workspace of others.

    Reading needs the right to view, acting the page's own ``right``.
    """

    step = ""
    title = ""
    right = Right.EDIT
    acts_in_archive = False  # whether it may be posted to while the campaign is in the archive
    campaign: Campaign

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        seen = scope(Campaign.objects.select_related("presenter", "workspace"), request.user)
        self.campaign = get_object_or_404(seen, pk=kwargs["pk"])
        self.title = self.campaign.name

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        acts = request.method not in SAFE_METHODS
        if acts and not may(request.user, self.get_right(), self.campaign):
            return self._refuse_right()
        if acts and self.campaign.archived_at is not None and not self.acts_in_archive:
            return self._answer_in_json(IN_ARCHIVE, 409) or self.refuse("home", IN_ARCHIVE)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.template_name is None:  # only acts, or only answers what is posted
            return self.http_method_not_allowed(request)
        return super().get(request, *args, **kwargs)

    def get_right(self) -> Right:
        """The right that the request at hand needs; a page with several kinds of buttons says it here."""
        return self.right

    @property
    def person(self) -> User:
        """Who acts; the admin let nobody in who is not signed in."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_permission_required(self) -> tuple[str]:
        right = Right.VIEW if self.request.method in SAFE_METHODS else self.get_right()
        return (f"campaigns.{right}_campaign",)

    def has_permission(self) -> bool:
        return all(self.request.user.has_perm(one, self.campaign) for one in self.get_permission_required())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = compute_counts(self.campaign)
        in_archive = self.campaign.archived_at is not None and not self.acts_in_archive
        may_change = may(self.person, self.right, self.campaign) and not in_archive
        return super().get_context_data(
            campaign=self.campaign,
            counts=counts,
            steps=build_steps(self.campaign, counts, self.step),
            may=list_rights(self.person, self.campaign) if not in_archive else {},
            may_change=may_change,
            may_not="" if may_change else IN_ARCHIVE if in_archive else describe_missing(self.right),
            **kwargs,
        )

    def go(self, step: str, sentence: str = "", level: int = messages.SUCCESS) -> HttpResponse:
        """Redirect to a step, with a sentence on top of it."""
        if sentence:
            messages.add_message(self.request, level, sentence)
        return HttpResponseRedirect(step_url(self.campaign, step))

    def refuse(self, step: str, sentence: str) -> HttpResponse:
        return self.go(step, sentence, messages.ERROR)

    def handle_no_permission(self) -> NoReturn:
        raise PermissionDenied(describe_missing(Right.VIEW))

    def _refuse_right(self) -> HttpResponse:
        sentence = describe_missing(self.get_right())
        answer = self._answer_in_json(sentence, 403)
        if answer is None:
            raise PermissionDenied(sentence)
        return answer

    def _answer_in_json(self, sentence: str, status: int) -> HttpResponse | None:
        """A refusal for a page's own script; None for a person's plain form."""
        asked = self.request.content_type or "", self.request.headers.get("Accept", "")
        wants_json = any("application/json" in one for one in asked)
        return JsonResponse({"problem": sentence, "message": sentence}, status=status) if wants_json else None


def step_url(campaign: Campaign, step: str) -> str:
    return reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])


def build_steps(campaign: Campaign, counts: Counts, current: str) -> tuple[StepLink, ...]:
    done = {
        "recipients": counts.valid > 0,
        "script": bool(campaign.script.strip()) and campaign.presenter is not None,
        "names": counts.ready > 0,
        "run": counts.ready > 0 and not _is_run_open(campaign, counts),
        "review": counts.approved > 0 and counts.to_review == 0,
        "send": counts.sent > 0 and counts.sent >= counts.approved,
    }
    hints = _build_hints(campaign, counts)
    return tuple(
        StepLink(number, slug, label, step_url(campaign, slug), done[slug], slug == current, hints[slug])
        for number, (slug, label) in enumerate(STEPS, start=1)
    )


def _is_run_open(campaign: Campaign, counts: Counts) -> bool:
    """A run goes on, or only a sample of a campaign that was never run is made."""
    is_sample = campaign.state == CampaignState.DRAFT and counts.ready < counts.valid
    return campaign.state == CampaignState.RENDERING or is_sample


def find_next_step(campaign: Campaign, counts: Counts | None = None) -> str:
    """The first step that is not done: where a person goes on. Nobody has to look at the names, and a sample
    is looked at before the run."""
    counts = counts or compute_counts(campaign)
    has_sample = campaign.state == CampaignState.DRAFT and counts.to_review > 0
    passed = {"names", "run"} if has_sample else {"names"}
    links = build_steps(campaign, counts, "")
    return next((link.slug for link in links if not link.done and link.slug not in passed), "send")


def _describe_rows(counts: Counts) -> str:
    if not counts.valid + counts.rejected:
        return "nobody yet"
    return f"{counts.valid} valid" + (f", {counts.rejected} not" if counts.rejected else "")


def _build_hints(campaign: Campaign, counts: Counts) -> dict[str, str]:
    presenter = campaign.presenter.name if campaign.presenter else "no presenter yet"
    return {
        "recipients": _describe_rows(counts),
        "script": presenter if campaign.script.strip() else "to write",
        "names": "said right?",
        "run": campaign.get_state_display(),
        "review": f"{counts.to_review} to do" if counts.to_review else f"{counts.approved} approved",
        "send": f"{counts.sent} sent",
    }
