"""How the rows of one spreadsheet are said: their own pronunciations, and the locale of their figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from campaigns import engine
from campaigns.models import Campaign
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.name_columns import find_row_pronunciations
from campaigns.scripts.template import Line
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.language_tags import get_base, name_language, read_language_tag

# Figures that locales read in different ways: 03/04/2026, 1.234, 205.
_TOLD_APART = re.compile(r"\d\W\d|\d{3}")
_EDGES = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True)
class RowLanguage:
    """``locale``: how the row's figures and dates are read, "" as in all other rows. ``warning``: why what
    the cell asks for cannot be had, as a sentence; "" where it can."""

    locale: str = ""
    warning: str = ""


class RowSpeaker:
    """A speaker and what the columns of a sheet say of it; ``roles``: what holds what."""

    def __init__(self, speaker: Speaker, roles: Mapping[Role, str] | None = None) -> None:
        self.speaker, self.roles = speaker, dict(roles or {})
        self.language_column = self.roles.get(Role.LANGUAGE, "")
        self._languages: dict[str, RowLanguage] = {}

    def select(self, texts: Iterable[str], values: Mapping[str, str]) -> tuple[engine.Pronunciation, ...]:
        """What these lines of a row need: its own pronunciations beat those of the library."""
        return self.speaker.select(texts, find_row_pronunciations(values, self.roles))

    def surely_reads(self, text: str, values: Mapping[str, str]) -> bool:
        """Whether no part of a row's text can be one that the voice cannot read: cheap, and False for some
        that it can."""
        return self.speaker.surely_reads(text, find_row_pronunciations(values, self.roles))

    def find_language(self, values: Mapping[str, str]) -> RowLanguage:
        """What the row's cell under “language” comes to with this voice."""
        cell = values.get(self.language_column, "").strip() if self.language_column else ""
        if cell not in self._languages:
            self._languages[cell] = self._judge(cell) if cell else RowLanguage()
        return self._languages[cell]

    def find_locales(self, lines: Iterable[Line], values: Mapping[str, str]) -> dict[str, str]:
        """line id → locale, of the lines with figures out of the row's own cells. What the script says itself
        is read as in all other rows, so that it stays one line for everybody."""
        locale = self.find_language(values).locale
        if not locale:
            return {}
        own = {token for text in values.values() for token in _list_figures(text)}
        return {line.id: locale for line in lines if own and not own.isdisjoint(_list_figures(line.text))}

    def get_voice(self, locale: str) -> engine.VoiceConfig:
        """The voice as it says a line with this locale, "" for the one of all rows."""
        return replace(self.speaker.voice, locale=locale) if locale else self.speaker.voice

    def _judge(self, cell: str) -> RowLanguage:
        tag, spoken = read_language_tag(cell), self.speaker.listed_language
        if not tag:
            return RowLanguage(warning=_describe_unknown(cell))
        usual = self.speaker.voice.locale or spoken
        locale = tag if "-" in tag and tag.lower() != usual.lower() and engine.is_locale(tag) else ""
        if not spoken or get_base(tag) == get_base(spoken):
            return RowLanguage(locale)
        return RowLanguage(locale, _describe_foreign(cell, tag, spoken, locale))


def load_row_speaker(campaign: Campaign) -> RowSpeaker:
    """The campaign's voice and library, with the roles of its columns."""
    roles = SheetChoice.from_json({"columns": campaign.column_roles}).columns
    return RowSpeaker(load_speaker(campaign), roles)


def write_lines(lines: Sequence[Line], locales: Mapping[str, str]) -> list[dict[str, str]]:
    """Lines as messages keep them; one with a locale of its own names it."""
    return [
        {"id": line.id, "text": line.text} | ({"locale": locales[line.id]} if line.id in locales else {})
        for line in lines
    ]


def read_locales(lines: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The locales that ``write_lines`` noted, by line id."""
    return {line["id"]: line["locale"] for line in lines if line.get("locale")}


def _list_figures(text: str) -> list[str]:
    return [_EDGES.sub("", token) for token in text.split() if _TOLD_APART.search(token)]


def _describe_unknown(cell: str) -> str:
    return (
        f"“{cell[:60]}” names no language, so this row is said like all others. "
        "Write a language or a locale, such as German, de or de-AT, or empty the cell."
    )


def _describe_foreign(cell: str, tag: str, spoken: str, locale: str) -> str:
    words = name_language(get_base(spoken))
    place = name_language(tag)
    read = f"only its figures and dates are read as in {place}" if locale else "its figures and dates, too"
    return (
        f"“{cell[:60]}” asks for {name_language(get_base(tag))}, and the voice speaks {words}: "
        f"this row is said in {words}, {read}. "
        f"Put these rows into a campaign with a voice and a script in {name_language(get_base(tag))}."
    )
