"""Files beside a draft import, one value a line: no request reads 100,000 rows again or holds them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage

from campaigns.problems import dump_problems, load_problems
from campaigns.sheets.reading import Row, Sheet


def write_lines(name: str, values: Iterable[Any]) -> str:
    """Store plain values under a name, or one like it; returns the name that they have."""
    with tempfile.TemporaryFile("w+b") as file:
        for value in values:
            file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
        file.seek(0)
        return default_storage.save(name, File(file))


def read_lines(name: str, start: int = 0, count: int | None = None) -> Iterator[Any]:
    """The values from ``start`` on, ``count`` of them or all. FileNotFoundError where they were swept."""
    with default_storage.open(name, "rb") as file:
        for line in islice(file, start, None if count is None else start + count):
            yield json.loads(line)


def write_sheet(name: str, sheet: Sheet) -> str:
    """Store a sheet: the columns, what concerns no row, and then a line for each row with its problems."""
    return write_lines(name, _to_lines(sheet))


def read_sheet(name: str) -> Sheet:
    """What ``write_sheet`` stored."""
    lines = read_lines(name)
    head = next(lines)
    rows, problems = [], [*load_problems(head["problems"])]
    for number, cells, found in lines:
        rows.append(Row(number, dict(zip(head["columns"], cells, strict=True))))
        problems += load_problems(found)
    return Sheet(tuple(head["columns"]), tuple(rows), tuple(problems))


def _to_lines(sheet: Sheet) -> Iterator[Any]:
    numbers = {row.number for row in sheet.rows}
    loose = [problem for problem in sheet.problems if problem.row not in numbers]
    yield {"columns": list(sheet.columns), "problems": dump_problems(loose)}
    for row in sheet.rows:
        cells = [row.values[column] for column in sheet.columns]
        yield [row.number, cells, dump_problems(sheet.get_problems(row.number))]
