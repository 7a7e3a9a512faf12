"""The table that a batch leaves beside its videos: the user's own columns, then file, status and reason."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns.spreadsheet import Row

READY, FAILED, REJECTED, WAITING = "ready", "failed", "rejected", "not made"
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*\s*%?")


@dataclass
class Outcome:
    """What became of one row; ``file`` is relative to the folder of the results."""

    row: Row
    status: str = WAITING
    file: str = ""
    reason: str = ""


def write_results(path: Path, columns: Sequence[str], outcomes: Sequence[Outcome]) -> None:
    """Whole or not at all; a spreadsheet program shows it in the right encoding and runs nothing in it."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([escaped(name) for name in (*columns, *_added(columns))])
        for one in outcomes:
            texts = [*(one.row.values[column] for column in columns), one.file, one.status, one.reason]
            writer.writerow([escaped(text) for text in texts])
    unfinished.replace(path)


def escaped(text: str) -> str:
    """A text that a spreadsheet program would run as a formula gets an apostrophe before it (CWE-1236)."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def file_stem(row: Row, name: str) -> str:
    """“0003-jose-alvarez”: sorts like the spreadsheet, and works on every file system."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:60].strip("-")
    return f"{row.number:04d}-{words or 'row'}"


def _added(columns: Sequence[str]) -> list[str]:
    taken = {column.casefold() for column in columns}
    return [name if name not in taken else f"video {name}" for name in ("file", "status", "reason")]
