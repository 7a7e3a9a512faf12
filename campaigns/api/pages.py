"""Long lists a part at a time: a cursor says where the next part begins, whatever is added meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from ninja import Field, Schema

LIMIT_MAX = 200
_Row = TypeVar("_Row", bound=Model)
_Item = TypeVar("_Item")
Cursor = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,15})?$", description="The `next` of a part.")]


class Page(Schema, Generic[_Item]):
    """A part of a list; ``next`` is the cursor of the following part, null at the end."""

    items: list[_Item]
    next: str | None


class Part(Schema):
    """Which part of a list."""

    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50


def cut(rows: QuerySet[_Row], part: Part, field: str = "") -> tuple[list[_Row], str | None]:
    """The rows of a part and the cursor of the next one, in the order of a number ``field`` and the key."""
    first, last = _read_cursor(part.cursor)
    if field:
        rows = rows.order_by(field, "pk")
        if part.cursor is not None:
            tie = Q(**{field: first}, pk__gt=last)
            rows = rows.filter(Q(**{f"{field}__gte": first}) & (Q(**{f"{field}__gt": first}) | tie))
    else:
        rows = rows.order_by("pk").filter(pk__gt=first)
    found = list(rows[: part.limit + 1])
    more = len(found) > part.limit
    shown = found[: part.limit]
    return shown, _write_cursor(shown[-1], field) if more else None


def cut_newest(rows: QuerySet[_Row], part: Part) -> tuple[list[_Row], str | None]:
    """The same, the newest first."""
    rows = rows.order_by("-pk")
    if part.cursor is not None:
        rows = rows.filter(pk__lt=_read_cursor(part.cursor)[0])
    found = list(rows[: part.limit + 1])
    shown = found[: part.limit]
    return shown, _write_cursor(shown[-1], "") if len(found) > part.limit else None


def build_page(items: Iterable[Any], following: str | None) -> dict[str, Any]:
    return {"items": list(items), "next": following}


def _read_cursor(cursor: str | None) -> Sequence[int]:
    first, _, last = (cursor or "0.0").partition(".")
    return int(first), int(last or 0)


def _write_cursor(row: Any, field: str) -> str:
    return f"{getattr(row, field)}.{row.pk}" if field else str(row.pk)
