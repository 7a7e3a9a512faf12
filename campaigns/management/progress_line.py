"""One line on a terminal that is written over; plain lines, now and then, where nobody watches."""

from __future__ import annotations

import time
from typing import Any

BAR_CELLS = 24
LOGGED_EVERY_S = 5.0  # into a file or a pipe


class ProgressLine:
    """``stream``: a command's stdout. ``show`` may be called as often as one likes."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_terminal = bool(getattr(stream, "isatty", lambda: False)())
        self._drawn_at = -LOGGED_EVERY_S
        self._label = ""

    def show(self, label: str, fraction: float, seconds_left: float | None = None) -> None:
        """``label`` says what is done now, ``fraction`` 0..1 how far everything is."""
        now = time.monotonic()
        if self._is_terminal and now - self._drawn_at < 0.15:
            return
        if not self._is_terminal and (label == self._label or now - self._drawn_at < LOGGED_EVERY_S):
            return
        self._drawn_at, self._label = now, label
        text = f"{format_bar(fraction)} {fraction:4.0%}  {label}{format_eta(seconds_left)}"
        self._write(f"\r\x1b[K{text[:150]}" if self._is_terminal else f"{text}\n")

    def close(self) -> None:
        """Leave an empty line for what is printed next."""
        if self._is_terminal:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        self._stream.write(text, ending="")
        self._stream.flush()


def format_bar(fraction: float) -> str:
    full = round(BAR_CELLS * min(max(fraction, 0.0), 1.0))
    return "█" * full + "░" * (BAR_CELLS - full)


def format_eta(seconds_left: float | None) -> str:
    """“, about 40 s left”; empty where nothing is known yet."""
    if seconds_left is None:
        return ""
    if seconds_left < 100:
        return f", about {max(5, round(seconds_left / 5) * 5)} s left"
    return f", about {round(seconds_left / 60)} min left"
