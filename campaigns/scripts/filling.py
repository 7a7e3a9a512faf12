"""Names that no column has, and rows that a script cannot be filled with: what is wrong, and where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import NoReturn

from jinja2 import TemplateError, meta, nodes
from jinja2.exceptions import SecurityError

from campaigns.problems import Code
from campaigns.scripts.budget import TooMuchWork
from campaigns.scripts.cells import EmptyCellSpoken, NotANumber, UnknownName
from campaigns.scripts.faults import Fix, ScriptError, UnknownColumn, find_place
from campaigns.scripts.tags import TAG, find_meant_column, to_variable

# a column, what is done with it, and the number that it is done with
_COMPARED = re.compile(r"([^\W\d]\w*)\s*([<>]=?|[-+*/%])\s*(\d[\d.]*)")
_COMPARES = re.compile(r"(?:[=!]=|\(|\[|,|\bin)\s*$")  # before what is a word more likely than a column
TOO_MUCH_WORK = (
    "This makes more text, or takes more steps, than a script may for one row. "
    "Take out what grows, such as loops within loops and texts that are put together again and again."
)
_NEAR = 0.6  # difflib's own limit; under it a suggestion is a guess


def refuse_unknown_names(source: str, tree: nodes.Template, columns: Sequence[str]) -> None:
    """Raise UnknownColumn where the script names what is no column, also under a default or a condition."""
    unknown = meta.find_undeclared_variables(tree) - {*columns, *map(to_variable, columns)}
    named = sorted((name.lineno, name.name) for name in tree.find_all(nodes.Name) if name.name in unknown)
    errors = [_build_unknown(source, line, name, columns) for line, name in named]
    if errors:
        first = min(errors, key=lambda error: (error.line, error.column))
        first.fixes = _join_fixes(errors)
        raise first


def raise_for_template(source: str, columns: Sequence[str], error: TemplateError) -> NoReturn:
    """Raise ScriptError for an error that came up while the script was filled for one row."""
    line = _find_template_line(error.__traceback__)
    if isinstance(error, EmptyCellSpoken):
        column = _find_column(source, line, to_variable(error.column), error.column)
        message = f"{(error.message or '').rstrip('.')}."
        raise ScriptError(line, column, message, Code.CELL_EMPTY, error.column) from error
    if isinstance(error, UnknownName):
        raise _build_unknown(source, line, error.name, columns) from error
    if isinstance(error, TooMuchWork):
        raise ScriptError(line, _find_column(source, line), TOO_MUCH_WORK, Code.TOO_LONG) from error
    if isinstance(error, NotANumber):
        message = f"{error.message}. Correct the cell, or take the number out of the script."
    elif isinstance(error, SecurityError) and _COMPARED.search(_get_source_line(source, line)):
        raise_for_computation(source, TypeError(), line)
    elif isinstance(error, SecurityError):
        message = "This is not allowed in a script. Write columns, conditions and filters alone."
    else:
        message = "This cannot be worked out. Write a column, a condition or a filter."
    raise ScriptError(line, _find_column(source, line), message, Code.NOT_COMPUTABLE) from error


def raise_for_computation(source: str, error: Exception, line: int = 0) -> NoReturn:
    """Raise ScriptError for what Python could not work out for one row, on this line or on the error's."""
    line = line or _find_template_line(error.__traceback__)
    text = _get_source_line(source, line)
    compared = _COMPARED.search(text)
    fixes: tuple[Fix, ...] = ()
    if isinstance(error, ZeroDivisionError):
        message = "The script divides by zero for this row."
    elif isinstance(error, TypeError) and compared:
        name, sign, number = compared.groups()
        at = sum(len(one) + 1 for one in source.split("\n")[: line - 1]) + compared.start(1)
        fixes = (Fix(at, at + len(name), f"{name}|float"),)
        message = f"“{name}” is text, not a number. Write {name}|float {sign} {number}."
    else:
        message = "This cannot be worked out for this row. Write a column, a condition or a filter."
    column = compared.start(1) + 1 if compared else _find_column(source, line)
    raise ScriptError(line, column, message, Code.NOT_COMPUTABLE, fixes=fixes) from error


def _join_fixes(errors: Sequence[ScriptError]) -> tuple[Fix, ...]:
    """The fixes of all, each place once."""
    by_place = {fix.start: fix for error in errors for fix in error.fixes}
    return tuple(by_place[start] for start in sorted(by_place))


def _build_unknown(source: str, line: int, name: str, columns: Sequence[str]) -> UnknownColumn:
    at = _find_name(source, line, name)
    variables = sorted({to_variable(column) for column in columns})
    near = _find_near(source, at, name, columns)
    offer = f"Do you mean {near[1]}? " if near else ""
    if near is None and _COMPARES.search(source[:at]):
        near = len(name), f'"{name}"'
        offer = f"If it is a word, write {near[1]}. "
    known = ", ".join(variables) or "none"
    message = f"“{name}” is not a column of the spreadsheet. {offer}The columns are: {known}."
    written = source[at : at + near[0]] if near else ""
    fixes = tuple(Fix(place, place + len(written), near[1]) for place in _find_all(source, written) if near)
    return UnknownColumn(*find_place(source, at), message, Code.UNKNOWN_COLUMN, fixes=fixes)


def _find_all(source: str, name: str) -> Iterator[int]:
    """Where a name stands in the script's tags."""
    for tag in TAG.finditer(source) if name else ():
        for found in re.finditer(rf"(?<![\w.\"']){re.escape(name)}(?![\w\"'])", tag.group()):
            yield tag.start() + found.start()


def _find_near(source: str, at: int, name: str, columns: Sequence[str]) -> tuple[int, str] | None:
    """How much of the script at ``at`` is meant to be a column, and the column's variable."""
    # “first-name” is read as a subtraction, “contact.first_name” as a part of something.
    written = re.match(r"[^\W\d]\w*(?:[.-]\w+)*", source[at:])
    whole = written.group() if written else name
    meant = find_meant_column(whole, columns) or find_meant_column(name, columns)
    if meant is not None:
        named = whole if find_meant_column(whole, columns) else name
        return len(named), to_variable(meant)
    close = difflib.get_close_matches(name.lower(), list(map(to_variable, columns)), 1, _NEAR)
    return (len(name), close[0]) if close else None


def _find_name(source: str, line: int, name: str) -> int:
    """Where a name stands in a tag, from this line on."""
    begin = sum(len(one) + 1 for one in source.split("\n")[: line - 1])
    for tag in TAG.finditer(source):
        found = re.search(rf"(?<![\w.\"']){re.escape(name)}(?!\w)", tag.group())
        if found and tag.end() > begin:
            return tag.start() + found.start()
    return min(begin, len(source))


def _find_template_line(trace: TracebackType | None) -> int:
    """Jinja puts the template's own line numbers into the traceback."""
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _find_column(source: str, line: int, *names: str) -> int:
    text = _get_source_line(source, line)
    for name in filter(None, names):
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
        if found:
            return found.start() + 1
    tag = re.search(r"\{[{%#]", text)
    return tag.start() + 1 if tag else 1


def _get_source_line(source: str, line: int) -> str:
    lines = source.split("\n")
    return lines[line - 1] if 0 < line <= len(lines) else ""
