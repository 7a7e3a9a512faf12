"""A content-addressed cache: files named by a hash of what went into them.

Any number of processes may use one folder at once, and any of it may be deleted at any time:
what is missing is made again. Nothing in it is ever changed in place.

A file's name ends with a digest of its content, which is compared at every use: what a bad disk, a cut-off
copy or a person changed is deleted and made again. Files of versions up to 0.6 have none and are taken as
they are.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import re
import secrets
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from renderer.runtime.atomic_files import explain_disk_errors, read_system_error
from renderer.runtime.hit_counters import HitCount, HitCounters
from renderer.runtime.used_parts import note_part

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

_LOCKS = "locks"
_KIND = re.compile(r"[a-z][a-z0-9-]*")
_DIGEST_BYTES = 16
_NAMED = re.compile(r"^[0-9a-f]{64}\.d([0-9a-f]{32})\.")
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
        for path in self._find(kind, key):
            with suppress(OSError):
                os.utime(path)
            if _is_whole(path):
                self._counters.count(kind, hit=True)
                return path
        return None

    def peek(self, kind: str, key: str) -> Path | None:
        """The file for a key, which neither counts nor marks it as used: nothing is written."""
        return next((path for path in self._find(kind, key) if _is_whole(path)), None)

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
        path = _write_atomically(self._stem(kind, key), suffix, write)
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

    def _find(self, kind: str, key: str) -> list[Path]:
        stem = self._stem(kind, key)
        return sorted(stem.parent.glob(f"{stem.name}.*"))

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


def is_whole(path: Path) -> bool:
    """Whether a file of a store has the content that its name tells of; True where the name tells of none."""
    named = _NAMED.search(path.name)
    with path.open("rb") as file:
        return named is None or named[1] == _compute_digest(file)


def _is_whole(path: Path) -> bool:
    """The same; a file that is not whole is deleted, so that the next one who wants it makes it."""
    try:
        if is_whole(path):
            return True
        path.unlink(missing_ok=True)
    except FileNotFoundError:  # somebody emptied the store under us
        return False
    logger.warning("%s was damaged on the disk; it is made again", path)
    return False


def _compute_digest(file: BufferedReader) -> str:
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()


def _write_atomically(stem: Path, suffix: str, write: Callable[[Path], None]) -> Path:
    """Write a file that appears whole, under its name with its digest, or not at all."""
    for attempt in range(1, _ATTEMPTS + 1):
        written = False
        folder = None
        temporary = stem.with_name(f".{stem.name}.{secrets.token_hex(6)}.part{suffix}")
        with explain_disk_errors(stem.parent):
            try:
                stem.parent.mkdir(parents=True, exist_ok=True)
                folder = stem.parent.stat().st_ino
                write(temporary)
                written = True
                with temporary.open("rb") as file:
                    path = stem.with_name(f"{stem.name}.d{_compute_digest(file)}{suffix}")
                temporary.replace(path)
                return path
            except Exception as error:
                emptied = written or not _is_folder(stem.parent, folder)
                if read_system_error(error) != errno.ENOENT or not emptied or attempt == _ATTEMPTS:
                    raise  # the writer's own trouble, or the store is emptied again and again
            finally:
                temporary.unlink(missing_ok=True)
    raise AssertionError("unreachable")


def _is_folder(path: Path, number: int | None) -> bool:
    """Whether a folder is still the one that had this number of the disk."""
    try:
        return path.stat().st_ino == number
    except FileNotFoundError:
        return False


def _is_same_file(path: Path, lock: BufferedWriter) -> bool:
    try:
        return path.stat().st_ino == os.fstat(lock.fileno()).st_ino
    except FileNotFoundError:
        return False
