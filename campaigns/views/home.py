"""A campaign's home: where it stands, what to do next, what failed, and what was watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from campaigns.access.rights import has
from campaigns.counts import Counts
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import JobView, describe, find_latest
from campaigns.models import Campaign, ViewingSummary
from campaigns.standing.archive import archive, restore
from campaigns.standing.attention import Concern, find_concerns
from campaigns.standing.copies import Audience, start_duplicate, start_follow_up
from campaigns.standing.viewing import get_viewing
from campaigns.states import CampaignState, JobState, MoveRefused
from campaigns.views.page import CampaignPage, find_next_step, step_url

AUDIENCES = {
    Audience.NOT_OPENED: "who did not open it",
    Audience.NOT_PLAYED: "who did not play it",
    Audience.NOT_FINISHED: "who did not watch to the end",
    Audience.EVERYBODY: "everybody",
}
PLOT_W, PLOT_H = 520, 150  # of the watch-through plot, in its own units


@dataclass(frozen=True)
class Bar:
    """One stage of the funnel; ``percent`` of all people, ``of_before`` of the stage before."""

    label: str
    count: int
    percent: int
    of_before: int


@dataclass(frozen=True)
class Plot:
    """The share of viewers who still watch, per tenth of the video, as points of an SVG."""

    line: str
    area: str
    shares: tuple[tuple[int, int], ...]  # (percent of the video, percent of its viewers)


class HomePage(CampaignPage):
    """The first page of a campaign; duplicates it, follows it up, and puts it into the archive."""

    step = "home"
    acts_in_archive = True
    template_name = "campaigns/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(shows_rights=True, **kwargs)
        counts, viewing = context["counts"], get_viewing(self.campaign)
        concerns = find_concerns(self.campaign, counts.rejected)
        return {
            **context,
            "concerns": [(one, _link(self.campaign, one)) for one in concerns],
            "next_step": describe_next_step(self.campaign, counts),
            "funnel": build_funnel(counts, viewing),
            "plot": build_plot(viewing.still_watching),
            "viewing": viewing,
            "lines": [line | {"percent": round(100 * line["share"])} for line in viewing.lines],
            "audiences": [(str(one), words) for one, words in AUDIENCES.items()],
            "copy": self._describe_copy(),
            "may_delete": has(self.person, "delete_campaign", self.campaign),
            "latest": self.campaign.history.all()[:5],
        }

    def _describe_copy(self) -> JobView | None:
        """The copy that is being made, or that failed; one that was made has a home of its own."""
        job = find_latest(self.campaign, JobKind.COPY)
        return None if job is None or job.state in (JobState.DONE, JobState.CANCELLED) else describe(job)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            made = self._act(request.POST.get("action", ""))
        except MoveRefused as refused:
            return self.refuse("home", str(refused))
        return HttpResponseRedirect(step_url(made or self.campaign, "home"))

    def _act(self, action: str) -> Campaign | None:
        """Do what a button says; the campaign that was made, if any."""
        match action:
            case "duplicate":
                with_people = self.request.POST.get("people") == "on"
                return start_duplicate(self.campaign, self.person, with_people=with_people)
            case "follow_up":
                asked = self.request.POST.get("audience", "")
                if asked not in set(Audience):
                    raise MoveRefused("Choose first whom the follow-up is for.")
                return start_follow_up(self.campaign, self.person, Audience(asked))
            case "archive":
                archive(self.campaign, self.person)
                return None
            case "restore":
                restore(self.campaign, self.person)
                return None
        raise MoveRefused("That button is not known here. Reload the page and try again.")


def describe_next_step(campaign: Campaign, counts: Counts) -> dict[str, str]:
    """The one thing to do now: its address, its words, and a sentence about it."""
    slug = find_next_step(campaign)
    if campaign.state == CampaignState.RENDERING:
        slug = "run"
    unsent = counts.approved - counts.sent
    words = {
        "recipients": ("Upload the people", "Nobody is in this campaign yet."),
        "script": ("Write the script", "Say who speaks, and what is said."),
        "run": ("Start the run", f"{counts.valid:,} people are ready for their videos."),
        "review": (f"Review {counts.to_review:,}", f"{counts.to_review:,} finished videos wait for a look."),
        "send": (f"Send {unsent:,}", f"{unsent:,} approved videos have not been sent."),
    }
    if campaign.state == CampaignState.RENDERING:
        words["run"] = ("Follow the run", f"{counts.ready:,} of {counts.valid:,} videos are made.")
    label, sentence = words[slug]
    if slug == "send" and unsent <= 0:
        label, sentence = "See who watched", "Everything that is approved has been sent."
    return {"url": step_url(campaign, slug), "label": label, "sentence": sentence}


def build_funnel(counts: Counts, viewing: ViewingSummary) -> list[Bar]:
    """From people to the button, each with its share; programs that open links are in none."""
    half = viewing.still_watching[5] if len(viewing.still_watching) > 5 else 0
    people = counts.valid + counts.rejected
    stages = (
        ("People", people), ("Videos", counts.ready), ("Approved", counts.approved), ("Sent", counts.sent),
        ("Opened", viewing.opened), ("Played", viewing.played), ("Watched half", half),
        ("Watched to the end", viewing.finished), ("Pressed the button", viewing.clicked),
    )  # fmt: skip
    bars, before = [], people
    for label, count in stages:
        bars.append(Bar(label, count, _percent(count, people), _percent(count, before)))
        before = count
    return bars


def build_plot(still_watching: list[int]) -> Plot | None:
    """The plot of the tenths; None where nobody played anything."""
    if not still_watching or not still_watching[0]:
        return None
    shares = [(10 * tenth, _percent(many, still_watching[0])) for tenth, many in enumerate(still_watching)]
    points = [(x / 100 * PLOT_W, PLOT_H * (1 - y / 100)) for x, y in shares]
    line = " ".join(f"{x:.0f},{y:.1f}" for x, y in points)
    return Plot(line, f"0,{PLOT_H} {line} {PLOT_W},{PLOT_H}", tuple(shares))


def _percent(part: int, whole: int) -> int:
    return min(100, round(100 * part / whole)) if whole else 0


def _link(campaign: Campaign, concern: Concern) -> str:
    return step_url(campaign, concern.step) + concern.query
