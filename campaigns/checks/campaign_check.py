"""A campaign looked at before its run: the same report as for a batch, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from campaigns import engine
from campaigns.checks.report import Finding, Note, RowReport
from campaigns.checks.row_check import RowCheck
from campaigns.checks.run_check import find_column_warnings, find_voice_warnings
from campaigns.models import Campaign, Recipient
from campaigns.recipients.keys import read_roles
from campaigns.recipients.revalidation import find_script_fault
from campaigns.recipients.row_speaker import load_row_speaker
from campaigns.recordings.archive import NotFound
from campaigns.recordings.line_recordings import find_recorded_texts
from campaigns.recordings.stored_recordings import RowSounds, load_row_sounds
from campaigns.runs.cost_history import load_cost_history
from campaigns.scripts.template import Line
from campaigns.storage.campaign_voice import choose_campaign_voice


def check_rows(campaign: Campaign, rows: Iterable[Recipient]) -> list[RowReport]:
    """What these rows would say; nothing where there is no voice."""
    speaker, history, store = load_row_speaker(campaign), load_cost_history(campaign), engine.open_store()

    def measure_s(text: str, spoken: str, known: engine.Pronunciations, voice: engine.VoiceConfig) -> float:
        cached = engine.find_cached_line_s(text, voice, store, known)
        return cached or history.line_lengths_s.get(text) or history.estimate_line_s(spoken)

    found = campaign.filmed_lines if campaign.use_filmed_lines else None
    filmed = [engine.FilmedLine.from_json(one) for one in found or ()]
    recorded, sounds = find_recorded_texts(campaign), load_row_sounds(campaign)

    def is_recorded(values: Mapping[str, str], line: Line) -> bool:
        return (line.id, line.text) in recorded or _has_sound(sounds, values)

    row_check = RowCheck(campaign.script, speaker, measure_s, filmed, is_recorded)
    return [row_check.check(row.row_number, row.values, row.found_problems) for row in rows]


def find_run_notes(campaign: Campaign) -> tuple[list[Note], list[Note]]:
    """(problems, warnings) of the whole run that the script, the voice and the columns cause."""
    problems = []
    fault = find_script_fault(campaign)
    if fault is not None:
        problems.append(Note(fault.code, fault.message))
    try:
        engine.find_voice_language(choose_campaign_voice(campaign))
    except engine.RenderError as error:
        problems.append(Note(Finding.VOICE_UNUSABLE, error.message))
    return problems, [
        *find_column_warnings(campaign.columns, read_roles(campaign)),
        *_find_voice_warnings(campaign),
    ]


def _has_sound(sounds: RowSounds, values: Mapping[str, str]) -> bool:
    try:
        return sounds.find(values) is not None
    except NotFound:  # told as a problem of the row
        return False


def _find_voice_warnings(campaign: Campaign) -> Iterator[Note]:
    facts = campaign.presenter.facts if campaign.presenter is not None else {}
    try:
        yield from find_voice_warnings(facts.get("voice_pitch_hz") or 0.0, choose_campaign_voice(campaign))
    except engine.RenderError:
        return
