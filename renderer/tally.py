"""How often the store had what was asked for: counted in memory, added up in its folder by every process."""

from __future__ import annotations

import fcntl
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from renderer.errors import RenderError
from renderer.files import whole_file

logger = logging.getLogger(__name__)

NAME = "uses.json"
_LOCK = ".uses.lock"
_EVERY_S = 10.0  # at least so often while a process counts


@dataclass(frozen=True)
class Uses:
    """How often a kind of file was ``found``, and how often it had to be ``made``."""

    found: int = 0
    made: int = 0

    @property
    def asked(self) -> int:
        return self.found + self.made

    @property
    def found_share(self) -> float:
        return self.found / self.asked if self.asked else 0.0

    def __add__(self, other: Uses) -> Uses:
        return Uses(self.found + other.found, self.made + other.made)


class Tally:
    """Counts uses of the store at ``root``. The file may be deleted at any time: counting starts anew.

    It is a help for people: where it cannot be read or written, nothing else suffers. What was counted is
    written from time to time, and when the tally's owner is forgotten.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._counted: dict[str, Uses] = {}
        self._lock = Lock()
        self._written_s = time.monotonic()

    def count(self, kind: str, *, found: bool) -> None:
        with self._lock:
            self._counted[kind] = self._counted.get(kind, Uses()) + (Uses(1, 0) if found else Uses(0, 1))
        if time.monotonic() - self._written_s > _EVERY_S:
            self.write()

    def read(self) -> dict[str, Uses]:
        """What lies in the folder and what this process has counted since it last wrote, by kind."""
        with self._lock:
            return _sum(_stored(self._root / NAME), self._counted)

    def write(self) -> None:
        """Adds what was counted to what lies in the folder; another process that does so waits its turn."""
        with self._lock:
            self._written_s = time.monotonic()
            if not self._counted or not self._root.is_dir():
                return
            try:
                self._add()
            except (OSError, RenderError) as error:
                logger.warning("The uses of the cache could not be noted: %s", error)
            else:
                self._counted = {}

    def _add(self) -> None:
        with (self._root / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path = self._root / NAME
            summed = _sum(_stored(path), self._counted)
            plain = {kind: [uses.found, uses.made] for kind, uses in sorted(summed.items())}
            with whole_file(path) as temporary:
                temporary.write_text(json.dumps(plain), encoding="utf-8")


def _stored(path: Path) -> dict[str, Uses]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return {str(kind): Uses(int(found), int(made)) for kind, (found, made) in plain.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _sum(one: dict[str, Uses], other: dict[str, Uses]) -> dict[str, Uses]:
    return {kind: one.get(kind, Uses()) + other.get(kind, Uses()) for kind in {**one, **other}}
