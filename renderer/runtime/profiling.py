"""Profiles a render: the time that each named span of the work takes. Costs next to nothing when off.

    with profile() as profiler:
        render_message(...)
    profiler.report()["compose"].cpu_s

A span is marked where its work is done, as a block or on a function: ``with span("draft"):``,
``@span("draft")``. Time inside a nested span counts for the inner one only, so the spans add up. Work in a
thread counts when the thread runs in a copy of the caller's context, as those of `runtime.prefetch` do.
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
class SpanTime:
    """What one span took without the spans inside it: wall and CPU seconds (of the threads that ran it,
    not of those that they started), calls, and frames where the span counts them."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    calls: int = 0
    frames: int = 0

    def __add__(self, other: SpanTime) -> SpanTime:
        return SpanTime(
            self.wall_s + other.wall_s,
            self.cpu_s + other.cpu_s,
            self.calls + other.calls,
            self.frames + other.frames,
        )


class Profiler:
    """Adds up spans from any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: dict[str, SpanTime] = {}

    def add(self, name: str, took: SpanTime) -> None:
        with self._lock:
            self._spans[name] = self._spans.get(name, SpanTime()) + took

    def report(self) -> dict[str, SpanTime]:
        """Span → time, in the order in which the spans first ended."""
        with self._lock:
            return dict(self._spans)


@dataclass
class _OpenSpan:
    """A span that has begun in this thread, and what the spans inside it have taken so far."""

    thread: int
    wall_s: float = field(default_factory=time.perf_counter)
    cpu_s: float = field(default_factory=time.thread_time)
    inner_wall_s: float = 0.0
    inner_cpu_s: float = 0.0


_profiler: ContextVar[Profiler | None] = ContextVar("stopwatch", default=None)
_outer: ContextVar[_OpenSpan | None] = ContextVar("running stage", default=None)


@contextmanager
def profile(profiler: Profiler | None = None) -> Iterator[Profiler]:
    """Collect the spans that run inside the block."""
    profiler = profiler or Profiler()
    token = _profiler.set(profiler)
    try:
        yield profiler
    finally:
        _profiler.reset(token)


class span(ContextDecorator):
    """A named part of the work, as a block or around a function; ``frames`` are added to its count."""

    def __init__(self, name: str, frames: int = 0) -> None:
        self._name, self._frames = name, frames
        self._began: _OpenSpan | None = None
        self._before: _OpenSpan | None = None

    def _recreate_cm(self) -> span:
        return span(self._name, self._frames)  # a decorated function may run in two threads at once

    def __enter__(self) -> None:
        if _profiler.get() is not None:
            self._before = _outer.get()
            self._began = _OpenSpan(threading.get_ident())
            _outer.set(self._began)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        began, profiler = self._began, _profiler.get()
        if began is None or profiler is None:
            return
        wall_s, cpu_s = time.perf_counter() - began.wall_s, time.thread_time() - began.cpu_s
        own = SpanTime(wall_s - began.inner_wall_s, cpu_s - began.inner_cpu_s, 1, self._frames)
        profiler.add(self._name, own)
        outer = self._before
        _outer.set(outer)
        if outer is not None and outer.thread == began.thread:  # another thread's time is its own
            outer.inner_wall_s += wall_s
            outer.inner_cpu_s += cpu_s
