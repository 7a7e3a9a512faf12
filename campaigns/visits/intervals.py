"""Pieces of a video that were watched, as [start, end] in seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

PIECES_MAX = 50  # more are the work of a program; the first ones count
Pieces = list[list[float]]


def read_pieces(data: object) -> Pieces:
    """What a page reports, checked; ValueError with a sentence where it is none."""
    if not isinstance(data, list):
        raise ValueError("The watched pieces are not a list.")
    return [_read_piece(one) for one in data[:PIECES_MAX]]


def merge(pieces: Iterable[Sequence[float]], end_s: float) -> Pieces:
    """Each second once, in order, and none beyond the end of the video."""
    merged: Pieces = []
    for start, end in sorted((max(0.0, start), min(end, end_s)) for start, end in pieces):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([round(start, 2), round(end, 2)])
    return merged[:PIECES_MAX]


def sum_seconds(pieces: Iterable[Sequence[float]]) -> float:
    """How many different seconds these merged pieces hold."""
    return round(sum(end - start for start, end in pieces), 2)


def is_number(value: object, most: float = 1e9) -> bool:
    """A number that can be reckoned with: no NaN, nothing huge, no whole number of a thousand digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -most <= value <= most and not math.isnan(value)


def _read_piece(piece: object) -> list[float]:
    if not isinstance(piece, list) or len(piece) != 2 or not all(map(is_number, piece)):
        raise ValueError("A watched piece is two numbers of seconds.")
    return [float(piece[0]), float(piece[1])]
