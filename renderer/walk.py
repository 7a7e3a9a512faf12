"""An endless run over a take's frames, without a visible jump."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PathFrame:
    """One shown frame: ``take[a] * (1 - mix) + take[b] * mix``; ``mix`` is 0 except inside a jump."""

    a: int
    b: int
    mix: float
