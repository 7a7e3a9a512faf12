"""Messages that are made together: which segments they share, what is reserved, who failed, who waits.

One thread draws while another one encodes and measures what was drawn before. Segments that another
process is already making are left to it and fetched at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from renderer.config import EngineConfig
from renderer.errors import Cancelled
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import load_presenter
from renderer.progress import Progress, Step
from renderer.render.context import RenderContext
from renderer.render.encode import RenderedSegment
from renderer.render.job import MessageJob, MessageResult
from renderer.render.plan import PlannedMessage
from renderer.render.segment import SpokenSegment
from renderer.runtime.memory import count_frames_that_fit
from renderer.runtime.store import Reservation, Store


class Batch:
    """``frames_at_once`` bounds what is drawn together; without it, as much as the memory holds that is free
    now. It changes no byte."""

    def __init__(self, store: Store, frames_at_once: int | None = None) -> None:
        self._store, self._frames_at_once = store, frames_at_once
        self._contexts: dict[tuple[Path, Path, EngineConfig], RenderContext] = {}
        self._waiting: list[PlannedMessage] = []
        self._segments: dict[str, SpokenSegment] = {}
        self._needed_by: dict[str, list[PlannedMessage]] = {}
        self._rendered: dict[str, RenderedSegment] = {}
        self._reserved: dict[str, Reservation] = {}
        self._errors: dict[PlannedMessage, Exception] = {}
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._encoding: list[tuple[int, Future[None]]] = []
        self._takes = ExitStack()
        self._charged_s = time.monotonic()

    def __enter__(self) -> Batch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as ending:  # from the last to the first
            ending.callback(self._store.save_hit_counts)
            ending.callback(self._takes.close)
            ending.callback(self._release_all)
            ending.callback(self._encoder.shutdown, cancel_futures=True)

    # --- what is to be made ---

    def open_context(self, job: MessageJob) -> RenderContext:
        """The presenter's, opened once for all its messages. Raises RenderError."""
        presenter, key = load_presenter(job.presenter), (job.presenter, job.take, job.config)
        if key not in self._contexts:
            take = self._takes.enter_context(LazyTake(job.take, presenter))
            self._contexts[key] = RenderContext(presenter, take, self._store, job.config)
        return self._contexts[key]

    def add(self, message: PlannedMessage) -> None:
        """A message whose segments are to be made; those that it shares are made once."""
        self._waiting.append(message)
        for segment in message.segments:
            self._segments.setdefault(segment.key, segment)
            self._needed_by.setdefault(segment.key, []).append(message)

    def form_groups(
        self, find: Callable[[RenderContext, SpokenSegment], RenderedSegment | None]
    ) -> Iterator[list[SpokenSegment]]:
        """Reserved segments of one context, as many as are drawn together. ``find`` looks a segment up in the
        store first."""
        group: list[SpokenSegment] = []
        for segment in self._segments.values():
            if not self.is_wanted(segment) or self._look_up(segment, find) or not self._reserve(segment):
                continue
            context = self.find_context(segment)
            frames = sum(len(one.path) for one in (*group, segment))
            if group and (
                context is not self.find_context(group[0]) or frames > self.count_frames_at_once(context)
            ):
                yield group
                group = []
            group.append(segment)
        if group:
            yield group

    def find_left_to_others(self) -> Iterator[SpokenSegment]:
        """Segments that another process was making when this one came by."""
        return (segment for segment in self._segments.values() if self.is_wanted(segment))

    # --- one segment ---

    def find_context(self, segment: SpokenSegment) -> RenderContext:
        return self._needed_by[segment.key][0].context

    def count_frames_at_once(self, context: RenderContext) -> int:
        """How many frames are drawn together, and how many drawn ones may wait to be encoded."""
        return self._frames_at_once or count_frames_that_fit(context.frame_bytes)

    def is_wanted(self, segment: SpokenSegment) -> bool:
        """Whether it is still to be made, for a message that goes on."""
        if segment.key in self._rendered:
            return False
        return any(message not in self._errors for message in self._needed_by[segment.key])

    def make_progress(self, segment: SpokenSegment) -> Progress:
        """Passes progress on to every message that needs the segment; raises Cancelled when none does."""

        def report(step: Step) -> None:
            for message in self._needed_by[segment.key]:
                self.report(message, step.stage, step.done)
            if not self.is_wanted(segment):
                raise Cancelled

        return report

    def attempt(self, segment: SpokenSegment, make: Callable[[], RenderedSegment]) -> None:
        """Its fault ends the messages that need it, and no other one."""
        try:
            self._rendered[segment.key] = make()
        except Exception as error:
            self.fail(segment, error)

    def fail(self, segment: SpokenSegment, error: Exception) -> None:
        for message in self._needed_by[segment.key]:
            self._errors.setdefault(message, error)

    def write(self, segment: SpokenSegment, write: Callable[[Path], None]) -> Path:
        """The reserved segment's file in the store. Raises what ``write`` raises."""
        return self._reserved[segment.key].make(".mp4", write)

    def release(self, segment: SpokenSegment) -> None:
        self._reserved[segment.key].release()

    # --- encoding behind the drawing ---

    def encode_behind(self, segment: SpokenSegment, task: Callable[[], None]) -> None:
        """Run a task in the encoding thread, after those before it."""
        future = self._encoder.submit(copy_context().run, task)
        self._encoding.append((len(segment.path), future))

    def wait_for_encoding(self, frames: int = 0) -> None:
        """Until no more than this many drawn frames wait to be encoded."""
        while self._encoding and sum(count for count, _ in self._encoding) > frames:
            self._encoding.pop(0)[1].result()

    # --- one message ---

    def pop_finished(self) -> Iterator[PlannedMessage]:
        """Messages that have all their segments, or an error; each comes once."""
        for message in list(self._waiting):
            if message in self._errors or all(one.key in self._rendered for one in message.segments):
                self._waiting.remove(message)
                yield message

    def find_error(self, message: PlannedMessage) -> Exception | None:
        return self._errors.get(message)

    def report(self, message: PlannedMessage, stage: str, frames: int) -> None:
        """Tells the listener; what it raises ends this message only."""
        if message in self._errors:
            return
        done = sum(len(one.path) for one in message.segments if one.key in self._rendered)
        try:
            message.job.progress(Step(stage, done + frames, message.frames))
        except Exception as error:  # Cancelled, as a rule; the others go on
            self._errors[message] = error

    def list_rendered(self, message: PlannedMessage) -> list[RenderedSegment]:
        """The segments; the first message that needs one pays for it."""
        parts = [(self._rendered[one.key], self._needed_by[one.key][0]) for one in message.segments]
        return [replace(part, cached=part.cached or payer is not message) for part, payer in parts]

    def charge(self, join: Callable[[float], MessageResult]) -> MessageResult:
        """``join`` gets the seconds of work since the last message was finished; that message is paid for."""
        work_s = time.monotonic() - self._charged_s
        result = join(work_s)
        self._charged_s += work_s
        return result

    def find_deleted(self, message: PlannedMessage) -> list[SpokenSegment]:
        """Finished segments that somebody deleted before they were joined."""
        return [one for one in message.segments if not self._rendered[one.key].path.exists()]

    def _look_up(
        self, segment: SpokenSegment, find: Callable[[RenderContext, SpokenSegment], RenderedSegment | None]
    ) -> bool:
        try:
            found = find(self.find_context(segment), segment)
        except Exception as error:
            self.fail(segment, error)
            return True
        if found is not None:
            self._rendered[segment.key] = found
        return found is not None

    def _reserve(self, segment: SpokenSegment) -> bool:
        reservation = self._store.reserve("segment", segment.key)
        if reservation is not None:
            self._reserved[segment.key] = reservation
        return reservation is not None

    def _release_all(self) -> None:
        for reservation in self._reserved.values():
            reservation.release()
