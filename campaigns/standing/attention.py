"""What keeps a campaign from going on, worst first, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from campaigns.counts import select_approved
from campaigns.models import Campaign
from campaigns.revisions import load_consents
from campaigns.states import BakeState, DeliveryState, RenderState, ReviewState

REASONS_SHOWN = 4


@dataclass(frozen=True)
class Concern:
    """``step`` is the page where it is put right, ``query`` what to ask of it; ``bad``: nothing goes on."""

    sentence: str
    remedy: str
    step: str
    query: str = ""
    details: tuple[str, ...] = ()
    bad: bool = True


def find_concerns(campaign: Campaign, rejected: int) -> list[Concern]:
    """Everything that a person has to look at, in a fixed number of queries. ``rejected``: how many people
    get no video because of their row."""
    return [
        *_find_stops(campaign),
        *_find_failed_videos(campaign),
        *_find_failed_deliveries(campaign),
        *_find_rejected_people(rejected),
        *_find_flagged_videos(campaign),
    ]


def _find_stops(campaign: Campaign) -> Iterator[Concern]:
    if campaign.sending_paused:
        yield Concern(f"Sending stopped: {campaign.sending_paused}", "Go on sending", "send")
    presenter = campaign.presenter
    if presenter is not None and presenter.consent_revoked_at is not None:
        yield Concern(f"{presenter} has withdrawn the consent.", "Choose another presenter", "script")
    elif presenter is not None and presenter.bake_state == BakeState.FAILED:
        said = f"The take of {presenter} could not be prepared: {presenter.failure}"
        yield Concern(said, "Choose another presenter", "script")
    approved = select_approved(campaign.messages.filter(recipient__removed_at=None))
    withheld = approved.count() - load_consents().select(approved).count()
    if withheld:
        sentence = f"{_many(withheld, 'approved video')} cannot be shown or sent: the consent was revoked"
        yield Concern(sentence, "Make them with another presenter", "script")


def _find_failed_videos(campaign: Campaign) -> Iterator[Concern]:
    failed = campaign.messages.filter(render_state=RenderState.FAILED, recipient__removed_at=None)
    total, details = _group(failed, "failure")
    if total:
        yield Concern(f"{_many(total, 'video')} could not be made", "See the reasons", "run", "", details)


def _find_rejected_people(rejected: int) -> Iterator[Concern]:
    if rejected:
        verb = "needs" if rejected == 1 else "need"
        people = "1 person" if rejected == 1 else f"{rejected:,} people"
        sentence = f"{people} {verb} attention: their rows get no video"
        yield Concern(sentence, "Put the rows right", "recipients", "?verdict=rejected", bad=False)


def _find_failed_deliveries(campaign: Campaign) -> Iterator[Concern]:
    failed, details = _group(campaign.deliveries.filter(state=DeliveryState.FAILED), "reason")
    if failed:
        yield Concern(f"{_many(failed, 'mail')} could not be sent", "Try again", "send", "", details)
    unknown = campaign.deliveries.filter(state=DeliveryState.UNKNOWN).count()
    if unknown:
        sentence = f"Nobody knows whether {_many(unknown, 'mail')} left"
        yield Concern(sentence, "Look and decide", "send")


def _find_flagged_videos(campaign: Campaign) -> Iterator[Concern]:
    ready = campaign.messages.filter(render_state=RenderState.READY, recipient__removed_at=None)
    flagged = ready.filter(review_state=ReviewState.PENDING).exclude(flags=[]).count()
    if flagged:
        sentence = f"{_many(flagged, 'video')} to look at closely: the platform has doubts"
        yield Concern(sentence, "Review them", "review", bad=False)


def _group(rows: QuerySet[Campaign] | QuerySet[object], column: str) -> tuple[int, tuple[str, ...]]:  # type: ignore[type-var]
    """How many, and the most frequent reasons with their numbers."""
    counts = list(rows.order_by().values_list(column).annotate(many=Count("pk")).order_by("-many"))
    shown = tuple(f"{many:,} × {reason or 'no reason known'}" for reason, many in counts[:REASONS_SHOWN])
    more = len(counts) - len(shown)
    return sum(many for _, many in counts), (*shown, f"… and {more} other reasons") if more > 0 else shown


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
