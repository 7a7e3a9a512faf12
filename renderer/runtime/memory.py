"""How much is drawn at once: what the memory holds that is free now."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

_SHARE = 0.25  # of the free memory; encoding, measuring and other processes need the rest
_BYTES_MAX = 900_000_000  # a message of any length and size must not need more than a small machine has
_FRAMES_MIN, _FRAMES_MAX = 64, 320  # more at once is no faster on a CPU, and the first message comes later
_CGROUP = Path("/sys/fs/cgroup")

# Settings of glibc's malloc (malloc.h): how many heaps its threads share, and what goes back when freed.
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
_HEAPS_MAX, _RETURNED_FROM_BYTES = 2, 8 * 2**20


@lru_cache(maxsize=1)
def return_freed_memory() -> bool:
    """Ask the C library to return large blocks when they are freed; False where it knows no such setting.

    By itself it gives each thread a heap of its own and keeps there what was freed: with a dozen threads
    that is more than a message needs.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(_ARENA_MAX, _HEAPS_MAX) and mallopt(_MMAP_THRESHOLD, _RETURNED_FROM_BYTES))
    return False


def count_frames_that_fit(frame_bytes: int) -> int:
    """Frames to draw together when each takes this much memory."""
    free = read_free_memory_bytes()
    if free is None:
        return _FRAMES_MIN
    room = min(_SHARE * free, _BYTES_MAX)
    return max(_FRAMES_MIN, min(_FRAMES_MAX, int(room / frame_bytes)))


def read_free_memory_bytes() -> int | None:
    """What this process may still take, by the machine and by its container; None where nobody tells."""
    known = [room for room in (_read_machine_free(), _read_container_free()) if room is not None]
    return min(known, default=None)


def _read_machine_free() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _read_container_free() -> int | None:
    with suppress(OSError, ValueError):
        limit, used = ((_CGROUP / name).read_text() for name in ("memory.max", "memory.current"))
        return max(int(limit) - int(used), 0)
    return None
