"""The rows that a script leaves without a video, at once: also of a script that is not saved yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from campaigns.models import Campaign, Recipient
from campaigns.problems import Source
from campaigns.scripts.faults import ScriptError
from campaigns.scripts.row_groups import RowGroup, group_rows
from campaigns.scripts.template import check, fill
from campaigns.states import RowVerdict

SAMPLE_ROWS = 300  # where rows cannot be told apart in the database: what is tried while a person types
EXAMPLES = 5


@dataclass(frozen=True)
class LeftRow:
    """A row that gets no video, and why; ``column`` is the cell's header where it is one cell."""

    pk: int
    row_number: int
    name: str
    reason: str
    column: str = ""


@dataclass(frozen=True)
class LeftOut:
    """``left`` of ``rows`` people get no video, ``lost`` of them would get one by the saved script.

    Where ``exact`` is false, only the first ``tried`` rows were tried and the two count among those.
    """

    rows: int
    tried: int
    left: int
    lost: int
    exact: bool
    examples: tuple[LeftRow, ...] = ()

    def describe(self) -> str:
        """The numbers in a sentence; empty where nobody is left out."""
        if not self.left:
            return ""
        if self.exact:
            return f"{self.left:,} of {self.rows:,} rows would get no video."
        return (
            f"{self.left:,} of the first {self.tried:,} rows would get no video; "
            f"all {self.rows:,} are tried when you save."
        )


def find_left_out(campaign: Campaign, script: str) -> LeftOut:
    """Who gets no video by this script, apart from rows that are wrong in the spreadsheet already.

    A script that is wrong for everybody leaves nobody out: it cannot be used at all.
    """
    rows = campaign.recipients.filter(removed_at=None)
    rows = rows.exclude(problems__contains=[{"source": Source.SPREADSHEET}])
    nobody = LeftOut(0, 0, 0, 0, True)
    try:
        check(script, campaign.columns)
    except ScriptError:
        return nobody
    grouped = group_rows(rows, campaign.columns, script)
    if grouped is not None:
        return _count_groups(grouped[0], grouped[1], script)
    return _count_first(rows, script)


def _count_groups(rows: QuerySet[Recipient], groups: Sequence[RowGroup], script: str) -> LeftOut:
    total = sum(group.rows for group in groups)
    out = LeftOut(total, total, 0, 0, True)
    for group in groups:
        error = _try(script, group.values)
        if error is None:
            continue
        examples = out.examples
        if len(examples) < EXAMPLES:
            alike = rows.filter(**group.alike).order_by("row_number").values_list("pk", "row_number", "name")
            examples += _build_rows(alike[: EXAMPLES - len(examples)], error)
        out = replace(out, left=out.left + group.rows, lost=out.lost + group.valid, examples=examples)
    return out


def _count_first(rows: QuerySet[Recipient], script: str) -> LeftOut:
    tried = list(rows.order_by("row_number")[:SAMPLE_ROWS])
    total = len(tried) if len(tried) < SAMPLE_ROWS else rows.count()
    failed = [(row, error) for row in tried if (error := _try(script, row.values)) is not None]
    examples = tuple(
        one
        for row, error in failed[:EXAMPLES]
        for one in _build_rows([(row.pk, row.row_number, row.name)], error)
    )
    lost = sum(row.verdict == RowVerdict.VALID for row, _ in failed)
    return LeftOut(total, len(tried), len(failed), lost, len(tried) == total, examples)


def _try(script: str, values: Mapping[str, str]) -> ScriptError | None:
    try:
        fill(script, values)
    except ScriptError as error:
        return error
    return None


def _build_rows(rows: Iterable[tuple[int, int, str]], error: ScriptError) -> tuple[LeftRow, ...]:
    reason = f"the cell {error.sheet_column} is empty" if error.sheet_column else error.message
    return tuple(LeftRow(pk, number, name, reason, error.sheet_column or "") for pk, number, name in rows)
