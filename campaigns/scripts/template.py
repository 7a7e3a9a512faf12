"""A script: a Jinja template over the spreadsheet's columns, filled for one recipient, cut into lines.

A line's id stays the same for every recipient: it names the place in the template where the line begins,
so that the plan can give each line of the script one slot.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, Template, TemplateError, TemplateSyntaxError, meta, nodes

from campaigns.engine import find_sentence_spans
from campaigns.problems import Code
from campaigns.scripts.budget import OneRow
from campaigns.scripts.cells import Empty
from campaigns.scripts.faults import ScriptError as ScriptError
from campaigns.scripts.faults import UnknownColumn as UnknownColumn
from campaigns.scripts.filling import raise_for_computation, raise_for_template, refuse_unknown_names
from campaigns.scripts.markup import BREAK, strip_markup
from campaigns.scripts.merge_tags import refuse_merge_tags
from campaigns.scripts.mistakes import explain
from campaigns.scripts.oversize import blank_unwritable, refuse_oversize
from campaigns.scripts.sandbox import FILTERS as FILTERS
from campaigns.scripts.sandbox import build_finish, create_sandbox, guard
from campaigns.scripts.tags import HELD_SIGNS
from campaigns.scripts.tags import to_variable as to_variable

SPOKEN_CHARACTERS_MAX = 10_000  # far above five minutes of speech
# Private-use characters mark where a piece of the template begins; values cannot hold them.
MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{MARK_OPEN}(\\d+){MARK_CLOSE}")
_REMEMBERED_CHARACTERS_MAX = 5_000
TOO_DEEP = (
    "Conditions, loops, brackets or filters of this script stand too deep in each other. "
    "Write shorter ones, one after the other."
)
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")  # “Acme Ltd.” + “.”


@dataclass(frozen=True)
class Line:
    """One spoken sentence of one recipient."""

    id: str
    text: str


def fill(source: str, values: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines that this recipient hears. Raises ScriptError."""
    columns, cells = _choose_cells(source, values)
    return (_fill_cells if _are_short(cells) else _fill_cells.__wrapped__)(source, columns, cells)


def check_row(source: str, values: Mapping[str, str]) -> str:
    """What this recipient hears in one piece, white space as it is. Raises what `fill` raises.

    Several times as fast as `fill`: no sentences are looked for.
    """
    columns, cells = _choose_cells(source, values)
    return (_check_cells if _are_short(cells) else _check_cells.__wrapped__)(source, columns, cells)


def _are_short(cells: Sequence[str]) -> bool:
    """Whether thousands of such rows may be remembered."""
    return sum(map(len, cells)) <= _REMEMBERED_CHARACTERS_MAX


def _choose_cells(source: str, values: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All columns, and the cells of those that the script names."""
    columns = tuple(values)
    return columns, tuple([values[column] for _, column in _compile_template(source, columns).used])


@lru_cache(maxsize=4096)
def _check_cells(source: str, columns: tuple[str, ...], cells: tuple[str, ...]) -> str:
    marked = _render(source, columns, cells)
    text = _MARK.sub("", marked).replace(BREAK, "\n\n")
    # A sentence is what holds a letter or a digit; together they are never longer than their text.
    if len(text) > SPOKEN_CHARACTERS_MAX or not any(map(str.isalnum, text)):
        _cut(marked)
    return text


@lru_cache(maxsize=4096)  # rows that differ in other columns alone say the same
def _fill_cells(source: str, columns: tuple[str, ...], cells: tuple[str, ...]) -> tuple[Line, ...]:
    return _cut(_render(source, columns, cells))


def _render(source: str, columns: tuple[str, ...], cells: tuple[str, ...]) -> str:
    return _work_out(source, columns, _compile_template(source, columns), cells)


def _work_out(source: str, columns: Sequence[str], script: _Compiled, cells: Sequence[str]) -> str:
    try:
        with OneRow():
            return script.template.render(_build_context(script.used, cells))
    except TemplateError as error:
        raise_for_template(source, columns, error)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        raise_for_computation(source, error)


def _cut(marked: str) -> tuple[Line, ...]:
    lines = _split_lines(marked)
    if not lines:
        raise ScriptError(
            1,
            1,
            "The script says nothing for this row. Write at least one sentence outside of conditions.",
            Code.NOTHING_SAID,
        )
    if sum(len(line.text) for line in lines) > SPOKEN_CHARACTERS_MAX:
        raise ScriptError(
            1,
            1,
            f"The script is longer than {SPOKEN_CHARACTERS_MAX:,} characters for this row. Shorten it.",
            Code.TOO_LONG,
        )
    return lines


def check(source: str, columns: Sequence[str] = ()) -> None:
    """Raise ScriptError unless the script is whole: not empty, every tag understood, no merge tag of another
    tool and no markup that would be read out; with ``columns``, UnknownColumn for a name that none has."""
    _compile_template(source, tuple(columns))


def fill_text(source: str, values: Mapping[str, str], finish: Callable[[str], str] = str) -> str:
    """A single text, such as a mail's, filled for one recipient: no lines, no markup taken away.

    ``finish`` changes each value where it is written, not where it is compared. Raises ScriptError.
    """
    script = _compile_text(source, tuple(values), finish)
    cells = tuple(values[column] for _, column in script.used)
    return _work_out(source, tuple(values), script, cells)


def check_text(source: str, columns: Sequence[str] = ()) -> None:
    """`check` for a single text; an empty one is whole."""
    _compile_text(source, tuple(columns), str)


def find_column(columns: Sequence[str], variables: Sequence[str]) -> str:
    """The column that the first of these variables means, the leftmost of several; "" where none does."""
    by_variable = {to_variable(column): column for column in reversed(columns)}
    return next((by_variable[name] for name in variables if name in by_variable), "")


_ENVIRONMENT = create_sandbox()


@dataclass(frozen=True)
class _Compiled:
    """A template, and what it asks of a row: (name in the template, column)."""

    template: Template
    used: tuple[tuple[str, str], ...]


def _compile_template(source: str, columns: tuple[str, ...]) -> _Compiled:
    return _pass_on(_compile_lines(source, columns))


def _compile_text(source: str, columns: tuple[str, ...], finish: Callable[[str], str]) -> _Compiled:
    return _pass_on(_compile_single(source, columns, finish))


def _pass_on(found: _Compiled | ScriptError) -> _Compiled:
    """Raises what was found wrong: that is remembered, too, for the next row asks again."""
    if isinstance(found, ScriptError):
        raise found.with_traceback(None)
    return found


@lru_cache(maxsize=64)
def _compile_lines(source: str, columns: tuple[str, ...]) -> _Compiled | ScriptError:
    if not source.strip():
        return ScriptError(1, 1, "The script is empty. Write at least one sentence.", Code.SCRIPT_EMPTY)
    try:
        refuse_oversize(source)
        source = blank_unwritable(source)
        for sign in (MARK_OPEN, MARK_CLOSE, BREAK, *HELD_SIGNS):
            source = source.replace(sign, "")
        refuse_merge_tags(source, columns)
        return _compile(_ENVIRONMENT, source, strip_markup(source), columns, _mark)
    except ScriptError as error:
        return error


@lru_cache(maxsize=64)
def _compile_single(
    source: str, columns: tuple[str, ...], finish: Callable[[str], str]
) -> _Compiled | ScriptError:
    try:
        refuse_oversize(source)
        source = blank_unwritable(source)
        refuse_merge_tags(source, columns)
        environment = _ENVIRONMENT.overlay(finalize=build_finish(finish))
        return _compile(environment, source, source, columns, lambda tree: None)
    except ScriptError as error:
        return error


def _compile(
    environment: Environment,
    source: str,
    plain: str,
    columns: tuple[str, ...],
    mark: Callable[[nodes.Template], None],
) -> _Compiled:
    try:
        tree = environment.parse(plain)
        mark(tree)
        guard(tree, environment.tests)
        template = Template.from_code(environment, environment.compile(tree), {})
    except TemplateSyntaxError as error:
        raise explain(source, error.lineno, error.message or "", FILTERS, columns) from error
    except (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError) as error:
        raise ScriptError(1, 1, TOO_DEEP, Code.SCRIPT_INVALID) from error
    if columns:
        refuse_unknown_names(source, tree, columns)
    return _Compiled(template, _find_used(tree, columns))


def _mark(tree: nodes.Template) -> None:
    """Put a mark before every piece of plain text, numbered in the order of the source."""
    for number, piece in enumerate(tree.find_all(nodes.TemplateData)):
        piece.data = f"{MARK_OPEN}{number}{MARK_CLOSE}{piece.data}"


def _find_used(tree: nodes.Template, columns: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each column that the template names by its own name or by the one that a script can write."""
    named = {name: column for column in columns for name in (to_variable(column), column)}
    wanted = meta.find_undeclared_variables(tree)
    return tuple((name, column) for name, column in named.items() if name in wanted)


def _build_context(used: Sequence[tuple[str, str]], cells: Sequence[str]) -> dict[str, Any]:
    return {name: clean(text) or Empty(column) for (name, column), text in zip(used, cells, strict=True)}


def clean(text: str) -> str:
    """One line of visible text: no control, private-use or format characters, single spaces."""
    if text.isascii() and text.isprintable():  # most cells: nothing to look up for each of their characters
        return " ".join(text.split())
    kept = "".join(
        " " if unicodedata.category(c) == "Cc" else c
        for c in unicodedata.normalize("NFC", str(text))
        if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")
    )
    return " ".join(kept.split())


def _split_lines(marked: str) -> tuple[Line, ...]:
    text, marks = _remove_marks(marked.replace(BREAK, "\n\n"))
    lines: list[Line] = []
    ordinals: Counter[int] = Counter()
    places = [at for at, _ in marks]
    for start, end in find_sentence_spans(text):
        before = bisect_right(places, start)
        mark = marks[before - 1][1] if before else 0
        lines.append(_build_line(mark, ordinals[mark], text[start:end]))
        ordinals[mark] += 1
    return tuple(lines)


@lru_cache(maxsize=8192)  # most lines of a script are the same for everybody
def _build_line(mark: int, ordinal: int, text: str) -> Line:
    return Line(f"{mark}.{ordinal}", _TWO_STOPS.sub(".", " ".join(text.split())))


def _remove_marks(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without marks, and (position in it, number) of each mark."""
    text = ""
    marks: list[tuple[int, int]] = []
    at = 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        marks.append((len(text), int(match.group(1))))
        at = match.end()
    return text + marked[at:], marks
