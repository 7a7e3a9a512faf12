"""A spreadsheet's file as it is given, read and applied to a campaign's people at once."""

from __future__ import annotations

from collections import Counter
from typing import IO

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import ContentFile

from campaigns.models import Campaign
from campaigns.recipients.changes import apply_changes
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.spreadsheet import read_answered_sheet


def import_sheet(
    campaign: Campaign,
    file: IO[bytes],
    name: str,
    user: AbstractBaseUser | None = None,
    choice: SheetChoice | None = None,
) -> Counter[str]:
    """Bring the campaign's people in step with the file's rows; returns how many rows got each verdict.

    Raises SheetError for a file that is no spreadsheet or needs a choice (then nothing changes),
    MoveRefused during a run.
    """
    read = read_answered_sheet(file, name, choice or SheetChoice())
    file.seek(0)
    kept = ContentFile(file.read())
    applied = apply_changes(campaign, read.sheet, read.choice, user, file=kept, file_name=name)
    return Counter({str(verdict): rows for verdict, rows in applied.verdicts.items() if rows})
