"""What a run would make and what it still lacks, told before it starts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.urls import reverse

from campaigns.experience import cost_words, experience, with_pauses
from campaigns.models import Campaign
from campaigns.scripts import Line, ScriptError, UnknownColumn, fill
from campaigns.states import BakeState, RenderState, RowVerdict


@dataclass(frozen=True)
class Estimate:
    """``distinct`` lines are rendered once each, however many of the ``lines`` share them.

    Seconds are about right: of ``video_s`` in all videos, ``personal_s`` are said to some recipients only,
    and ``new_s`` have to be rendered, as the rest is shared or was made before. ``learned_from`` finished
    messages; 0 means that nothing was rendered here yet.
    """

    messages: int
    lines: int
    distinct: int
    unfillable: int
    speech_s: float
    video_s: float
    personal_s: float
    new_s: float
    work_s: float
    learned_from: int
    fault: str  # of the script, for everybody

    @property
    def seconds_each(self) -> float:
        return self.video_s / self.messages if self.messages else 0.0

    @property
    def shared_percent(self) -> int:
        """Of all video, what is not rendered for its own recipient."""
        return max(0, round(100 * (1 - self.new_s / self.video_s))) if self.video_s else 0

    @property
    def cost(self) -> str:
        """“, about 0.42 EUR”; empty where no price is set."""
        words = cost_words(self.work_s)
        return f", {'' if words.startswith('less') else 'about '}{words}" if words else ""


def estimate(campaign: Campaign) -> Estimate:
    """Fill every valid row; rows that cannot be filled are counted and left out."""
    filled, unfillable, fault = _filled(campaign)
    learned = experience(campaign)
    heard = Counter((line.id, line.text) for lines in filled for line in lines)
    seconds = {text: learned.line_seconds(text) for _, text in heard}
    made = _made_before(campaign)
    speech_s = sum(seconds[text] * count for (_, text), count in heard.items())
    video_s = sum(with_pauses(sum(seconds[line.text] for line in lines), len(lines)) for lines in filled)
    pause_s = (video_s - speech_s) / max(1, heard.total())
    personal_s = sum(
        (seconds[text] + pause_s) * count for (_, text), count in heard.items() if count < len(filled)
    )
    new_s = sum(seconds[line[1]] + pause_s for line in heard if line not in made)
    to_make = sum(any((line.id, line.text) not in made for line in lines) for lines in filled)
    work_s = new_s * learned.work_per_new_s + to_make * learned.join_s
    return Estimate(
        len(filled), heard.total(), len(heard), unfillable, speech_s, video_s, personal_s, new_s, work_s,
        learned.messages, fault,
    )  # fmt: skip


def _filled(campaign: Campaign) -> tuple[list[tuple[Line, ...]], int, str]:
    """The lines of every valid row, how many rows cannot be filled, and a fault that no row can mend."""
    filled, unfillable, fault = [], 0, ""
    for values in campaign.recipients.filter(verdict=RowVerdict.VALID).values_list("values", flat=True):
        try:
            filled.append(fill(campaign.script, values))
        except ScriptError as error:
            unfillable += 1
            fault = fault or (str(error) if isinstance(error, UnknownColumn) else "")
    return filled, unfillable, fault


def _made_before(campaign: Campaign) -> set[tuple[str, str]]:
    """Lines that finished messages of this campaign hold: they lie in the cache."""
    ready = campaign.messages.filter(render_state=RenderState.READY).values_list("lines", flat=True)
    return {(line["id"], line["text"]) for lines in ready.order_by() for line in lines}


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
    if made.fault:
        return Point(False, made.fault, "Mend it", _step(campaign, "script"))
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
