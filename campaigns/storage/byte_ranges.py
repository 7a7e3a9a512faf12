"""Which bytes of a file a Range header asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=\s*([0-9]*)-([0-9]*)\s*\Z")
_MOST_DIGITS = 18  # no file is longer; whole numbers of thousands of digits are refused by Python itself


class Unsatisfiable(Exception):
    """The range is well formed and lies wholly outside the file."""


@dataclass(frozen=True)
class ByteRange:
    """Bytes ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Parse a Range header. None means the whole file: no header, a malformed one, or several ranges.

    Unsatisfiable where no byte of the file is asked for.
    """
    match = _ONE_RANGE.match(header) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = map(_bound, match.groups())
    if first == "":
        return _resolve_suffix(int(last), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return ByteRange(int(first), min(int(last), size - 1) if last else size - 1)


def _bound(digits: str) -> str:
    shown = digits[:-1].lstrip("0") + digits[-1:]
    return shown if len(shown) <= _MOST_DIGITS else "9" * _MOST_DIGITS


def _resolve_suffix(length: int, size: int) -> ByteRange:
    if length == 0 or size == 0:
        raise Unsatisfiable
    return ByteRange(max(0, size - length), size - 1)
