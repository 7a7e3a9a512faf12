"""Numbers out of addresses, forms and JSON: read within bounds, whatever somebody wrote there."""

from __future__ import annotations

import math

KEY_MAX = 2**63 - 1  # PostgreSQL's bigint
NUMBER_MAX = 2**31 - 1  # and integer
_MOST_DIGITS = 19


def read_key(asked: object) -> int:
    """The id or row number that is meant; 0, which no row has, where it is none."""
    if isinstance(asked, bool) or not isinstance(asked, str | int):
        return 0
    if isinstance(asked, int):
        return asked if 0 < asked <= KEY_MAX else 0
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS):
        return 0
    number = int(asked)
    return number if number <= KEY_MAX else 0


def read_seconds(asked: object, most: float = 1e6) -> float:
    """A time in a video; ValueError where it is none."""
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        raise ValueError("That is not a time in a video.")
    if not (-most <= asked <= most) or math.isnan(asked):  # compared before it is converted: no overflow
        raise ValueError("That is not a time in a video.")
    return max(0.0, float(asked))
