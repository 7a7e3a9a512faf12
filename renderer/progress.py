"""Progress reporting: long work reports how far it is, and the listener may stop it there."""

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


def ignore_progress(step: Step) -> None:
    """A progress listener that does nothing, for work that nobody watches."""
