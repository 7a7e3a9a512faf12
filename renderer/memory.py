"""How much is drawn at once: what the memory holds that is free now."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_SHARE = 0.25  # of the free memory; encoding, measuring and other processes need the rest
_MOST_BYTES = 900_000_000  # a message of any length and size must not need more than a small machine has
_LEAST_FRAMES, _MOST_FRAMES = 64, 320  # more at once is no faster on a CPU, and the first message comes later
_CGROUP = Path("/sys/fs/cgroup")


def frames_that_fit(frame_bytes: int) -> int:
    """Frames to draw together when each takes this much memory."""
    free = free_memory_bytes()
    if free is None:
        return _LEAST_FRAMES
    room = min(_SHARE * free, _MOST_BYTES)
    return max(_LEAST_FRAMES, min(_MOST_FRAMES, int(room / frame_bytes)))


def free_memory_bytes() -> int | None:
    """What this process may still take, by the machine and by its container; None where nobody tells."""
    known = [room for room in (_machine_free(), _container_free()) if room is not None]
    return min(known, default=None)


def _machine_free() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _container_free() -> int | None:
    with suppress(OSError, ValueError):
        limit, used = ((_CGROUP / name).read_text() for name in ("memory.max", "memory.current"))
        return max(int(limit) - int(used), 0)
    return None
