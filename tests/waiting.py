"""Waiting for what other processes do. The only place where tests look again and again.

A test first waits for a real event where there is one: the end of a process, a line on its output, a lock.
A row that another process writes and a process that is nobody's child send none, so these are looked at
until they are as they should be, and a test that waits too long fails with what it waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

_PAUSE_S = 0.02  # between two looks: short beside all that is waited for, and leaves the core to others


def looks(
    seconds: float, what: str, *, pause: Callable[[float], object] = time.sleep, pause_s: float = _PAUSE_S
) -> Iterator[None]:
    """One turn for each look at something; fails when it is wanted for longer than ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        yield
        assert time.monotonic() < end, f"waited {seconds:g} s for {what}"
        pause(pause_s)


def wait_until(
    true: Callable[[], object], seconds: float, what: str, *, pause: Callable[[float], object] = time.sleep
) -> None:
    """Come back as soon as ``true`` is; fail when it is not within ``seconds``."""
    for _ in looks(seconds, what, pause=pause):
        if true():
            return
