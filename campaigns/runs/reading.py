"""All rows of a large table, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

ROWS_AT_ONCE = 2000
ShowProgress = Callable[[str, int, int], None]  # stage, done, total


def read_in_chunks(
    rows: QuerySet[Any], columns: Sequence[str], stage: str, progress: ShowProgress
) -> Iterator[tuple[Any, ...]]:
    """These columns of every row in the order of the primary key.

    Not with a cursor on the server, which must not be left half read, as a cancelled job would.
    """
    total, done, last = rows.count(), 0, 0
    ordered = rows.order_by("pk").values_list("pk", *columns)
    while done < total:
        some = list(ordered.filter(pk__gt=last)[:ROWS_AT_ONCE])
        yield from (row[1:] for row in some)
        if len(some) < ROWS_AT_ONCE:
            return
        last, done = some[-1][0], done + len(some)
        progress(stage, done, total)
