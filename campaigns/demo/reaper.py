"""Ends process groups whose starter died without ending them itself: ``python -m campaigns.demo.reaper``.

The starter holds the other end of this process's stdin and writes the group's id for each child. When the
end closes without the line ``done``, however the starter died, the groups are told to stop, then killed.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

DONE = "done"
GRACE_S = 8.0
_LOOK_EVERY_S = 0.1


def read_groups(lines: Iterable[str]) -> list[int]:
    """Read the groups from stdin; none when the starter wrote that it has ended them."""
    entries = [line.strip() for line in lines]
    return [] if DONE in entries else [int(line) for line in entries if line.isdigit()]


def end_groups(groups: Iterable[int], grace_s: float = GRACE_S) -> None:
    """Ask every process in these groups to stop, and kill what is left after ``grace_s``."""
    left = list(groups)
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = [group for group in left if _signal_group(group, number)]
        deadline = time.monotonic() + grace_s
        while left and number == signal.SIGTERM and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY_S)
            left = [group for group in left if _signal_group(group, 0)]


def _signal_group(group: int, number: int) -> bool:
    """Whether the group still has a process."""
    with suppress(ProcessLookupError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # it ends when its starter does
    end_groups(read_groups(sys.stdin))
