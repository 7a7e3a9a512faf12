"""What a message is made of: its lines, who says them and how. Equal contents are one video."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet

from campaigns.models import Campaign, Message, Recipient, Revision
from campaigns.recipients.row_speaker import RowSpeaker, load_row_speaker, write_lines
from campaigns.recipients.row_validation import find_unread_lines
from campaigns.recordings.archive import NotFound
from campaigns.recordings.line_recordings import find_recorded_texts, mark_recorded
from campaigns.recordings.stored_recordings import load_row_sounds, mark_row_recorded
from campaigns.scripts import template
from campaigns.scripts.blocked import BlockedWords, describe_blocked
from campaigns.sheets.spreadsheet import Row
from campaigns.states import RenderState
from campaigns.storage.campaign_voice import describe_campaign_voice

_FILMED = "filmed"  # a key of made_with: whether lines of the take were wanted; and a segment's source
NOTED = ("presenter", "take", "voice")  # of made_with: who is seen and heard


@dataclass(frozen=True)
class Content:
    """``lines``: [{"id", "text", "locale"?, "recording"?}]; ``failure`` says why the row cannot be spoken."""

    lines: list[dict[str, str]]
    made_with: dict[str, Any]
    failure: str = ""
    fault: template.ScriptError | None = None  # of the script, for everybody


class ContentFiller:
    """Fills the rows of one campaign with its script, presenter and voice as they are now."""

    def __init__(self, campaign: Campaign, speaker: RowSpeaker | None = None) -> None:
        self.script = campaign.script
        self.speaker = speaker or load_row_speaker(campaign)
        self.made_with = describe_making(campaign)
        self._blocked = BlockedWords(campaign.workspace.blocked_words)
        self._recorded, self._row_sounds = find_recorded_texts(campaign), load_row_sounds(campaign)

    def fill(self, row: Recipient) -> Content:
        """What this row's message says; a row that cannot be filled has no lines and a failure."""
        try:
            lines = template.fill(self.script, row.values)
        except template.ScriptError as error:
            fault = error if error.concerns_everybody else None
            return Content([], self._describe(()), f"Row {row.row_number}: {error}", fault)
        blocked = self._blocked.find(line.text for line in lines)
        if blocked:
            return Content([], self._describe(()), describe_blocked(row.row_number, blocked))
        written = write_lines(lines, self.speaker.find_locales(lines, row.values))
        marked = mark_recorded(written, self._recorded)
        try:
            marked = mark_row_recorded(marked, row.values, self._row_sounds)
        except NotFound as error:
            return Content([], self._describe(()), f"Row {row.row_number}: {error}")
        if self.speaker.surely_reads("\n".join([line.text for line in lines]), row.values):
            return Content(marked, self._describe(()))
        unread = find_unread_lines(Row(row.row_number, row.values), self.script, lines, self.speaker)
        known = self.speaker.select([line.text for line in lines], row.values)
        failure = f"Row {row.row_number}: {unread[0].message}" if unread else ""
        return Content(marked, self._describe([asdict(one) for one in known]), failure)

    def _describe(self, pronunciations: Any) -> dict[str, Any]:
        return {**self.made_with, "pronunciations": list(pronunciations)}


def describe_making(campaign: Campaign) -> dict[str, Any]:
    """Who says a campaign's lines, and how they are shown: other values make other videos of all of them."""
    made: dict[str, Any] = {
        "presenter": campaign.presenter_id,
        "voice": describe_campaign_voice(campaign),
        _FILMED: campaign.use_filmed_lines,
    }
    take = campaign.presenter.take_sha256 if campaign.presenter is not None else ""
    return {**made, "take": take} if take else made  # not known before the take was looked at


def is_made_otherwise(campaign: Campaign, made_with: Mapping[str, Any]) -> bool:
    """Whether a plan names another presenter, take or voice than the campaign has now."""
    wanted = describe_making(campaign)
    return any(name in made_with and name in wanted and made_with[name] != wanted[name] for name in NOTED)


def is_made_so(message: Message | Revision, content: Content) -> bool:
    """Whether the finished content of a message, or an earlier one, is this. What older versions did not note
    counts as the same, as long as nothing says otherwise."""
    made = message.made_with
    same = all(made.get(name, value) == value for name, value in content.made_with.items() if name != _FILMED)
    if not made:
        same = not content.made_with["pronunciations"]
    return same and message.lines == content.lines and not _is_shown_otherwise(message, content.made_with)


def is_spoken_otherwise(message: Message, content: Content) -> bool:
    """Whether it was planned for another take or another voice."""
    made, wanted = message.made_with, content.made_with
    return any(name in made and name in wanted and made[name] != wanted[name] for name in NOTED)


def _is_shown_otherwise(message: Message | Revision, wanted: Mapping[str, Any]) -> bool:
    """Lines as they were filmed are wanted now and were not, or are not wanted any more and there."""
    if wanted[_FILMED]:
        return message.made_with.get(_FILMED) is False
    return any(part.get("source") == _FILMED for part in message.segments)


def find_made_otherwise(campaign: Campaign) -> QuerySet[Message]:
    """Finished messages by another presenter, from another take, in another voice or with other settings than
    the campaign has now. Their words are not looked at."""
    wanted = describe_making(campaign)
    other = Q()
    for name in NOTED:
        if name in wanted:
            other |= Q(made_with__has_key=name) & ~Q(**{f"made_with__{name}": wanted[name]})
    if wanted[_FILMED]:
        other |= Q(**{f"made_with__{_FILMED}": False})
    else:
        other |= Q(segments__contains=[{"source": _FILMED}])
    return campaign.messages.filter(other, render_state=RenderState.READY)
