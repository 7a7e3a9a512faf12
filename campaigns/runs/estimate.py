"""Estimate of a run before it starts: how much it will render, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min
from django.urls import reverse

from campaigns import engine
from campaigns.models import Campaign
from campaigns.recipients.word_ranking import count_doubtful_words
from campaigns.runs.cost_history import format_cost, load_cost_history
from campaigns.runs.reading import ShowProgress, read_in_chunks
from campaigns.runs.said_lines import fill_rows, find_rendered_lines
from campaigns.scripts.spoken_length import add_pauses
from campaigns.states import BakeState, RenderState, RowVerdict
from campaigns.storage.campaign_voice import choose_campaign_voice

SAMPLED_ROWS = 300


@dataclass(frozen=True)
class Estimate:
    """``distinct`` lines are rendered once each, however many of the ``lines`` share them.

    Seconds are about right: of ``video_s`` in all videos, ``personal_s`` are said to some recipients only,
    and ``new_s`` have to be rendered, as the rest is shared or was rendered before. ``learned_from`` counts
    the finished messages behind the estimate; 0 means that nothing was rendered here yet.
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
        words = format_cost(self.work_s)
        return f", {'' if words.startswith('less') else 'about '}{words}" if words else ""


def estimate_run(campaign: Campaign, progress: ShowProgress = lambda *_: None) -> Estimate:
    """Fill every valid row; rows that cannot be filled are counted and left out."""
    valid = campaign.recipients.filter(verdict=RowVerdict.VALID, removed_at=None)
    ready = campaign.messages.filter(render_state=RenderState.READY)
    rows = read_in_chunks(valid, ("values",), "filling the rows", progress)
    made = read_in_chunks(ready, ("lines", "made_with"), "looking at what is rendered", progress)
    return _estimate(campaign, (values for (values,) in rows), made, 0)


def estimate_from_sample(campaign: Campaign, valid: int) -> Estimate:
    """At once, from some rows out of all parts of the sheet, for a campaign with so many valid rows.

    Lengths are about right. A line that not all of these rows share counts as a new one for each row, so
    that ``distinct``, ``new_s`` and ``work_s`` are upper bounds.
    """
    rows = campaign.recipients.filter(verdict=RowVerdict.VALID, removed_at=None)
    ends = rows.aggregate(first=Min("row_number"), last=Max("row_number"))
    step = max(1, (ends["last"] - ends["first"]) // SAMPLED_ROWS)
    sampled = rows.filter(row_number__in=range(ends["first"], ends["last"] + 1, step)).order_by()
    found = list(sampled.values_list("pk", "values"))
    ready = campaign.messages.filter(render_state=RenderState.READY, recipient__in=[pk for pk, _ in found])
    made = ready.order_by().values_list("lines", "made_with")
    return _estimate(campaign, [values for _, values in found], made, valid)


def _estimate(
    campaign: Campaign, rows: Iterable[Any], made: Iterable[tuple[Any, Any]], all_rows: int
) -> Estimate:
    """Of these rows, or where ``all_rows`` is given, of so many, which these stand for."""
    filled, unfillable, fault = fill_rows(campaign, rows)
    scale = all_rows / max(1, len(filled) + unfillable) if all_rows else 1.0
    history, rendered = load_cost_history(campaign), find_rendered_lines(campaign, made)
    counts = Counter(line for lines in filled for line in lines)
    seconds = {line.text: history.estimate_line_s(line.text) for line in counts}
    personal = {line for line, count in counts.items() if count < len(filled)}
    speech_s = sum(seconds[line.text] * count for line, count in counts.items())
    video_s = sum(add_pauses(sum(seconds[line.text] for line in lines), len(lines)) for lines in filled)
    pause_s = (video_s - speech_s) / max(1, counts.total())
    personal_s = sum((seconds[line.text] + pause_s) * counts[line] for line in personal)
    new = [(line, scale if line in personal else 1.0) for line in counts if line not in rendered]
    new_s = sum((seconds[line.text] + pause_s) * times for line, times in new)
    to_make = scale * sum(any(line not in rendered for line in lines) for lines in filled)
    return Estimate(
        messages=round(scale * len(filled)),
        lines=round(scale * counts.total()),
        distinct=round(scale * len(personal)) + len(counts) - len(personal),
        unfillable=round(scale * unfillable),
        speech_s=scale * speech_s,
        video_s=scale * video_s,
        personal_s=scale * personal_s,
        new_s=new_s,
        work_s=new_s * history.work_per_new_s + to_make * history.join_s,
        learned_from=history.messages,
        fault=fault,
    )


@dataclass(frozen=True)
class ChecklistItem:
    """One condition of a run. Where a person has to act, ``link`` leads to ``url``."""

    ok: bool
    sentence: str
    link: str = ""
    url: str = ""


def build_checklist(campaign: Campaign, estimate: Estimate) -> tuple[ChecklistItem, ...]:
    """What the run needs, in the order of the steps; the start itself decides again."""
    return (
        _check_recipients(campaign, estimate),
        _check_script(campaign, estimate),
        _check_presenter(campaign),
        _check_consent(campaign),
        *_check_voice(campaign),
        *_check_names(campaign),
    )


def _check_recipients(campaign: Campaign, estimate: Estimate) -> ChecklistItem:
    valid = estimate.messages + estimate.unfillable
    if valid:
        return ChecklistItem(True, f"{valid} valid recipient{'' if valid == 1 else 's'}.")
    return ChecklistItem(
        False,
        "There are no valid recipients yet.",
        "Upload a spreadsheet",
        _build_step_url(campaign, "recipients"),
    )


def _check_script(campaign: Campaign, estimate: Estimate) -> ChecklistItem:
    if not campaign.script.strip():
        return ChecklistItem(False, "The script is empty.", "Write it", _build_step_url(campaign, "script"))
    if estimate.fault:
        return ChecklistItem(False, estimate.fault, "Correct it", _build_step_url(campaign, "script"))
    if estimate.unfillable:
        rows = "one row" if estimate.unfillable == 1 else f"{estimate.unfillable} rows"
        sentence = f"The script cannot be filled for {rows}"
        sentence += "; the others get their videos." if estimate.messages else "."
        return ChecklistItem(estimate.messages > 0, sentence, "See why", _build_step_url(campaign, "script"))
    return ChecklistItem(True, "The script can be filled for every row.")


def _check_presenter(campaign: Campaign) -> ChecklistItem:
    presenter = campaign.presenter
    if presenter is None:
        return ChecklistItem(
            False, "Nobody is chosen to speak.", "Choose a presenter", _build_step_url(campaign, "script")
        )
    if presenter.bake_state == BakeState.FAILED:
        sentence = f"The take of {presenter.name} could not be prepared: {presenter.failure}"
        return ChecklistItem(False, sentence, "Look at it", _build_presenter_url(presenter.pk))
    if presenter.bake_state != BakeState.READY:
        sentence = f"The take of {presenter.name} is still being prepared; the run waits for it."
        return ChecklistItem(True, sentence, "See how far it is", _build_presenter_url(presenter.pk))
    return ChecklistItem(True, f"{presenter.name} is ready to speak.")


def _check_consent(campaign: Campaign) -> ChecklistItem:
    presenter = campaign.presenter
    if presenter is None:
        return ChecklistItem(False, "No consent, as nobody is chosen to speak.")
    if presenter.has_consent:
        return ChecklistItem(True, f"{presenter.consent_by or presenter.name} consented.")
    return ChecklistItem(
        False,
        f"No consent is recorded for {presenter.name}.",
        "Record it",
        _build_presenter_url(presenter.pk),
    )


def _check_voice(campaign: Campaign) -> Iterator[ChecklistItem]:
    """A voice that this machine does not have; a worker elsewhere may, so the run may start."""
    try:
        engine.find_voice_language(choose_campaign_voice(campaign))
    except engine.RenderError as error:
        url = _build_step_url(campaign, "script")
        yield ChecklistItem(True, f"Here the voice cannot be used: {error.message}", "Choose another", url)


def _check_names(campaign: Campaign) -> Iterator[ChecklistItem]:
    """Words that nobody has heard yet and that the voice may say wrong."""
    url = _build_step_url(campaign, "names")
    doubtful = count_doubtful_words(campaign)
    if doubtful is None:
        yield ChecklistItem(True, "Nobody has listened to the names yet.", "Hear them", url)
    elif doubtful:
        words = "one word" if doubtful == 1 else f"{doubtful} words"
        yield ChecklistItem(True, f"The voice may say {words} wrong.", "Hear them", url)


def _build_step_url(campaign: Campaign, step: str) -> str:
    return reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])


def _build_presenter_url(pk: int) -> str:
    return reverse("admin:campaigns_presenter_change", args=[pk])
