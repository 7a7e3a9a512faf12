"""The files of the render cache: list, delete and check them, also while workers run.

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

from campaigns import engine

LEFT_OVER_AFTER_S = 3600.0  # nobody writes one file for so long
IN_USE_S = 600.0  # a worker that has asked for a file reads it within this time
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", re.IGNORECASE)
FileCallback = Callable[[int, int], None]  # files looked at, files in all


@dataclass(frozen=True)
class CachedFile:
    """One file of the render cache. ``used_at`` is in seconds since 1970."""

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
class KindSummary:
    """All files of one kind."""

    name: str
    files: int
    size_bytes: int
    oldest_use_at: float
    newest_use_at: float


def list_files(kind: str = "") -> list[CachedFile]:
    """Every file, or those of one kind, longest unused first."""
    files = []
    for path in settings.RENDER_CACHE_DIR.glob(f"{kind or '[a-z]*'}/??/*"):
        with suppress(FileNotFoundError):  # a worker made room meanwhile
            status = path.stat()
            files.append(CachedFile(path, path.parents[1].name, status.st_size, status.st_mtime))
    return sorted(files, key=lambda file: (file.used_at, file.path))


def summarize_kinds(files: Sequence[CachedFile]) -> Iterator[KindSummary]:
    """The same by kind, by name."""
    for name in sorted({file.kind for file in files}):
        own = [file for file in files if file.kind == name]  # still longest unused first
        size_bytes = sum(file.size_bytes for file in own)
        yield KindSummary(name, len(own), size_bytes, own[0].used_at, own[-1].used_at)


def load_use_counts() -> dict[str, engine.HitCount]:
    """How often each kind was found and made, by all workers since the folder was made."""
    return engine.open_store().read_hit_counts()


def clear(kind: str = "") -> list[CachedFile]:
    """Delete everything, or one kind; what is being written right now stays. Returns what went."""
    return _delete(file for file in list_files(kind) if not file.is_unfinished or file.is_left_over)


def evict_to(size_bytes: int) -> list[CachedFile]:
    """Delete what was longest unused until so much is left, but nothing of the last ten minutes."""
    files = list_files()
    too_much = sum(file.size_bytes for file in files) - size_bytes
    going = []
    for file in files:
        if too_much <= 0 or time.time() - file.used_at < IN_USE_S:
            break
        going.append(file)
        too_much -= file.size_bytes
    return _delete(going)


def remove_damaged(on_file: FileCallback) -> list[CachedFile]:
    """Read every file to its end and delete those that cannot be, and what killed workers left."""
    files = list_files()
    damaged = []
    for number, file in enumerate(files):
        on_file(number, len(files))
        if file.is_left_over or (not file.is_unfinished and _is_damaged(file)):
            damaged.append(file)
    return _delete(damaged)


def parse_size(size: str) -> int:
    """“10GB” as bytes. Raises ValueError."""
    found = _SIZE.fullmatch(size.strip())
    if not found:
        raise ValueError(f"{size!r} is not a size. Write a number and a unit, such as 10GB or 500MB.")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def format_size(size_bytes: int) -> str:
    """“1.2 GB”."""
    for unit in ("T", "G", "M", "K"):
        if size_bytes >= _UNITS[unit]:
            return f"{size_bytes / _UNITS[unit]:.1f} {unit}B".replace("K", "k")
    return f"{size_bytes} B"


def _is_damaged(file: CachedFile) -> bool:
    try:
        return not engine.is_readable(file.path)
    except FileNotFoundError:
        return False  # a worker made room meanwhile


def _delete(going: Iterator[CachedFile] | Sequence[CachedFile]) -> list[CachedFile]:
    gone = []
    for file in going:
        file.path.unlink(missing_ok=True)
        gone.append(file)
    return gone
