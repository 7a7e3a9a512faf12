"""The lines of a campaign with how their words are said: those to come and those rendered already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns import engine
from campaigns.models import Campaign
from campaigns.recipients.row_speaker import RowSpeaker, load_row_speaker
from campaigns.scripts.template import ScriptError, fill
from campaigns.storage.campaign_voice import describe_campaign_voice


@dataclass(frozen=True)
class SaidLine:
    """Two of them that are equal are rendered once."""

    id: str
    text: str
    said: tuple[engine.Pronunciation, ...] = ()
    locale: str = ""  # of its figures, where not all rows have it


def fill_rows(
    campaign: Campaign, rows: Iterable[Mapping[str, str]]
) -> tuple[list[tuple[SaidLine, ...]], int, str]:
    """The lines of these rows' values, how many cannot be filled, and an error that all rows share."""
    filled, unfillable, fault = [], 0, ""
    speaker, known = load_row_speaker(campaign), dict[SaidLine, SaidLine]()
    for values in rows:
        try:
            # The same line is one object, however many rows say it: a hundred thousand rows fit in memory.
            said = _fill(campaign.script, values, speaker)
            filled.append(tuple(known.setdefault(line, line) for line in said))
        except ScriptError as error:
            unfillable += 1
            fault = fault or (str(error) if error.concerns_everybody else "")
    return filled, unfillable, fault


def find_rendered_lines(campaign: Campaign, messages: Iterable[tuple[Any, Any]]) -> set[SaidLine]:
    """Lines of these messages (lines, made_with) by the campaign's presenter and voice: they are cached."""
    who = [campaign.presenter_id, describe_campaign_voice(campaign)]
    found = set[SaidLine]()
    for lines, made_with in messages:
        if not made_with or [made_with["presenter"], made_with["voice"]] == who:
            known = [engine.Pronunciation(**one) for one in made_with.get("pronunciations", ())]
            found.update(_say(line["id"], line["text"], known, line.get("locale", "")) for line in lines)
    return found


def _fill(script: str, values: Mapping[str, str], speaker: RowSpeaker) -> tuple[SaidLine, ...]:
    lines = fill(script, values)
    known = speaker.select([line.text for line in lines], values)
    locales = speaker.find_locales(lines, values)
    return tuple(_say(line.id, line.text, known, locales.get(line.id, "")) for line in lines)


def _say(line_id: str, text: str, known: Iterable[engine.Pronunciation], locale: str) -> SaidLine:
    return SaidLine(line_id, text, tuple(one for one in known if one.find(text)), locale)
