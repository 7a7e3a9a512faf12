"""A spreadsheet's file as it is given, read and applied to a campaign's people at once."""

from __future__ import annotations

from collections import Counter
from typing import IO

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import ContentFile

from campaigns.models import Campaign
from campaigns.recipients.changes import apply_changes
from campaigns.sheets.spreadsheet import read_sheet


def import_sheet(
    campaign: Campaign, file: IO[bytes], name: str, user: AbstractBaseUser | None = None
) -> Counter[str]:
    """Bring the campaign's people in step with the file's rows; returns how many rows got each verdict.

    Raises SheetError for a file that is no spreadsheet (then nothing changes), MoveRefused during a run.
    """
    sheet = read_sheet(file, name)
    file.seek(0)
    applied = apply_changes(campaign, sheet, user=user, file=ContentFile(file.read()), file_name=name)
    return Counter({str(verdict): rows for verdict, rows in applied.verdicts.items() if rows})
