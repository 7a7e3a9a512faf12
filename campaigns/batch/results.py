"""The table results.csv of a batch: the user's own columns, then file, status and reason."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from campaigns.sheets.spreadsheet import Row

APOSTROPHES = "'’ʼ`"
STEM_CHARACTERS_MAX = 60  # a folder and a name stay below the 260 that Windows takes by default
STEM_BYTES_MAX = 120  # with number and suffix below the 143 of encrypted home folders; others take 255
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*\s*%?")


class RowStatus(StrEnum):
    """What the status column of the results says; the last is what a run that was stopped leaves."""

    READY = "ready"
    FAILED = "failed"
    REJECTED = "rejected"
    NOT_MADE = "not made"


@dataclass
class Outcome:
    """What became of one row; ``file`` is relative to the folder of the results."""

    row: Row
    status: RowStatus = RowStatus.NOT_MADE
    file: str = ""
    reason: str = ""


def write_results(path: Path, columns: Sequence[str], outcomes: Sequence[Outcome]) -> None:
    """Whole or not at all; a spreadsheet program shows it in the right encoding and runs nothing in it."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([escape(name) for name in (*columns, *_name_added_columns(columns))])
        for one in outcomes:
            texts = [*(one.row.values[column] for column in columns), one.file, one.status, one.reason]
            writer.writerow([escape(text) for text in texts])
    unfinished.replace(path)


def escape(text: str) -> str:
    """A text that a spreadsheet program would run as a formula gets an apostrophe before it (CWE-1236)."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def build_file_stem(row: Row, name: str) -> str:
    """“0003-josé-álvarez”: sorts like the spreadsheet, differs for each row, and works on every file system.

    Letters of every script stay. Behind a number no name is one that Windows reserves, such as “con”.
    """
    # Not Django's slugify: it drops combining marks, and with them the vowels of Hindi or Thai names.
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower())
    words = re.sub("-+", "-", "".join(map(_in_file_name, plain))).strip("-")
    cut = words[:STEM_CHARACTERS_MAX].encode()[:STEM_BYTES_MAX].decode(errors="ignore").strip("-")
    return f"{row.number:04d}-{cut or 'row'}"


def _in_file_name(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cf" or character in APOSTROPHES:  # Cf: invisible, such as a change of the text's direction
        return ""
    return character if kind[0] in "LMN" else "-"  # letters, marks and numbers


def _name_added_columns(columns: Sequence[str]) -> list[str]:
    taken = {column.casefold() for column in columns}
    return [name if name not in taken else f"video {name}" for name in ("file", "status", "reason")]
