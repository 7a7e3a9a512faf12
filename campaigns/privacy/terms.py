"""What names a person in texts: found and taken out wherever a text or a plain value holds it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

ERASED = "(erased)"


@dataclass(frozen=True)
class Terms:
    """Addresses and names. A name counts as whole words only; one of a single letter counts nowhere."""

    addresses: frozenset[str]
    names: frozenset[str] = frozenset()

    @property
    def all(self) -> list[str]:
        """Every term, the longest first."""
        terms = {one for one in self.addresses | self.names if len(one.strip()) > 1}
        return sorted(terms, key=lambda one: (-len(one), one))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        words = "|".join(re.escape(one) for one in self.all)
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def are_in(self, value: Any) -> bool:
        """Whether a text, or a text anywhere in a plain value, holds one of them."""
        if isinstance(value, str):
            return self._pattern is not None and bool(self._pattern.search(value))
        if isinstance(value, dict):
            return any(self.are_in(key) or self.are_in(one) for key, one in value.items())
        return isinstance(value, list | tuple) and any(self.are_in(one) for one in value)

    def take_out(self, value: Any) -> Any:
        """The same value without them."""
        if isinstance(value, str):
            return self._pattern.sub(ERASED, value) if self._pattern is not None else value
        if isinstance(value, dict):
            return {self.take_out(key): self.take_out(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.take_out(one) for one in value]
        return value


def only_addresses(terms: Terms) -> Terms:
    """For texts of people who may have the same name: only the address tells them apart."""
    return Terms(terms.addresses)


def join(some: Collection[Terms]) -> Terms:
    return Terms(
        frozenset().union(*(one.addresses for one in some)), frozenset().union(*(one.names for one in some))
    )
