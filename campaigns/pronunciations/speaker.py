"""Who says the lines of a campaign: the voice, its language, and the pronunciations that it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from campaigns import engine
from campaigns.models import Campaign, get_workspace_key
from campaigns.pronunciations.library import Library, load_library
from campaigns.storage.campaign_voice import choose_campaign_voice

# Below it stand Latin letters alone, which every voice reads: a text of them needs no look.
_FIRST_FOREIGN_LETTER = "\u0250"
_BETWEEN_LINES = "\0"  # no white space: a word of two parts does not begin in one line and end in the next


class Speaker:
    """A voice that knows how words are said. Its language is looked up when it is first asked for."""

    def __init__(self, voice: engine.VoiceConfig, library: Library) -> None:
        self.voice = voice
        self.library = library

    @cached_property
    def language(self) -> str:
        """The language tag of the voice; "" where the voice cannot be had."""
        try:
            return engine.find_voice_language(self.voice)
        except engine.RenderError:
            return ""

    @cached_property
    def listed_language(self) -> str:
        """The same, of a voice that is listed without loading it."""
        try:
            listed = engine.find_voice(self.voice)
        except engine.RenderError:
            return ""
        return listed.language if listed is not None else self.language

    def select(
        self, texts: Iterable[str], own: Sequence[engine.Pronunciation] = ()
    ) -> tuple[engine.Pronunciation, ...]:
        """What these lines need: ``own`` of their row first, which beat those of the library."""
        joined = _BETWEEN_LINES.join(texts)
        given = [one for one in own if one.find(joined)]
        taken = {one.word.casefold() for one in given}
        found = self.library.select(joined, self.listed_language) if len(self.library) else []
        return (*given, *(one for one in _drop_hidden(found) if one.word.casefold() not in taken))

    def surely_reads(self, text: str, own: Sequence[engine.Pronunciation] = ()) -> bool:
        """Whether no part of a text needs `find_fault`: Latin letters alone, and no word that it was told."""
        plain = not own and max(text, default="") < _FIRST_FOREIGN_LETTER
        return plain and not self.library.has_any(text)

    def find_fault(self, text: str, known: engine.Pronunciations = ()) -> str:
        """Why the voice cannot read a line, as a sentence; "" where it can, or where there is no voice."""
        told = any(one.find(text) for one in known)
        if not self.language or (max(text, default="") < _FIRST_FOREIGN_LETTER and not told):
            return ""
        try:
            engine.read_line(text, self.voice, known)
        except engine.RenderError as error:
            return error.message
        return ""


def load_speaker(campaign: Campaign) -> Speaker:
    """The campaign's voice and the library. A voice that is gone has no language: nothing is judged by it."""
    try:
        voice = choose_campaign_voice(campaign)
    except engine.RenderError:
        voice = engine.VoiceConfig(campaign.voice_engine, campaign.voice, locale=campaign.locale)
    return Speaker(voice, load_library(get_workspace_key(campaign)))


def _drop_hidden(found: Sequence[engine.Pronunciation]) -> Iterable[engine.Pronunciation]:
    """Without those that never count, because another one for the same word comes before them."""
    seen: set[str] = set()
    for one in found:
        if one.word.casefold() not in seen:
            yield one
        if not one.match_case:
            seen.add(one.word.casefold())
