"""Hit counters of the store: counted in memory, added up in its folder by every process."""

from __future__ import annotations

import fcntl
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from renderer.errors import RenderError
from renderer.runtime.atomic_files import atomic_write

logger = logging.getLogger(__name__)

NAME = "uses.json"
_LOCK = ".uses.lock"
_SAVE_EVERY_S = 10.0  # at least so often while a process counts


@dataclass(frozen=True)
class HitCount:
    """How often a kind of file was there (a hit), and how often it had to be made (a miss)."""

    hits: int = 0
    misses: int = 0

    @property
    def lookups(self) -> int:
        return self.hits + self.misses

    @property
    def hit_rate(self) -> float:
        return self.hits / self.lookups if self.lookups else 0.0

    def __add__(self, other: HitCount) -> HitCount:
        return HitCount(self.hits + other.hits, self.misses + other.misses)


class HitCounters:
    """Counts hits and misses of the store at ``root``. The file may be deleted at any time: counting starts
    anew.

    It is a help for people: where it cannot be read or written, nothing else suffers. What was counted is
    written from time to time, and when the counters' owner is forgotten.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._counts: dict[str, HitCount] = {}
        self._lock = Lock()
        self._written_s = time.monotonic()

    def count(self, kind: str, *, hit: bool) -> None:
        with self._lock:
            self._counts[kind] = self._counts.get(kind, HitCount()) + (
                HitCount(1, 0) if hit else HitCount(0, 1)
            )
        if time.monotonic() - self._written_s > _SAVE_EVERY_S:
            self.write()

    def read(self) -> dict[str, HitCount]:
        """What lies in the folder and what this process has counted since it last wrote, by kind."""
        with self._lock:
            return _sum(_load(self._root / NAME), self._counts)

    def write(self) -> None:
        """Adds what was counted to what lies in the folder; another process that does so waits its turn."""
        with self._lock:
            self._written_s = time.monotonic()
            if not self._counts or not self._root.is_dir():
                return
            try:
                self._add()
            except (OSError, RenderError) as error:
                logger.warning("The uses of the cache could not be noted: %s", error)
            else:
                self._counts = {}

    def _add(self) -> None:
        with (self._root / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path = self._root / NAME
            summed = _sum(_load(path), self._counts)
            plain = {kind: [uses.hits, uses.misses] for kind, uses in sorted(summed.items())}
            with atomic_write(path) as temporary:
                temporary.write_text(json.dumps(plain), encoding="utf-8")


def _load(path: Path) -> dict[str, HitCount]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return {str(kind): HitCount(int(hits), int(misses)) for kind, (hits, misses) in plain.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _sum(one: dict[str, HitCount], other: dict[str, HitCount]) -> dict[str, HitCount]:
    return {kind: one.get(kind, HitCount()) + other.get(kind, HitCount()) for kind in {**one, **other}}
