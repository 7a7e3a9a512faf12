"""What a run would make and what it still lacks, told before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from campaigns.models import Campaign
from campaigns.previewing import estimated_seconds
from campaigns.scripts import ScriptError, fill
from campaigns.states import BakeState, RowVerdict


@dataclass(frozen=True)
class Estimate:
    """``distinct`` lines are rendered once each, however many of the ``lines`` share them."""

    messages: int
    lines: int
    distinct: int
    seconds_each: float
    unfillable: int

    @property
    def shared_percent(self) -> int:
        return round(100 * (1 - self.distinct / self.lines)) if self.lines else 0


def estimate(campaign: Campaign) -> Estimate:
    """Fill every valid row; rows that cannot be filled are counted and left out."""
    heard: set[tuple[str, str]] = set()
    messages = lines = unfillable = 0
    seconds = 0.0
    for values in campaign.recipients.filter(verdict=RowVerdict.VALID).values_list("values", flat=True):
        try:
            filled = fill(campaign.script, values)
        except ScriptError:
            unfillable += 1
            continue
        messages += 1
        lines += len(filled)
        seconds += estimated_seconds(filled)
        heard |= {(line.id, line.text) for line in filled}
    return Estimate(messages, lines, len(heard), seconds / messages if messages else 0.0, unfillable)


@dataclass(frozen=True)
class Point:
    """One thing that a run needs; where something is to be mended, ``link`` leads to ``url``."""

    ok: bool
    sentence: str
    link: str = ""
    url: str = ""


def checklist(campaign: Campaign, made: Estimate) -> tuple[Point, ...]:
    """What the run needs, in the order of the steps; the start itself decides again."""
    return (_recipients(campaign, made), _script(campaign, made), _presenter(campaign), _consent(campaign))


def _recipients(campaign: Campaign, made: Estimate) -> Point:
    wanted = made.messages + made.unfillable
    if wanted:
        return Point(True, f"{wanted} valid recipient{'' if wanted == 1 else 's'}.")
    return Point(
        False, "There are no valid recipients yet.", "Upload a spreadsheet", _step(campaign, "recipients")
    )


def _script(campaign: Campaign, made: Estimate) -> Point:
    if not campaign.script.strip():
        return Point(False, "The script is empty.", "Write it", _step(campaign, "script"))
    if made.unfillable:
        rows = "one row" if made.unfillable == 1 else f"{made.unfillable} rows"
        sentence = f"The script cannot be filled for {rows}"
        sentence += "; the others get their videos." if made.messages else "."
        return Point(made.messages > 0, sentence, "See why", _step(campaign, "script"))
    return Point(True, "The script can be filled for every row.")


def _presenter(campaign: Campaign) -> Point:
    presenter = campaign.presenter
    if presenter is None:
        return Point(False, "Nobody is chosen to speak.", "Choose a presenter", _step(campaign, "script"))
    if presenter.bake_state == BakeState.FAILED:
        sentence = f"The take of {presenter.name} could not be prepared: {presenter.failure}"
        return Point(False, sentence, "Look at it", _presenter_page(presenter.pk))
    if presenter.bake_state != BakeState.READY:
        sentence = f"The take of {presenter.name} is still being prepared; the run waits for it."
        return Point(True, sentence, "See how far it is", _presenter_page(presenter.pk))
    return Point(True, f"{presenter.name} is ready to speak.")


def _consent(campaign: Campaign) -> Point:
    presenter = campaign.presenter
    if presenter is None:
        return Point(False, "No consent, as nobody is chosen to speak.")
    if presenter.has_consent:
        return Point(True, f"{presenter.consent_by or presenter.name} consented.")
    return Point(
        False, f"No consent is recorded for {presenter.name}.", "Record it", _presenter_page(presenter.pk)
    )


def _step(campaign: Campaign, step: str) -> str:
    return reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])


def _presenter_page(pk: int) -> str:
    return reverse("admin:campaigns_presenter_change", args=[pk])
