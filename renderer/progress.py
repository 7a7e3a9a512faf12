"""Long work tells how far it is, and learns there whether to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """``done`` of ``total`` units of ``stage`` (a plain noun phrase, such as "tracking the face")."""

    stage: str
    done: int
    total: int


# Called often; raises renderer.errors.Cancelled to stop the work between two units.
Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """The progress listener for work that nobody watches."""
