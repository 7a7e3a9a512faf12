"""The sheet with people among the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from campaigns.sheets.addresses import holds_address
from campaigns.sheets.choice import Role
from campaigns.sheets.header_row import LOOKED_AT, find_header
from campaigns.sheets.records import COLUMNS_POSSIBLE, Record, SheetError, SheetFacts, SheetSource
from campaigns.sheets.role_names import BY_ROLE, fold
from campaigns.sheets.values import Question, QuestionKind, SheetOption

_COUNTED_ROWS = 2_000  # more are not worth the time before the sheet is chosen
_SHEETS_MAX = 50
_CLEARLY = 4.0
_PEOPLE = 5.0  # a sheet rated so has people on it


@dataclass(frozen=True)
class FoundSheet:
    """``head``: the first rows that are not blank. ``question`` where several sheets may be meant."""

    source: SheetSource
    head: tuple[Record, ...]
    options: tuple[SheetOption, ...]
    question: Question | None = None


def find_sheet(sheets: Sequence[SheetSource], wanted: str | None, file_name: str) -> FoundSheet:
    """The sheet of that name, or the one that has people. Raises SheetError."""
    if not sheets:
        raise SheetError(f"{file_name} has no sheet with cells. Put the people on a sheet, one in each row.")
    looked = [(source, *_look(source)) for source in sheets[:_SHEETS_MAX]]
    options = tuple(SheetOption(source.name, rows, source.hidden) for source, _, rows in looked)
    if wanted:
        for source, head, _ in looked:
            if source.name.casefold() == wanted.strip().casefold():
                return FoundSheet(source, head, options)
        names = ", ".join(f"“{source.name}”" for source in sheets[:20])
        raise SheetError(f"{file_name} has no sheet “{wanted}”. Its sheets are {names}. Name one of them.")
    filled = [(source, head, rows) for source, head, rows in looked if head]
    if not filled:
        return FoundSheet(sheets[0], (), options)
    rates = [_rate(source, head, rows) for source, head, rows in filled]
    best = max(range(len(filled)), key=lambda at: (rates[at], -at))
    rivals = [
        at for at in range(len(filled))
        if rates[best] - rates[at] < _CLEARLY
        and (rates[at] >= _PEOPLE or (rates[best] < _PEOPLE and rates[at] > 0))
    ]  # fmt: skip
    question = None
    if len(rivals) > 1:
        names = " and ".join(f"“{filled[at][0].name}”" for at in rivals[:5])
        sentence = f"{file_name} has several sheets that may hold the people: {names}. Which one?"
        question = Question(QuestionKind.SHEET, sentence, tuple(filled[at][0].name for at in rivals))
    source, head, _ = filled[best]
    return FoundSheet(source, head, options, question)


def _look(source: SheetSource) -> tuple[tuple[Record, ...], int]:
    """The first rows with something in them, and how many there are, about."""
    filled = (record for record in source.read(COLUMNS_POSSIBLE, SheetFacts()) if not record.is_blank)
    head = tuple(islice(filled, LOOKED_AT))
    return head, len(head) + sum(1 for _ in islice(filled, _COUNTED_ROWS))


def _rate(source: SheetSource, head: Sequence[Record], rows: int) -> float:
    """How much it looks like people: names and addresses above cells, and enough rows."""
    header = find_header(head).record
    rate = 0.0
    cells = [cell for record in head for cell in record.cells if cell.strip()]
    if any(holds_address(cell) for cell in cells):
        rate += 5.0
    if header is not None:
        named = [fold(cell) for cell in header.cells if cell.strip()]
        people = [role for role in (Role.EMAIL, Role.NAME, Role.FIRST_NAME, Role.LAST_NAME)]
        rate += 3.0 * min(2, sum(any(name in BY_ROLE[role] for name in named) for role in people))
        rate += 1.0 if len(named) > 1 else 0.0
    rate += 1.0 if rows > 2 else 0.0
    rate += 0.5 if source.active else 0.0
    return rate - (6.0 if source.hidden else 0.0) if rows > 1 else min(rate, 1.0) - 1.0
