"""Verdicts of rows: valid where nothing is wrong with it."""

from __future__ import annotations

from campaigns.models import Campaign
from campaigns.states import RowVerdict, move


def give_verdicts(campaign: Campaign) -> None:
    """Make the verdicts of all rows agree with their stored problems."""
    move(campaign.recipients.filter(problems=[]), RowVerdict.VALID)
    move(campaign.recipients.exclude(problems=[]), RowVerdict.REJECTED)
