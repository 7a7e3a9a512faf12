"""How far the engine's own commands are, on one line of a terminal."""

from __future__ import annotations

import time
from typing import TextIO

from renderer.progress import Step


class ProgressLine:
    """One line on a terminal: stage, share, seconds left. Silent where nobody watches."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stage = ""
        self._began = 0.0
        self._drawn = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.stage != self._stage:
            self._stage, self._began = step.stage, now
        elif now - self._drawn < 0.2 and step.done < step.total:
            return
        self._drawn = now
        self._stream.write(f"\r\x1b[K{self._format(step, now)}")
        self._stream.flush()

    def close(self) -> None:
        self._stream.write("\r\x1b[K")

    def _format(self, step: Step, now: float) -> str:
        share = step.done / step.total if step.total else 0.0
        left = (now - self._began) * (1 - share) / share if share > 0.02 else None
        eta = "" if left is None else f", about {left:.0f} s left"
        return f"{step.stage}: {share:.0%}{eta}"
