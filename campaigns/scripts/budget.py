"""How much work a script may be for one row: counted in units, so that every machine decides alike.

A unit is about one character that is written or looked at, 50 to 100 ns. Whatever a script makes, and each
step of a loop, is charged before it is made, so neither time nor memory grows beyond the budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from jinja2.exceptions import TemplateRuntimeError

UNITS_PER_ROW = 150_000  # ten times what the longest script that can be spoken takes
_UNITS_PER_VALUE = 4
COMPARED_PER_UNIT = 16  # characters that are compared or searched in the time of one that is written


class TooMuchWork(TemplateRuntimeError):
    """The script wants more work for one row than any script needs."""


_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


class OneRow:
    """A new budget while entered. Outside of it nothing can be charged, so nothing is worked out."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _left.set([UNITS_PER_ROW])

    def __exit__(self, *_: object) -> None:
        _left.reset(self._token)


def charge(units: int) -> None:
    """Take units from the row's budget. Raises TooMuchWork where they are not there."""
    left = _left.get()
    if left is None:
        raise TooMuchWork("A script is worked out for a row only")
    left[0] -= units
    if left[0] < 0:
        raise TooMuchWork("The script is too much work")


def charge_value(value: Any) -> Any:
    """Charge for a value that was made: its characters, and those of all that is in it."""
    if isinstance(value, str):
        charge(len(value))
    elif not isinstance(value, (int, float)):
        _charge_within(value)
    return value


def charge_look(value: Any) -> Any:
    """Charge for a value that is compared or searched."""
    if isinstance(value, str):
        charge(len(value) // COMPARED_PER_UNIT)
    elif not isinstance(value, (int, float)):
        charge_value(value)
    return value


def charge_steps(values: Any, units: int) -> Iterator[Any]:
    """The values of a loop, each charged for what the loop's body is."""
    for value in values:
        charge(units)
        yield value


def _charge_within(value: Any) -> None:
    """Every value within a value, one by one: a list may hold another one many times over."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        charge(_UNITS_PER_VALUE + (len(one) if isinstance(one, str) else 0))
        if isinstance(one, dict):
            waiting.extend((*one.keys(), *one.values()))
        elif isinstance(one, (list, tuple, set, frozenset)):
            waiting.extend(one)
