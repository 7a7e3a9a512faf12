"""Keeps the notes that the trackers' native libraries write off a person's terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Quiet:
    """Silences file descriptor 2, to which the tracker's native libraries write whatever their log level.

    Several threads may want silence at once: the first one turns it on, the last one off.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._wanted = 0
        self._kept = -1

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            self._wanted += 1
            if self._wanted == 1:
                self._kept = os.dup(2)
                self._redirect(os.open(os.devnull, os.O_WRONLY))
        try:
            yield
        finally:
            with self._lock:
                self._wanted -= 1
                if self._wanted == 0:
                    self._redirect(self._kept)

    @staticmethod
    def _redirect(target: int) -> None:
        os.dup2(target, 2)
        os.close(target)


quiet = _Quiet()
