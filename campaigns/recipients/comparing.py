"""A new spreadsheet beside the people of a campaign: who is who, and which cells differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from campaigns.models import Campaign, Recipient
from campaigns.recipients.keys import find_key_column, fold_key, read_roles
from campaigns.recipients.matching import Entry, match_rows
from campaigns.recipients.name_columns import find_pronounced_columns
from campaigns.recipients.row_validation import RowValidator
from campaigns.scripts.template import to_variable
from campaigns.sheets.choice import Duplicates, SheetChoice
from campaigns.sheets.spreadsheet import Row, Sheet


@dataclass
class Compared:
    """A sheet beside the people who are there: ``pairs`` maps the place of a row to that of a person."""

    columns: tuple[str, ...]
    rows: list[Row]
    entries: list[Entry]
    people: list[Recipient]
    pairs: dict[int, int]
    gone: list[Recipient]
    key_column: str
    left_out: int
    differences: dict[int, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def get_person(self, at: int) -> Recipient | None:
        return self.people[self.pairs[at]] if at in self.pairs else None

    def count(self, remove_gone: bool) -> dict[str, int]:
        matched = [self.people[at] for at in self.pairs.values()]
        returning = sum(person.removed_at is not None for person in matched)
        changed = sum(
            bool(self.differences[row]) and self.people[at].removed_at is None
            for row, at in self.pairs.items()
        )
        return {
            "new": len(self.rows) - len(matched),
            "changed": changed,
            "gone": len(self.gone) if remove_gone else 0,
            "same": len(matched) - changed - returning,
            "returning": returning,
            "left_out": self.left_out,
        }


def compare_sheet(campaign: Campaign, sheet: Sheet, choice: SheetChoice) -> Compared:
    """Match the rows to all people, those who were removed included, and compare their cells."""
    people = list(campaign.recipients.order_by("row_number", "pk"))
    key_column = find_key_column(campaign, sheet.columns, choice.columns)
    rows, left_out = _drop_duplicates(sheet.rows, key_column, choice.duplicates)
    with_message = set(campaign.messages.order_by().values_list("recipient_id", flat=True))
    known = _list_known(campaign, people, key_column, choice, sheet.columns, with_message)
    validator = RowValidator(sheet.columns, roles=choice.columns)
    entries = [
        Entry(
            at, row.number, validator.read_name(row.values), fold_key(row.values.get(key_column, "")),
            _get_cells(row.values), name_cell(key_column),
        )
        for at, row in enumerate(rows)
    ]  # fmt: skip
    pairs = match_rows(known, entries)
    matched = set(pairs.values())
    gone = [one for at, one in enumerate(people) if at not in matched and one.removed_at is None]
    columns, rows = _carry_sounds(campaign, sheet.columns, rows, people, pairs)
    compared = Compared(columns, rows, entries, people, pairs, gone, key_column, left_out)
    for at, person_at in pairs.items():
        compared.differences[at] = find_differences(people[person_at].values, rows[at].values)
    return compared


def _list_known(
    campaign: Campaign,
    people: Sequence[Recipient],
    key_column: str,
    choice: SheetChoice,
    columns: Sequence[str],
    with_message: set[int],
) -> list[Entry]:
    """The people who are there, told apart in the way of the new sheet."""
    by_address = key_column == RowValidator(columns, roles=choice.columns).email_column
    old_column = find_key_column(campaign, campaign.columns, read_roles(campaign))
    wanted = name_cell(key_column)
    found = []
    for at, one in enumerate(people):
        cells = _get_cells(one.values)
        key = one.email if by_address else cells.get(wanted, "")
        number, rank = one.row_number, int(one.pk in with_message)
        removed = one.removed_at is not None
        found.append(Entry(at, number, one.name, fold_key(key), cells, name_cell(old_column), removed, rank))
    return found


def _drop_duplicates(rows: Sequence[Row], key_column: str, duplicates: Duplicates) -> tuple[list[Row], int]:
    """The rows that count where one of several with the same key stands for them, and how many do not."""
    if duplicates == Duplicates.TELL or not key_column:
        return list(rows), 0
    kept: dict[str, Row] = {}
    for row in rows:
        key = fold_key(row.values.get(key_column, "")) or f"\0{row.number}"
        if key not in kept or duplicates == Duplicates.LAST:
            kept[key] = row
    return sorted(kept.values(), key=lambda row: row.number), len(rows) - len(kept)


def _carry_sounds(
    campaign: Campaign,
    columns: tuple[str, ...],
    rows: list[Row],
    people: Sequence[Recipient],
    pairs: Mapping[int, int],
) -> tuple[tuple[str, ...], list[Row]]:
    """How a word of a row is said was corrected on a page; a sheet without such a column keeps it as long as
    the word stays."""
    there = {to_variable(column) for column in columns}
    carried = {
        column: about
        for column, about in find_pronounced_columns(campaign.columns, read_roles(campaign)).items()
        if to_variable(column) not in there
    }
    if not carried:
        return columns, rows
    made = []
    for at, row in enumerate(rows):
        before = people[pairs[at]].values if at in pairs else {}
        sounds = {
            column: before.get(column, "") if before.get(about) == row.values.get(about) else ""
            for column, about in carried.items()
        }
        made.append(Row(row.number, {**row.values, **sounds}))
    return (*columns, *carried), made


def find_differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """column → (before, after) of the cells that differ; a column written another way is the same one."""
    if before == after:
        return {}
    old, new = _get_cells(before), _get_cells(after)
    named = {name_cell(column): column for column in (*before, *after)}
    return {
        column: (old.get(variable, ""), new.get(variable, ""))
        for variable, column in named.items()
        if old.get(variable, "") != new.get(variable, "")
    }


def _get_cells(values: Mapping[str, str]) -> dict[str, str]:
    return {name_cell(column): text.strip() for column, text in values.items() if text.strip()}


@lru_cache(maxsize=4096)
def name_cell(column: str) -> str:
    """A column as it is compared: the ways to write one name are the same."""
    return to_variable(column) or column
