"""Where a render spends its time, by stage. Costs next to nothing where nobody listens.

    with timing() as watch:
        render_message(...)
    watch.report()["compose"].cpu_s

A stage is marked where its work is done, as a block or on a function: ``with stage("draft"):``,
``@stage("draft")``. What a stage spends inside another one counts for the inner one only, so the
stages add up. Work in a thread counts when the thread runs in a copy of the caller's context, as
those of `renderer.video.ahead` do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(frozen=True)
class StageTime:
    """What one stage took without the stages inside it: wall and CPU seconds (of the threads that ran it,
    not of those that they started), calls, and frames where the stage counts them."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    calls: int = 0
    frames: int = 0

    def __add__(self, other: StageTime) -> StageTime:
        return StageTime(
            self.wall_s + other.wall_s,
            self.cpu_s + other.cpu_s,
            self.calls + other.calls,
            self.frames + other.frames,
        )


class Stopwatch:
    """Adds up stages from any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stages: dict[str, StageTime] = {}

    def add(self, name: str, took: StageTime) -> None:
        with self._lock:
            self._stages[name] = self._stages.get(name, StageTime()) + took

    def report(self) -> dict[str, StageTime]:
        """Stage → time, in the order in which the stages first ended."""
        with self._lock:
            return dict(self._stages)


@dataclass
class _Running:
    """A stage that has begun in this thread, and what the stages inside it have taken so far."""

    thread: int
    wall_s: float = field(default_factory=time.perf_counter)
    cpu_s: float = field(default_factory=time.thread_time)
    inner_wall_s: float = 0.0
    inner_cpu_s: float = 0.0


_watch: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)
_outer: ContextVar[_Running | None] = ContextVar("running stage", default=None)


@contextmanager
def timing(watch: Stopwatch | None = None) -> Iterator[Stopwatch]:
    """Listen to the stages that run inside the block."""
    watch = watch or Stopwatch()
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


class stage(ContextDecorator):
    """A named part of the work, as a block or around a function; ``frames`` are added to its count."""

    def __init__(self, name: str, frames: int = 0) -> None:
        self._name, self._frames = name, frames
        self._began: _Running | None = None
        self._before: _Running | None = None

    def _recreate_cm(self) -> stage:
        return stage(self._name, self._frames)  # a decorated function may run in two threads at once

    def __enter__(self) -> None:
        if _watch.get() is not None:
            self._before = _outer.get()
            self._began = _Running(threading.get_ident())
            _outer.set(self._began)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        began, watch = self._began, _watch.get()
        if began is None or watch is None:
            return
        wall_s, cpu_s = time.perf_counter() - began.wall_s, time.thread_time() - began.cpu_s
        own = StageTime(wall_s - began.inner_wall_s, cpu_s - began.inner_cpu_s, 1, self._frames)
        watch.add(self._name, own)
        outer = self._before
        _outer.set(outer)
        if outer is not None and outer.thread == began.thread:  # another thread's time is its own
            outer.inner_wall_s += wall_s
            outer.inner_cpu_s += cpu_s
