"""Rows of a new spreadsheet matched to the people who are there. Where it is in doubt who a row is, it is
somebody new: nobody gets another person's link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Cells = Mapping[str, str]  # a column as scripts call it → its text; no empty ones
EVIDENCE_MIN = 2  # so many equal cells beside the key say that it is the same person with another key


@dataclass(frozen=True)
class Entry:
    """A person who is there, or a row. ``key`` is folded; "" tells nothing. ``rank``: first where several
    could be meant, such as whoever has a message already."""

    at: int  # which one, for the caller
    number: int
    name: str
    key: str
    cells: Cells
    key_cell: str = ""  # the column that holds the key
    is_removed: bool = False
    rank: int = 0


_Property = TypeVar("_Property", bound=Hashable)


@dataclass
class _Pairs:
    """Rows' ``at`` → the people's, and which people are taken."""

    found: dict[int, int] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)

    def add(self, row: Entry, person: Entry) -> None:
        self.found[row.at] = person.at
        self.taken.add(person.at)

    def add_alike(
        self, people: Iterable[Entry], rows: Iterable[Entry], tell: Callable[[Entry], _Property]
    ) -> None:
        """Those that are alike, in their order; what has no such property is left alone."""
        alike = _group((one for one in people if one.at not in self.taken and tell(one)), tell)
        for row in rows:
            if row.at not in self.found and alike.get(tell(row)):
                self.add(row, alike[tell(row)].pop(0))


def match_rows(people: Sequence[Entry], rows: Sequence[Entry]) -> dict[int, int]:
    """``at`` of a row → ``at`` of the person that it is; rows of new people are missing.

    By key; rows whose key tells nothing, or that share it with others, by equal cells and by their name. A
    row with a new key is somebody who is there where name, row number and all other cells are the same.
    """
    pairs = _Pairs()
    _match_keys(pairs, people, rows)
    keyless = [row for row in rows if not row.key]
    for removed in (False, True):
        same = (one for one in people if not one.key and one.is_removed == removed)
        pairs.add_alike(same, keyless, _get_cells)
    _match_places(pairs, [one for one in people if not one.is_removed], rows)
    return pairs.found


def _match_keys(pairs: _Pairs, people: Sequence[Entry], rows: Sequence[Entry]) -> None:
    by_key = _group((one for one in people if one.key), lambda one: one.key)
    for key, group in _group((one for one in rows if one.key), lambda one: one.key).items():
        known = by_key.get(key, [])
        candidates = [one for one in known if not one.is_removed] or known
        if len(group) == len(candidates) == 1:
            pairs.add(group[0], candidates[0])
            continue
        known = sorted(known, key=lambda one: (one.is_removed, -one.rank, one.number))
        pairs.add_alike(known, group, _get_cells)
        pairs.add_alike(known, group, lambda one: one.name)


def _match_places(pairs: _Pairs, people: Iterable[Entry], rows: Iterable[Entry]) -> None:
    free = (one for one in people if one.name and one.at not in pairs.taken)
    places = _group(free, lambda one: (one.number, one.name))
    for row in rows:
        candidates = places.get((row.number, row.name), [])
        if row.at not in pairs.found and len(candidates) == 1 and _is_same_place(candidates[0], row):
            pairs.add(row, candidates[0])


def _is_same_place(person: Entry, row: Entry) -> bool:
    """Name and row number are the same; with a key on either side, all other cells have to be, too."""
    if not person.key and not row.key:
        return True
    keys = {person.key_cell, row.key_cell}
    before, after = (
        {column: text for column, text in one.cells.items() if column not in keys} for one in (person, row)
    )
    return before == after and len(after) >= EVIDENCE_MIN


def _get_cells(one: Entry) -> frozenset[tuple[str, str]]:
    return frozenset(one.cells.items())


def _group(entries: Iterable[Entry], tell: Callable[[Entry], _Property]) -> dict[_Property, list[Entry]]:
    groups: dict[_Property, list[Entry]] = defaultdict(list)
    for one in entries:
        groups[tell(one)].append(one)
    return dict(groups)
