"""A file read as a person means it: sheet, header row and columns are found, or asked for."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import IO

from campaigns.sheets.assembly import assemble
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.reader_process import Limits, read_apart
from campaigns.sheets.records import Record, SheetError
from campaigns.sheets.values import (
    ColumnGuess,
    Progress,
    Question,
    QuestionKind,
    ReadSheet,
    Row,
    Sheet,
    SheetOption,
)

BYTES_MAX = 100 * 2**20
# A text of this size does no harm: its reader takes time and memory by its length alone.
_HARMLESS_BYTES = 2**17

__all__ = [
    "BYTES_MAX", "ColumnGuess", "Limits", "Progress", "Question", "QuestionKind", "ReadSheet", "Record",
    "Row", "Sheet", "SheetError", "SheetOption", "read_sheet_file",
]  # fmt: skip


def read_sheet_file(
    source: Path | IO[bytes],
    name: str = "",
    choice: SheetChoice | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> ReadSheet:
    """Read the file at a path, or an open one. Raises SheetError when it is no usable spreadsheet, and what
    ``progress`` raises, which ends the reading."""
    choice, progress, limits = choice or SheetChoice(), progress or _tell_nobody, limits or Limits()
    file_name = Path(name or getattr(source, "name", "") or str(source)).name
    if not isinstance(source, Path):
        return _read_open(source, file_name, choice, progress, limits)
    try:
        size = source.stat().st_size
        head = b""
        if size <= BYTES_MAX:
            with source.open("rb") as file:
                head = file.read(_HARMLESS_BYTES + 1)
    except OSError as error:
        raise SheetError(
            f"{source} cannot be read: {error.strerror}. Check the path and the permissions."
        ) from error
    if size > BYTES_MAX:
        raise SheetError(_describe_size(file_name))
    if _is_harmless(head):
        return assemble(head, file_name, choice, progress)
    return read_apart(source, file_name, choice, progress, limits)


def _read_open(
    file: IO[bytes], file_name: str, choice: SheetChoice, progress: Progress, limits: Limits
) -> ReadSheet:
    file.seek(0)
    head = file.read(_HARMLESS_BYTES + 1)
    if _is_harmless(head):
        return assemble(head, file_name, choice, progress)
    with tempfile.NamedTemporaryFile(prefix="byname-sheet-") as copy:
        copy.write(head)
        shutil.copyfileobj(file, copy)
        copy.flush()
        if copy.tell() > BYTES_MAX:
            raise SheetError(_describe_size(file_name))
        return read_apart(Path(copy.name), file_name, choice, progress, limits)


def _is_harmless(head: bytes) -> bool:
    """A small text with separators, and nothing that a parser of a format would open."""
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return len(head) <= _HARMLESS_BYTES and not plain.startswith(
        (b"PK", b"<", b"\xd0\xcf", b"\x09", b"\xff", b"\xfe")
    )


def _describe_size(file_name: str) -> str:
    return f"{file_name} is larger than {BYTES_MAX >> 20} MB. Remove pictures and columns you do not use."


def _tell_nobody(_stage: str, _done: int, _total: int) -> None:
    pass
