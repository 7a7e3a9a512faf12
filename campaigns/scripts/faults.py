"""What is wrong with a script, told to the person who wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.problems import Code


@dataclass(frozen=True)
class Fix:
    """A change that mends the script: ``text`` instead of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str


# What no row can mend: it concerns everybody.
_OF_THE_SCRIPT = frozenset(
    {Code.SCRIPT_EMPTY, Code.SCRIPT_INVALID, Code.UNKNOWN_COLUMN, Code.MERGE_TAG, Code.MARKUP}
)


class ScriptError(Exception):
    """What is wrong with a script, or with one row in it; ``line`` and ``column`` count from 1.

    ``sheet_column`` is the header of the cell that the script cannot be filled with, where it is one cell.
    ``fixes`` are changes that mend it, in order and apart from each other, where they are known.
    """

    def __init__(
        self,
        line: int,
        column: int,
        message: str,
        code: Code,
        sheet_column: str | None = None,
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        super().__init__(f"Script, line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.message = message
        self.code = code
        self.sheet_column = sheet_column
        self.fixes = fixes

    @property
    def concerns_everybody(self) -> bool:
        """Whether the script itself is wrong, whoever's row it is filled with."""
        return self.code in _OF_THE_SCRIPT


class UnknownColumn(ScriptError):
    """The script names a column that the spreadsheet does not have. The error concerns every row."""


def apply_fixes(source: str, fixes: tuple[Fix, ...]) -> str:
    """The script with these changes."""
    for fix in sorted(fixes, key=lambda fix: fix.start, reverse=True):
        source = source[: fix.start] + fix.text + source[fix.end :]
    return source


def find_place(source: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a character of the script."""
    before = source[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
