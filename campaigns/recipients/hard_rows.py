"""The hard rows of a campaign: longest, shortest, strangest name, missing values. What holds for them holds
for the others, so they are previewed and rendered first.

PostgreSQL orders the rows; of a hundred thousand, only those that are asked for come here.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import chain, zip_longest
from typing import Any

from django.db.models import Func, QuerySet, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Least, Length, Trim

from campaigns.models import Campaign, Recipient
from campaigns.scripts.preview import find_spoken_columns
from campaigns.scripts.template import to_variable
from campaigns.states import RowVerdict


class Hardness(StrEnum):
    """What makes a row hard."""

    LONGEST = "longest"
    SHORTEST = "shortest"
    STRANGEST = "strangest"
    MISSING = "missing"


def find_hard_rows(campaign: Campaign, count: int, script: str | None = None) -> list[tuple[Recipient, str]]:
    """Up to ``count`` different valid rows, the hardest of each kind first, each with the reason in words.

    ``script`` instead of the saved one decides which columns are spoken. Fewer where there are fewer rows.
    """
    kinds = [list_hard_rows(campaign, kind, count, script) for kind in Hardness]
    taken: dict[int, tuple[Recipient, str]] = {}
    for one in chain.from_iterable(zip_longest(*kinds)):
        if one is not None and len(taken) < count:
            taken.setdefault(one[0].pk, one)
    return list(taken.values())


def list_hard_rows(
    campaign: Campaign, kind: Hardness, count: int, script: str | None = None
) -> list[tuple[Recipient, str]]:
    """Up to ``count`` valid rows of one kind, the hardest first, each with the reason in words."""
    columns = _find_columns(campaign, campaign.script if script is None else script)
    rows = campaign.recipients.filter(removed_at=None, verdict=RowVerdict.VALID)
    return [(row, _tell(row, kind, columns)) for row in _order(rows, kind, columns)[:count]]


def _order(rows: QuerySet[Recipient], kind: Hardness, columns: Sequence[str]) -> QuerySet[Recipient]:
    if kind is Hardness.STRANGEST:
        return rows.exclude(name="").order_by(_count_strange_signs("name").desc(), "row_number")
    if not columns:
        return rows.order_by("row_number")
    if kind is Hardness.MISSING:
        measured = rows.annotate(measure=_sum(_is_empty(column) for column in columns))
        return measured.filter(measure__gt=0).order_by("-measure", "row_number")
    measured = rows.annotate(measure=_sum(_measure(column) for column in columns))
    return measured.order_by("-measure" if kind is Hardness.LONGEST else "measure", "row_number")


def _tell(row: Recipient, kind: Hardness, columns: Sequence[str]) -> str:
    if kind is Hardness.STRANGEST:
        return f"an unusual name: {row.name}"
    empty = [column for column in columns if not row.values.get(column, "").strip()]
    if kind is Hardness.MISSING:
        return f"empty: {', '.join(empty)}"
    length = sum(len(row.values.get(column, "").strip()) for column in columns)
    return f"the {kind} values: {length} character{'' if length == 1 else 's'}"


def _find_columns(campaign: Campaign, script: str) -> list[str]:
    """The columns that are spoken; all of them where the script speaks none or cannot be read."""
    spoken = find_spoken_columns(script)
    columns: list[str] = list(campaign.columns)
    return [column for column in columns if {column, to_variable(column)} & spoken] or columns


def _cell(column: str) -> Expression:
    cell = Trim(KeyTextTransform(column, "values"))
    return Coalesce(cell, Value(""), output_field=TextField())


def _measure(column: str) -> Expression:
    return Length(_cell(column))


def _is_empty(column: str) -> Expression:
    """1 for a cell without text, else 0."""
    return Value(1) - Least(Length(_cell(column)), Value(1))


def _sum(parts: Iterable[Expression]) -> Any:
    return functools.reduce(operator.add, parts)


def _count_strange_signs(field: str) -> Any:
    """Signs that are no plain letter count most, then length: the voice has seen few such names."""
    plain = Func(
        field, Value(r"[A-Za-z ]"), Value(""), Value("g"), function="regexp_replace", output_field=TextField()
    )
    return Length(plain) * 20 + Length(field)
