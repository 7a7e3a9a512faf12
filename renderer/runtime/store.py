"""A content-addressed cache: files named by a hash of what went into them.

Any number of processes may use one folder at once, and any of it may be deleted at any time:
what is missing is made again. Nothing in it is ever changed in place.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from renderer.runtime.atomic_files import atomic_write, explain_disk_errors
from renderer.runtime.hit_counters import HitCount, HitCounters
from renderer.runtime.used_parts import note_part

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

_LOCKS = "locks"
_KIND = re.compile(r"[a-z][a-z0-9-]*")
_SUFFIX = re.compile(r"(\.[A-Za-z0-9]+)+")
# Evict below the bound, so that a full store does not delete on every write.
_EVICT_TO = 0.9
# The whole store is scanned again only after this share of its bound was written.
_SCAN_SHARE = 0.01
_unscanned_bytes: dict[Path, int] = {}  # written by this process since its last scan
# A render holds the paths of its segments for a while before it joins them.
_GRACE_S = 600.0
_ATTEMPTS = 3


def name_part(kind: str, key: str) -> str:
    """Where a part lies in a store, without its suffix."""
    name = hashlib.sha256(key.encode()).hexdigest()
    return f"{kind}/{name[:2]}/{name}"


@dataclass(frozen=True)
class StoreStats:
    """What lies in the store now."""

    files: int
    size_bytes: int


class Store:
    """Files under ``root/kind/``, found by a content key (any string; see ``config.fingerprint``).

    ``max_bytes`` bounds the whole store: the files longest unused are deleted first, but none
    that was used in the last ten minutes, so a returned path can be read in peace.
    """

    def __init__(self, root: Path, max_bytes: int | None = None) -> None:
        self.root = root
        self.max_bytes = max_bytes
        self._counters = HitCounters(root)
        weakref.finalize(self, self._counters.write)

    def get(self, kind: str, key: str) -> Path | None:
        """The file for a key, marked as used now; None when it was never made or was deleted."""
        stem = self._stem(kind, key)
        for path in stem.parent.glob(f"{stem.name}.*"):
            with suppress(OSError):
                os.utime(path)
            if path.exists():
                self._counters.count(kind, hit=True)
                return path
        return None

    def peek(self, kind: str, key: str) -> Path | None:
        """The file for a key, which neither counts nor marks it as used: nothing is written."""
        stem = self._stem(kind, key)
        return next(stem.parent.glob(f"{stem.name}.*"), None)

    def make(self, kind: str, key: str, suffix: str, write: Callable[[Path], None]) -> tuple[Path, bool]:
        """The file for a key and whether it was there already; ``write`` makes it at a temporary path.

        Of all processes that want one key, one writes and the others wait for it; when it dies or
        fails, the next one writes. Raises what ``write`` raises, RenderError when the disk is full.
        """
        found = self.get(kind, key)
        if found is not None:
            return found, True
        with self._lock(kind, key):
            found = self.get(kind, key)
            if found is not None:
                return found, True
            return self.write(kind, key, suffix, write), False

    def write(self, kind: str, key: str, suffix: str, write: Callable[[Path], None]) -> Path:
        """Write the file for a key, whoever else may be writing it: the last one stays."""
        if not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"the suffix {suffix!r} does not look like '.mp4'")
        path = self._stem(kind, key).with_suffix(suffix)
        _write_atomically(path, write)
        self._counters.count(kind, hit=False)
        with suppress(FileNotFoundError):
            self._evict(path.stat().st_size)
        return path

    def use(
        self, kind: str, key: str, suffix: str, write: Callable[[Path], None], read: Callable[[Path], Value]
    ) -> Value:
        """What ``read`` makes of the file for a key, made and read again when somebody deletes it between."""
        for attempt in range(1, _ATTEMPTS + 1):
            path, _ = self.make(kind, key, suffix, write)
            try:
                return read(path)
            except FileNotFoundError:
                if attempt == _ATTEMPTS or path.exists():
                    raise
        raise AssertionError("unreachable")

    def reserve(self, kind: str, key: str) -> Reservation | None:
        """The sole right to make a file that is not there, or None while somebody else has it.

        For work that makes many files at once: what others make already can be left to them.
        """
        path = self._lock_path(kind, key)
        while True:
            lock = self._open_lock(path)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                return None
            if _is_same_file(path, lock):
                return Reservation(self, kind, key, path, lock)
            lock.close()

    def stats(self) -> StoreStats:
        """How many files lie here and how much room they take."""
        sizes = [size for _, size, _ in self._entries()]
        return StoreStats(len(sizes), sum(sizes))

    def stats_by_kind(self) -> dict[str, StoreStats]:
        """The same for each kind of file, by name."""
        found: dict[str, list[int]] = {}
        for _, size, path in self._entries():
            found.setdefault(path.parents[1].name, []).append(size)
        return {kind: StoreStats(len(sizes), sum(sizes)) for kind, sizes in sorted(found.items())}

    def read_hit_counts(self) -> dict[str, HitCount]:
        """Hits and misses of each kind of file, counted over all processes."""
        return self._counters.read()

    def save_hit_counts(self) -> None:
        """Add what this store counted since the last time to the counts in the folder."""
        self._counters.write()

    def _stem(self, kind: str, key: str) -> Path:
        if not _KIND.fullmatch(kind) or kind == _LOCKS:
            raise ValueError(f"the kind {kind!r} is not a plain lower-case word")
        name = name_part(kind, key)
        note_part(name)
        return self.root / name

    @contextmanager
    def _lock(self, kind: str, key: str) -> Iterator[None]:
        # The system frees a lock when its process ends, however it ends.
        path = self._lock_path(kind, key)
        while True:
            with self._open_lock(path) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not _is_same_file(path, lock):
                    continue  # deleted while we waited: a lock on a nameless file keeps nobody out
                try:
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return

    def _lock_path(self, kind: str, key: str) -> Path:
        return self.root / _LOCKS / f"{kind}-{self._stem(kind, key).name}"

    def _open_lock(self, path: Path) -> BufferedWriter:
        while True:
            with explain_disk_errors(self.root):
                path.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):  # the folder was deleted in between
                    return path.open("ab")

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(last used, size in bytes, path) of every file, left-over temporary ones included."""
        entries = []
        for path in self.root.glob("[a-z]*/??/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
        return entries

    def _is_time_to_scan(self, written_bytes: int) -> bool:
        """Looking at every file of a large store takes longer than writing one: not at every write."""
        assert self.max_bytes is not None
        unscanned = _unscanned_bytes.get(self.root)
        is_due = unscanned is None or unscanned + written_bytes > _SCAN_SHARE * self.max_bytes
        _unscanned_bytes[self.root] = 0 if is_due else (unscanned or 0) + written_bytes
        return is_due

    def _evict(self, written_bytes: int) -> None:
        if self.max_bytes is None or not self._is_time_to_scan(written_bytes):
            return
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        if total <= self.max_bytes:
            return
        used_before = time.time() - _GRACE_S
        for used, size, path in entries:
            if total <= self.max_bytes * _EVICT_TO or used > used_before:
                break
            path.unlink(missing_ok=True)
            total -= size
        logger.info("evicted files until %d bytes were left in %s", total, self.root)


class Reservation:
    """Held until released, or until this process ends; also a context."""

    def __init__(self, store: Store, kind: str, key: str, path: Path, lock: BufferedWriter) -> None:
        self._store, self._kind, self._key = store, kind, key
        self._path, self._lock = path, lock

    def __enter__(self) -> Reservation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def make(self, suffix: str, write: Callable[[Path], None]) -> Path:
        """Write the file, unless it is there by now. Raises what ``write`` raises."""
        found = self._store.get(self._kind, self._key)
        return found or self._store.write(self._kind, self._key, suffix, write)

    def release(self) -> None:
        if not self._lock.closed:
            self._path.unlink(missing_ok=True)
            self._lock.close()


def _write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with atomic_write(path) as temporary:
                write(temporary)
            return
        except FileNotFoundError:
            # Somebody emptied the store under us; anything else is the writer's own trouble.
            if attempt == _ATTEMPTS or path.parent.exists():
                raise


def _is_same_file(path: Path, lock: BufferedWriter) -> bool:
    try:
        return path.stat().st_ino == os.fstat(lock.fileno()).st_ino
    except FileNotFoundError:
        return False
