"""Rows that a script treats alike: one try tells for all of them.

A column that is only spoken, defaulted or asked for decides by being empty or not; any other use decides by
its value. PostgreSQL counts the rows of each combination, so that a hundred thousand rows take a few tries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, Count, Func, Min, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from jinja2 import Environment, TemplateSyntaxError, nodes

from campaigns.models import Recipient
from campaigns.scripts.tags import to_variable
from campaigns.states import RowVerdict

GROUPS_MAX = 300  # each is tried once while a person types
# A cell of white space and invisible signs alone is as empty; see `template.clean`.
_SEEN = "[^\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]"
_KEEP_EMPTINESS = frozenset(
    ["capitalize", "d", "default", "lower", "replace", "title", "trim", "truncate", "upper"]
)
_KEEP_NODES = (
    nodes.Template, nodes.Output, nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Concat,
)  # fmt: skip


@dataclass(frozen=True)
class RowGroup:
    """``rows`` rows that are alike, ``valid`` of them so far; ``values`` are one of them, ``alike`` finds
    them among all."""

    values: Mapping[str, str]
    rows: int
    valid: int
    first_row_number: int
    alike: Mapping[str, Any]


def group_rows(
    rows: QuerySet[Recipient], columns: Sequence[str], *sources: str
) -> tuple[QuerySet[Recipient], list[RowGroup]] | None:
    """The rows in groups that these templates treat alike, and the queryset in which ``alike`` filters.

    None where the templates tell too many rows apart, or one of them cannot be read.
    """
    uses = _find_uses(tuple(columns), sources)
    if uses is None:
        return None
    keys: dict[str, Any] = {"key_of_all": Value(0)}  # also where no column counts
    keys |= {f"key_{at}": _key(column, by_value) for at, (column, by_value) in enumerate(uses)}
    keyed = rows.annotate(**keys)
    counted = keyed.order_by().values(*keys)
    counted = counted.annotate(
        count=Count("pk"),
        valid=Count("pk", filter=Q(verdict=RowVerdict.VALID)),
        first=Min("row_number"),
        one=Min("pk"),
    )
    found = list(counted[: GROUPS_MAX + 1])
    if len(found) > GROUPS_MAX:
        return None
    values = dict(Recipient.objects.filter(pk__in=[one["one"] for one in found]).values_list("pk", "values"))
    groups = [
        RowGroup(
            values[one["one"]], one["count"], one["valid"], one["first"], {key: one[key] for key in keys}
        )
        for one in found
        if one["one"] in values
    ]
    return keyed, sorted(groups, key=lambda group: group.first_row_number)


def _key(column: str, by_value: bool) -> Any:
    cell = Coalesce(KeyTextTransform(column, "values"), Value(""), output_field=TextField())
    if by_value:
        return cell
    return Func(
        cell, Value(_SEEN), template="(%(expressions)s)", arg_joiner=" ~ ", output_field=BooleanField()
    )


@lru_cache(maxsize=64)
def _find_uses(columns: tuple[str, ...], sources: tuple[str, ...]) -> tuple[tuple[str, bool], ...] | None:
    """Each column that the templates name, and whether its value decides."""
    by_name = {to_variable(column): column for column in reversed(columns)}
    by_name |= {column: column for column in columns}
    used: dict[str, bool] = {}
    for source in sources:
        try:
            tree = Environment(autoescape=True).parse(source)
        except TemplateSyntaxError:
            return None
        for name, by_value in _walk(tree, True):
            if name in by_name:
                used[by_name[name]] = used.get(by_name[name], False) or by_value
    return tuple(sorted(used.items()))


def _walk(node: nodes.Node, kept: bool) -> Iterator[tuple[str, bool]]:
    """Every name under a node, and whether more than its emptiness counts; ``kept``: so far not."""
    if isinstance(node, nodes.Name):
        yield node.name, not kept
    elif isinstance(node, nodes.Filter):
        kept = kept and node.name in _KEEP_EMPTINESS
        for child in node.iter_child_nodes():
            yield from _walk(child, kept)
    elif isinstance(node, nodes.Test):
        for child in node.iter_child_nodes():
            yield from _walk(child, kept and node.name in ("defined", "undefined"))
    else:
        for child in node.iter_child_nodes():
            yield from _walk(child, kept and isinstance(node, _KEEP_NODES))
