"""A spreadsheet as rows of text where nobody can be asked; every problem names file, row and column."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.reading import read_sheet_file
from campaigns.sheets.records import SheetError
from campaigns.sheets.values import QuestionKind, ReadSheet, Row, Sheet

__all__ = ["Row", "Sheet", "SheetError", "read_answered_sheet", "read_sheet"]

_ANSWERED_LATER = (QuestionKind.COLUMNS, QuestionKind.HIDDEN_ROWS)


def read_sheet(source: Path | IO[bytes], name: str = "") -> Sheet:
    """Read the file at a path, or an open one. Raises SheetError when it is no usable spreadsheet, or when
    its sheet, its header or its letters are not clear."""
    read = read_sheet_file(source, name)
    for question in read.questions:
        if question.kind not in _ANSWERED_LATER:
            raise SheetError(question.sentence)
    return read.sheet


def read_answered_sheet(source: Path | IO[bytes], name: str, choice: SheetChoice) -> ReadSheet:
    """A sheet without open questions. Raises SheetError, also with the first question."""
    read = read_sheet_file(source, name, choice)
    if read.questions:
        raise SheetError(read.questions[0].sentence)
    return read
