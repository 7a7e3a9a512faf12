"""How a campaign's last spreadsheet was read, for the next one of the same shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from campaigns.models import Campaign
from campaigns.recipients.name_columns import PRONOUNCE_AS
from campaigns.scripts.template import to_variable
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.letters import NAMES
from campaigns.sheets.reading import QuestionKind, ReadSheet, SheetError
from campaigns.sheets.text_encoding import find_encoding

PARTS = ("sheet", "header_row", "encoding", "separator")


def complete_choice(campaign: Campaign, asked: SheetChoice, found: ReadSheet) -> SheetChoice | None:
    """What was asked for, with sheet, header row, encoding and separator as the last file had them; None
    where the file is read like that anyhow. An encoding is taken only as the answer to a question."""
    last = SheetChoice.from_json(campaign.sheet_choice)
    names = [option.name for option in found.sheets if len(found.sheets) > 1]
    remembered = {
        "sheet": last.sheet if last.sheet in names else None,
        "header_row": last.header_row,
        "encoding": last.encoding if _is_possible(last.encoding, found) else None,
        "separator": last.separator if found.choice.separator else None,
    }
    missing: dict[str, Any] = {
        part: value
        for part, value in remembered.items()
        if getattr(asked, part) is None and value is not None
    }
    differs = any(value != getattr(found.choice, part) for part, value in missing.items())
    return replace(asked, columns={}, **missing) if differs else None


def has_shape(campaign: Campaign, found: ReadSheet) -> bool:
    """Whether the columns are those of the last spreadsheet, apart from what was corrected on a page."""
    before = [name for name in campaign.columns if not to_variable(name).startswith(PRONOUNCE_AS)]
    return bool(before) and before == [
        name for name in found.sheet.columns if not to_variable(name).startswith(PRONOUNCE_AS)
    ]


def complete_roles(campaign: Campaign, found: ReadSheet) -> SheetChoice | None:
    """The roles that the person gave to the same headers in the last spreadsheet; None where none differs."""
    last = SheetChoice.from_json({"columns": campaign.column_roles}).columns
    known = {role: header for role, header in last.items() if header in found.sheet.columns}
    differs = any(found.choice.columns.get(role) != header for role, header in known.items())
    return replace(found.choice, columns={**found.choice.columns, **known}) if differs else None


def list_remembered(plain: SheetChoice, used: SheetChoice) -> list[str]:
    """The parts of a choice that only the memory of the last file gave."""
    parts = [part for part in PARTS if getattr(plain, part) != getattr(used, part)]
    return parts + (["columns"] if any(plain.columns.get(r) != h for r, h in used.columns.items()) else [])


def _is_possible(encoding: str | None, found: ReadSheet) -> bool:
    questions = [one for one in found.questions if one.kind == QuestionKind.ENCODING]
    if not encoding or not questions:
        return False
    try:
        name = find_encoding(encoding, "")
    except SheetError:
        return False
    return NAMES.get(name, name) in questions[0].options
