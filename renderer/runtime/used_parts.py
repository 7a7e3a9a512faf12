"""Which parts of the store a piece of work asks for: whoever keeps the names can delete them later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

TellParts = Callable[[Collection[str]], None]  # is given names such as “segment/1f/1f…”, without a suffix

_watched: ContextVar[set[str] | None] = ContextVar("watched", default=None)


def tell_no_parts(_: Collection[str]) -> None:
    """For work whose parts nobody has to find again."""


@contextmanager
def watch_parts() -> Iterator[set[str]]:
    """The parts that are asked for inside, found, made or missing alike."""
    names: set[str] = set()
    token = _watched.set(names)
    try:
        yield names
    finally:
        _watched.reset(token)


def note_part(name: str) -> None:
    """Called by the store for every part that it is asked for."""
    names = _watched.get()
    if names is not None:
        names.add(name)
