"""A script: a Jinja template over the spreadsheet's columns, filled for one recipient, cut into lines.

A line's id stays the same for every recipient: it names the place in the template where the line begins,
so that the plan can give each line of the script one slot.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import TracebackType
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.lexer import TOKEN_EOF
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from campaigns.engine import find_sentence_spans
from campaigns.problems import Code

SPOKEN_CHARACTERS_MAX = 10_000  # far above five minutes of speech
FILTERS = [
    "abs",
    "capitalize",
    "d",
    "default",
    "first",
    "float",
    "int",
    "join",
    "last",
    "length",
    "lower",
    "replace",
    "round",
    "title",
    "trim",
    "truncate",
    "upper",
    "wordcount",
]
TEXT_METHODS = frozenset(
    ["capitalize", "endswith", "lower", "lstrip", "rstrip", "split", "startswith", "strip", "title", "upper"]
)
# Private-use characters mark where a piece of the template begins; values cannot hold them.
MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{MARK_OPEN}(\\d+){MARK_CLOSE}")


class ScriptError(Exception):
    """What is wrong with a script, or with one row in it; ``line`` and ``column`` count from 1.

    ``sheet_column`` is the header of the cell that the script cannot be filled with, where it is one cell.
    """

    def __init__(
        self, line: int, column: int, message: str, code: Code, sheet_column: str | None = None
    ) -> None:
        super().__init__(f"Script, line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.message = message
        self.code = code
        self.sheet_column = sheet_column


class UnknownColumn(ScriptError):
    """The script names a column that the spreadsheet does not have. The error concerns every row."""


@dataclass(frozen=True)
class Line:
    """One spoken sentence of one recipient."""

    id: str
    text: str


def fill(source: str, values: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines that this recipient hears. Raises ScriptError."""
    template = _compile_template(source)
    try:
        marked = template.render(_build_context(values))
    except TemplateError as error:
        _raise_for(source, values, error)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        line = _find_template_line(error.__traceback__)
        raise ScriptError(line, 1, f"This cannot be worked out: {error}.", Code.NOT_COMPUTABLE) from error
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


def check(source: str) -> None:
    """Raise ScriptError unless the script is whole: not empty, and written as Jinja wants it."""
    _compile_template(source)


def to_variable(column: str) -> str:
    """The name that a script uses for a column: “First name” is ``first_name``."""
    plain = re.sub(r"\W+", "_", column.strip().lower()).strip("_")
    return f"_{plain}" if plain[:1].isdigit() else plain


def find_column(columns: Sequence[str], variables: Sequence[str]) -> str:
    """The column that the first of these variables means, the leftmost of several; "" where none does."""
    by_variable = {to_variable(column): column for column in reversed(columns)}
    return next((by_variable[name] for name in variables if name in by_variable), "")


class _EmptyCellSpoken(UndefinedError):
    """The script speaks a cell that has no text."""

    def __init__(self, message: str, *, column: str) -> None:
        super().__init__(message)
        self.column = column


class _UnknownName(UndefinedError):
    """The script asks for a name that no column has."""

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


class _Undefined(StrictUndefined):
    """What a script finds behind a name without a value; its error carries the name."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        raised: Any = exc
        if exc is UndefinedError and not hint and obj is missing:
            raised = partial(_UnknownName, name=str(name))
        super().__init__(hint, obj, name, raised)


class _Empty(StrictUndefined):
    """A cell without text: false in a condition, replaced by ``default``, an error when spoken."""

    __slots__ = ()

    def __init__(self, column: str) -> None:
        raised: Any = partial(_EmptyCellSpoken, column=column)
        hint = f"“{column}” is empty in this row: fill the cell, or write a default into the script"
        super().__init__(hint, exc=raised)

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


class _Sandbox(ImmutableSandboxedEnvironment):
    """Templates come from people; they may choose words, not spend the machine's memory."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(side, (int, float)) for side in (left, right)) or operator == "**":
            raise SecurityError(f"“{operator}” works on numbers only here")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in TEXT_METHODS
        return super().is_safe_attribute(obj, attr, value)


def _create_sandbox() -> _Sandbox:
    made = _Sandbox(undefined=_Undefined, autoescape=False)
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals = {}
    return made


_ENVIRONMENT = _create_sandbox()


@lru_cache(maxsize=64)
def _compile_template(source: str) -> Template:
    if not source.strip():
        raise ScriptError(1, 1, "The script is empty. Write at least one sentence.", Code.SCRIPT_EMPTY)
    source = source.replace(MARK_OPEN, "").replace(MARK_CLOSE, "")
    try:
        tree = _ENVIRONMENT.parse(source)
        _mark(tree)
        return Template.from_code(_ENVIRONMENT, _ENVIRONMENT.compile(tree), {})
    except TemplateSyntaxError as error:
        message = f"{(error.message or 'This is not understood').rstrip('.')}."
        column = _find_tag_column(source, error.lineno)
        raise ScriptError(error.lineno, column, message, Code.SCRIPT_INVALID) from error


def _mark(tree: nodes.Template) -> None:
    """Put a mark before every piece of plain text, numbered in the order of the source."""
    for unwanted in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        raise TemplateSyntaxError("A script cannot load other files", unwanted.lineno)
    for number, piece in enumerate(tree.find_all(nodes.TemplateData)):
        piece.data = f"{MARK_OPEN}{number}{MARK_CLOSE}{piece.data}"


def _build_context(values: Mapping[str, str]) -> dict[str, Any]:
    """Each column under its own name and under the name that a script can write."""
    context: dict[str, Any] = {}
    for column, text in values.items():
        spoken = _clean(text)
        value = spoken or _Empty(column)
        context[to_variable(column)] = value
        context[column] = value
    return context


def _clean(text: str) -> str:
    """One line of visible text: no control, private-use or format characters, single spaces."""
    kept = "".join(
        " " if unicodedata.category(c) == "Cc" else c
        for c in unicodedata.normalize("NFC", str(text))
        if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")
    )
    return " ".join(kept.split())


def _split_lines(marked: str) -> tuple[Line, ...]:
    text, marks = _remove_marks(marked)
    lines: list[Line] = []
    ordinals: Counter[int] = Counter()
    for start, end in find_sentence_spans(text):
        mark = next((number for at, number in reversed(marks) if at <= start), 0)
        spoken = re.sub(r"(?<!\.)\.\.(?!\.)", ".", " ".join(text[start:end].split()))  # “Acme Ltd.” + “.”
        lines.append(Line(f"{mark}.{ordinals[mark]}", spoken))
        ordinals[mark] += 1
    return tuple(lines)


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


# Where an error stands


def _raise_for(source: str, values: Mapping[str, str], error: TemplateError) -> NoReturn:
    line = _find_template_line(error.__traceback__)
    message = f"{(error.message or str(error)).rstrip('.')}."
    if isinstance(error, _EmptyCellSpoken):
        at = _find_column(source, line, to_variable(error.column), error.column)
        raise ScriptError(line, at, message, Code.CELL_EMPTY, error.column) from error
    if isinstance(error, _UnknownName):
        known = ", ".join(sorted({to_variable(column) for column in values})) or "none"
        message = f"“{error.name}” is not a column of the spreadsheet. The columns are: {known}."
        raise UnknownColumn(
            line, _find_column(source, line, error.name), message, Code.UNKNOWN_COLUMN
        ) from error
    raise ScriptError(line, _find_tag_column(source, line), message, Code.NOT_COMPUTABLE) from error


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
    return _find_tag_column(source, line)


def _find_tag_column(source: str, line: int) -> int:
    """The first tag on the line that cannot be read by itself, else the first tag."""
    text = _get_source_line(source, line)
    starts = [match.start() for match in re.finditer(r"\{[{%#]", text)]
    for at, start in enumerate(starts):
        alone = text[start : starts[at + 1] if at + 1 < len(starts) else len(text)]
        if _is_broken(alone):
            return start + 1
    return starts[0] + 1 if starts else 1


def _is_broken(tag: str) -> bool:
    """Whether a tag cannot be read whatever follows it; one that only waits for its end can."""
    parser = None
    try:
        parser = Parser(_ENVIRONMENT, tag)
        parser.parse()
    except TemplateSyntaxError:
        return parser is None or parser.stream.current.type != TOKEN_EOF
    return False


def _get_source_line(source: str, line: int) -> str:
    lines = source.splitlines()
    return lines[line - 1] if 0 < line <= len(lines) else ""
