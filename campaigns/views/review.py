"""Step 5: watch, approve or reject; flags first, a page of cards at a time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from campaigns.access.roles import Right
from campaigns.jobs import queue
from campaigns.jobs.kinds import JobKind
from campaigns.models import Campaign, Job
from campaigns.review.approvers import set_second_approver
from campaigns.review.bulk import describe_unflagged, start_approval
from campaigns.review.flags import read_fps
from campaigns.review.order import CardQuery, Show, Sort, count_shown, find_page, read_query
from campaigns.review.personal_lines import find_personal_lines
from campaigns.review.sampling import CHOICES, approve_rest, compute_size, draw_sample, find_sample
from campaigns.review.standing import find_reviewable
from campaigns.review.undo import find_last_decision
from campaigns.states import MoveRefused
from campaigns.views.numbers import read_key
from campaigns.views.page import CampaignPage, step_url
from campaigns.views.review_cards import build_card, say_count

# Each with where its remedy is: a step of the campaign, or "" where the video itself is made again.
COMMON_REASONS = (
    ("A name is said wrong", "names"),
    ("The mouth looks wrong", ""),
    ("The text is wrong", "script"),
)
FILTERS = (
    (Show.ALL, "All"),
    (Show.PENDING, "To review"),
    (Show.SECOND, "Waits for a second person"),
    (Show.FLAGGED, "Flagged"),
    (Show.APPROVED, "Approved"),
    (Show.REJECTED, "Rejected"),
    (Show.COMMENTED, "Commented"),
    (Show.SAMPLE, "Sample"),
    (Show.CHANGED, "Changed since sent"),
)
ALWAYS_SHOWN = (Show.ALL, Show.PENDING, Show.FLAGGED, Show.APPROVED, Show.REJECTED)
SORTS = (
    (Sort.RISK, "Riskiest first"),
    (Sort.ROW, "By row"),
    (Sort.NAME, "By name"),
    (Sort.NEWEST, "Newest first"),
)


class ReviewPage(CampaignPage):
    """The contact sheet and the player, with the first page of cards."""

    step = "review"
    right = Right.APPROVE
    template_name = "campaigns/review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = read_query(self.request.GET)
        counts = count_shown(self.campaign)
        job = queue.find_open(self.campaign, JobKind.APPROVE)
        return super().get_context_data(
            ready=counts[Show.ALL],
            filters=_build_filters(counts, query),
            sorts=SORTS,
            query=query,
            first=_build_page(self, query, ""),
            facts=self._build_facts(),
            common_reasons=COMMON_REASONS,
            job_view=queue.describe(job) if job else None,
            review_url=step_url(self.campaign, "review"),
            **self._describe_bulk(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        act = {
            "draw": self._draw,
            "rest": self._approve_rest,
            "approvers": self._change_approvers,
        }.get(request.POST.get("action", ""), self._approve_unflagged)
        try:
            return act()
        except MoveRefused as refused:
            return self.refuse("review", str(refused))

    def _approve_unflagged(self) -> HttpResponse:
        return self._tell_approved(
            start_approval(self.campaign, self.person, seen=self.request.POST.get("seen", ""))
        )

    def _approve_rest(self) -> HttpResponse:
        return self._tell_approved(
            approve_rest(self.campaign, self.person, seen=self.request.POST.get("seen", ""))
        )

    def _tell_approved(self, done: Job | int) -> HttpResponse:
        if isinstance(done, Job):
            return self.go("review", "A worker approves them now. You can go on meanwhile.")
        plural = "" if done == 1 else "s"
        if self.campaign.needs_second_approver:
            return self.go(
                "review",
                f"{done} video{plural} approved by you; where you were the first, another person has to.",
            )
        return self.go("review", f"Approved {done} video{plural} without flags.")

    def _draw(self) -> HttpResponse:
        asked = self.request.POST.get("one_in", "")
        one_in = int(asked) if asked in map(str, CHOICES) else CHOICES[0]
        sample = draw_sample(self.campaign, self.person, one_in)
        answer = self.go("review", f"Drew {sample.total} videos. Look at these.")
        answer["Location"] += "?show=sample"
        return answer

    def _change_approvers(self) -> HttpResponse:
        needed = self.request.POST.get("needed") == "two"
        set_second_approver(self.campaign, self.person, needed)
        return self.go(
            "review",
            "From now on two different people approve each video."
            if needed
            else "From now on one person approves a video.",
        )

    def _describe_bulk(self) -> dict[str, Any]:
        found = describe_unflagged(self.campaign, self.person)
        return {
            "unflagged": found.undecided,
            "unflagged_said": say_count(found.undecided),
            "unflagged_digest": found.digest,
            "sample": find_sample(self.campaign),
            "sample_sizes": [(one_in, compute_size(found.undecided, one_in)) for one_in in CHOICES],
        }

    def _build_facts(self) -> dict[str, Any]:
        """What the script of the page knows beside the cards."""
        facts = self.campaign.presenter.facts if self.campaign.presenter else {}
        last = find_last_decision(self.campaign, self.person)
        return {
            "cards": step_url(self.campaign, "review_cards"),
            "act": step_url(self.campaign, "review_act"),
            **{step: step_url(self.campaign, step) for step in ("names", "script", "recipients")},
            "aspect": _measure_aspect(facts),
            "undo": last.about if last else "",
            "two": self.campaign.needs_second_approver,
            "again": _find_again_url(self),
        }


class CardsView(CampaignPage):
    """Another page of cards, as JSON, and the counts where they are asked for; or one card by itself."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "card" in request.GET:
            return JsonResponse({"card": _build_one(self, request.GET["card"])})
        query = read_query(request.GET)
        if request.GET.get("counts") == "only":
            return JsonResponse({"filters": _build_filters(count_shown(self.campaign), query)})
        try:
            page = _build_page(self, query, request.GET.get("after", ""))
        except ValueError as unreadable:
            raise Http404("There is no such page of cards.") from unreadable
        if "counts" in request.GET:
            page["filters"] = _build_filters(count_shown(self.campaign), query)
        return JsonResponse(page)


def _build_page(view: CampaignPage, query: CardQuery, after: str) -> dict[str, Any]:
    page = find_page(view.campaign, query, after)
    personal, fps = find_personal_lines(view.campaign, page.messages), _find_fps(view.campaign)
    cards = [build_card(one, personal, page.alike.get(one.content_hash, 1), fps) for one in page.messages]
    return {"cards": cards, "next": page.next}


def _build_one(view: CampaignPage, pk: str) -> dict[str, Any]:
    found = find_reviewable(view.campaign).select_related("recipient", "reviewed_by")
    message = get_object_or_404(found, pk=read_key(pk))
    return build_card(message, find_personal_lines(view.campaign, [message]), fps=_find_fps(view.campaign))


def _find_fps(campaign: Campaign) -> Fraction | None:
    return read_fps(campaign.presenter.facts) if campaign.presenter is not None else None


def _build_filters(counts: dict[Show, int], query: CardQuery) -> list[dict[str, Any]]:
    return [
        {
            "name": show.value,
            "label": label,
            "count": counts[show],
            "said": say_count(counts[show]),
            "chosen": query.show == show,
            "hidden": not counts[show] and show not in ALWAYS_SHOWN and query.show != show,
        }
        for show, label in FILTERS
    ]


def _measure_aspect(facts: dict[str, Any]) -> float:
    """Width ÷ height of the take; 16:9 where it is not known yet."""
    width, height = facts.get("width"), facts.get("height")
    return round(width / height, 4) if width and height else 1.7778


def _find_again_url(view: CampaignPage) -> str:
    """Where one video is made again; "" where this installation cannot."""
    try:
        return reverse("admin:campaigns_campaign_again", args=[view.campaign.pk])
    except NoReverseMatch:
        return ""
