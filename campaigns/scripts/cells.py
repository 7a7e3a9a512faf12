"""The cells of a row as a script sees them: text, or nothing; and the numbers in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any

from jinja2 import StrictUndefined, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.utils import missing

TEXT_METHODS = frozenset(
    ["capitalize", "endswith", "lower", "lstrip", "rstrip", "split", "startswith", "strip", "title", "upper"]
)
_FALLBACKS = frozenset({"default", "d"})
_NUMBER = re.compile(r"[-+]?\d[\d.,' \u00a0\u202f’]*")


class EmptyCellSpoken(UndefinedError):
    """The script speaks a cell that has no text."""

    def __init__(self, message: str, *, column: str) -> None:
        super().__init__(message)
        self.column = column


class UnknownName(UndefinedError):
    """The script asks for a name that no column has."""

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


class NotANumber(UndefinedError):
    """The script counts with a cell that holds no number."""


class Undefined(StrictUndefined):
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
            raised = partial(UnknownName, name=str(name))
        super().__init__(hint, obj, name, raised)


class Empty(StrictUndefined):
    """A cell without text: equal to "", false in a condition, less or more than nothing, replaced by
    ``default``; an error when it is spoken. What a filter or a method makes of it is as empty."""

    __slots__ = ("_column",)

    def __init__(self, column: str) -> None:
        raised: Any = partial(EmptyCellSpoken, column=column)
        hint = f"“{column}” is empty in this row: fill the cell, or write a default into the script"
        super().__init__(hint, exc=raised)
        self._column = column

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return isinstance(other, Empty) or other == "" or other is None

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return not self == other

    def __hash__(self) -> int:  # type: ignore[override]
        return hash("")

    def __len__(self) -> int:  # type: ignore[override]
        return 0

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        return iter(())

    def __contains__(self, other: object) -> bool:  # type: ignore[override]
        return False

    def _compare(self, other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _compare  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        if name in TEXT_METHODS:
            return lambda *given: False if name in ("startswith", "endswith") else Empty(self._column)
        return super().__getattr__(name)


def pass_empty_on(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that leaves an empty cell empty; one that counts or replaces it does its own."""
    if name in _FALLBACKS | {"length", "wordcount"}:
        return filter_

    @wraps(filter_)
    def filtered(*given: Any, **named: Any) -> Any:
        cell = next((one for one in given[:3] if isinstance(one, Empty)), None)
        return filter_(*given, **named) if cell is None else cell

    return filtered


def read_number(value: Any, fallback: float | None = None) -> float:
    """The number in a cell, as people write it: “$1,234.50”, “1.234,50 €”, “25 %”, “1 200”.

    Raises NotANumber where there is none and no ``fallback``.
    """
    if isinstance(value, (int, float)):
        return float(value)
    found = _NUMBER.search(str(value))
    if found is None:
        if fallback is not None:
            return fallback
        raise NotANumber(f"“{value}” is not a number")
    return float(_plain_number(re.sub(r"[' \u00a0\u202f’]", "", found.group()).rstrip(".,")))


def read_whole_number(value: Any, fallback: int | None = None) -> int:
    """`read_number`, with what stands behind the decimal point cut off."""
    return int(read_number(value, fallback))


def _plain_number(digits: str) -> str:
    """Digits with a decimal point alone: the last mark, unless it parts thousands."""
    marks = [sign for sign in digits if sign in ".,"]
    if not marks:
        return digits
    last = marks[-1]
    whole, _, part = digits.rpartition(last)
    groups = marks.count(last) > 1 or (len(set(marks)) == 1 and last == "," and len(part) == 3)
    if groups:
        return digits.replace(",", "").replace(".", "") if len(set(marks)) == 1 else digits
    return whole.replace(",", "").replace(".", "") + "." + part
