"""What lies in the cache of finished parts, and what can be thrown away; workers may be at work meanwhile.

Everything in it is made again when it is missing, so that deleting costs time and nothing else.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from campaigns import rendering

LEFT_OVER_AFTER_S = 3600.0  # nobody writes one file for so long
IN_USE_S = 600.0  # a worker that has asked for a file reads it within this time
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", re.IGNORECASE)
Seen = Callable[[int, int], None]  # files looked at, files in all


@dataclass(frozen=True)
class Part:
    """One file of the cache; ``used_at`` in seconds since 1970."""

    path: Path
    kind: str
    size_bytes: int
    used_at: float

    @property
    def is_unfinished(self) -> bool:
        """Being written, or left by a worker that was killed."""
        return self.path.name.startswith(".")

    @property
    def is_left_over(self) -> bool:
        return self.is_unfinished and time.time() - self.used_at > LEFT_OVER_AFTER_S


@dataclass(frozen=True)
class KindOfPart:
    """All files of one kind."""

    name: str
    files: int
    size_bytes: int
    oldest_use_at: float
    newest_use_at: float


def parts(kind: str = "") -> list[Part]:
    """Every file, or those of one kind, longest unused first."""
    found = []
    for path in settings.RENDER_CACHE_DIR.glob(f"{kind or '[a-z]*'}/??/*"):
        with suppress(FileNotFoundError):  # a worker made room meanwhile
            status = path.stat()
            found.append(Part(path, path.parents[1].name, status.st_size, status.st_mtime))
    return sorted(found, key=lambda part: (part.used_at, part.path))


def kinds(found: Sequence[Part]) -> Iterator[KindOfPart]:
    """The same by kind, by name."""
    for name in sorted({part.kind for part in found}):
        own = [part for part in found if part.kind == name]  # still longest unused first
        size_bytes = sum(part.size_bytes for part in own)
        yield KindOfPart(name, len(own), size_bytes, own[0].used_at, own[-1].used_at)


def uses() -> dict[str, rendering.Uses]:
    """How often each kind was found and made, by all workers since the folder was made."""
    return rendering.store().uses()


def clear(kind: str = "") -> list[Part]:
    """Delete everything, or one kind; what is being written right now stays. Returns what went."""
    return _delete(part for part in parts(kind) if not part.is_unfinished or part.is_left_over)


def evict_to(size_bytes: int) -> list[Part]:
    """Delete what was longest unused until so much is left, but nothing of the last ten minutes."""
    found = parts()
    too_much = sum(part.size_bytes for part in found) - size_bytes
    going = []
    for part in found:
        if too_much <= 0 or time.time() - part.used_at < IN_USE_S:
            break
        going.append(part)
        too_much -= part.size_bytes
    return _delete(going)


def remove_damaged(seen: Seen) -> list[Part]:
    """Read every file to its end and delete those that cannot be, and what killed workers left."""
    found = parts()
    damaged = []
    for number, part in enumerate(found):
        seen(number, len(found))
        if part.is_left_over or (not part.is_unfinished and _is_damaged(part)):
            damaged.append(part)
    return _delete(damaged)


def bytes_of(size: str) -> int:
    """“10GB” as bytes. Raises ValueError."""
    found = _SIZE.fullmatch(size.strip())
    if not found:
        raise ValueError(f"{size!r} is not a size. Write a number and a unit, such as 10GB or 500MB.")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def size_words(size_bytes: int) -> str:
    """“1.2 GB”."""
    for unit in ("T", "G", "M", "K"):
        if size_bytes >= _UNITS[unit]:
            return f"{size_bytes / _UNITS[unit]:.1f} {unit}B".replace("K", "k")
    return f"{size_bytes} B"


def _is_damaged(part: Part) -> bool:
    try:
        return not rendering.is_readable(part.path)
    except FileNotFoundError:
        return False  # a worker made room meanwhile


def _delete(going: Iterator[Part] | Sequence[Part]) -> list[Part]:
    gone = []
    for part in going:
        part.path.unlink(missing_ok=True)
        gone.append(part)
    return gone
