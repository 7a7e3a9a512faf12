"""What is wrong with a recipient's row, as values; only people read the sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Where a problem is fixed: by another spreadsheet, or by another script."""

    SPREADSHEET = "spreadsheet"
    SCRIPT = "script"


class Code(StrEnum):
    """What kind of problem it is. Rows store it, so a code is never renamed or given another meaning."""

    ERROR_IN_CELL = "error_in_cell"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    TOO_MANY_CELLS = "too_many_cells"
    QUOTE_NOT_CLOSED = "quote_not_closed"
    LETTER_UNREADABLE = "letter_unreadable"  # a byte that belongs to no letter in the file's encoding
    LETTERS_GARBLED = "letters_garbled"  # “JosÃ©”: read with a wrong encoding before it came here
    PLACEHOLDER = "placeholder"  # “n/a”, “TBD”, “test”
    FORMULA_AS_TEXT = "formula_as_text"
    DIGITS_LOST = "digits_lost"  # “4.42E+11”
    DATE_AS_NUMBER = "date_as_number"
    INVISIBLE_SIGN = "invisible_sign"
    UNITS_ROW = "units_row"  # “(text)” under each header
    CELL_TOO_LONG = "cell_too_long"
    MERGED_CELLS = "merged_cells"
    HIDDEN_COLUMN = "hidden_column"
    HIDDEN_ROWS = "hidden_rows"
    CELLS_WITHOUT_COLUMN = "cells_without_column"
    ADDRESS_COLUMN_MISSING = "address_column_missing"
    SEVERAL_ADDRESSES = "several_addresses"
    COLUMN_REPEATED = "column_repeated"
    ADDRESS_MISSING = "address_missing"
    ADDRESS_INVALID = "address_invalid"
    ADDRESS_REPEATED = "address_repeated"
    SCRIPT_EMPTY = "script_empty"
    SCRIPT_INVALID = "script_invalid"
    UNKNOWN_COLUMN = "unknown_column"
    CELL_EMPTY = "cell_empty"
    NOT_COMPUTABLE = "not_computable"
    NOTHING_SAID = "nothing_said"
    TOO_LONG = "too_long"
    RECORDING_MISSING = "recording_missing"
    RECORDING_UNUSABLE = "recording_unusable"
    RECORDING_OF_OTHER_TEXT = "recording_of_other_text"
    MERGE_TAG = "merge_tag"
    MARKUP = "markup"
    PRONUNCIATION_INVALID = "pronunciation_invalid"
    LETTERS_NOT_READ = "letters_not_read"  # the voice cannot read them
    UNKNOWN = "unknown"  # stored by version 0.2, which kept the sentence alone


@dataclass(frozen=True)
class Problem:
    """``row`` as the spreadsheet program counts, None where it concerns no single row.

    ``column`` is a header of the spreadsheet, None where it concerns no single cell.
    """

    code: Code
    source: Source
    message: str
    row: int | None = None
    column: str | None = None


def dump_problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What a recipient stores."""
    return [asdict(problem) for problem in problems]


def load_problems(stored: Iterable[Mapping[str, Any]]) -> tuple[Problem, ...]:
    """What was stored. A code that this version does not know, as after a downgrade, reads as unknown."""
    return tuple(
        Problem(
            code=Code(one["code"]) if one["code"] in set(Code) else Code.UNKNOWN,
            source=Source(one["source"]),
            message=one["message"],
            row=one["row"],
            column=one["column"],
        )
        for one in stored
    )
