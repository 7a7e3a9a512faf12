"""The lines of a campaign that its presenter's take says, found by the first worker of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from campaigns import engine
from campaigns.models import Campaign
from campaigns.states import RenderState
from campaigns.storage.campaign_voice import choose_campaign_voice


def load_or_find_filmed_lines(
    campaign: Campaign, take: Path, progress: engine.Progress = engine.ignore_progress
) -> tuple[engine.FilmedLine, ...]:
    """Those of all messages of the run; none where the campaign does not want them. Two workers find the
    same."""
    campaign.refresh_from_db(fields=["use_filmed_lines", "filmed_lines"])
    if not campaign.use_filmed_lines:
        return ()
    stored: list[dict[str, Any]] | None = campaign.filmed_lines
    if stored is None:
        lines = (
            campaign.messages.exclude(lines=[])
            .exclude(render_state=RenderState.CANCELLED)
            .values_list("lines", flat=True)
        )
        messages = [[(line["id"], line["text"]) for line in one] for one in lines]
        voice = choose_campaign_voice(campaign)
        stored = [line.to_json() for line in engine.find_filmed_lines(messages, take, voice, progress)]
        Campaign.objects.filter(pk=campaign.pk).update(filmed_lines=stored)
    return tuple(engine.FilmedLine.from_json(line) for line in stored)
