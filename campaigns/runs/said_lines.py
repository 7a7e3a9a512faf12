"""The lines of a campaign with how their words are said: those to come and those rendered already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaigns import engine
from campaigns.models import Campaign
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.name_columns import find_row_pronunciations
from campaigns.scripts.template import ScriptError, fill
from campaigns.states import RenderState, RowVerdict
from campaigns.storage.campaign_voice import describe_campaign_voice


@dataclass(frozen=True)
class SaidLine:
    """Two of them that are equal are rendered once."""

    id: str
    text: str
    said: tuple[engine.Pronunciation, ...] = ()


def fill_valid_rows(campaign: Campaign) -> tuple[list[tuple[SaidLine, ...]], int, str]:
    """The lines of every valid row, how many rows cannot be filled, and an error that all rows share."""
    filled, unfillable, fault = [], 0, ""
    speaker = load_speaker(campaign)
    for values in (
        campaign.recipients.living().filter(verdict=RowVerdict.VALID).values_list("values", flat=True)
    ):
        try:
            filled.append(_fill(campaign.script, values, speaker))
        except ScriptError as error:
            unfillable += 1
            fault = fault or (str(error) if error.concerns_everybody else "")
    return filled, unfillable, fault


def find_rendered_lines(campaign: Campaign) -> set[SaidLine]:
    """Lines of finished messages by the same presenter and voice: they lie in the cache."""
    ready = campaign.messages.filter(render_state=RenderState.READY).values_list("lines", "made_with")
    who = [campaign.presenter_id, describe_campaign_voice(campaign)]
    found = set[SaidLine]()
    for lines, made_with in ready.order_by():
        if not made_with or [made_with["presenter"], made_with["voice"]] == who:
            known = [engine.Pronunciation(**one) for one in made_with.get("pronunciations", ())]
            found.update(_say(line["id"], line["text"], known) for line in lines)
    return found


def _fill(script: str, values: Mapping[str, str], speaker: Speaker) -> tuple[SaidLine, ...]:
    lines = fill(script, values)
    known = speaker.select([line.text for line in lines], find_row_pronunciations(values))
    return tuple(_say(line.id, line.text, known) for line in lines)


def _say(line_id: str, text: str, known: Iterable[engine.Pronunciation]) -> SaidLine:
    return SaidLine(line_id, text, tuple(one for one in known if one.find(text)))
