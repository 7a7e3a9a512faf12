"""Several messages at once: what they share is made once, what differs is drawn in shared forward passes.

One thread draws while another one encodes and measures what was drawn before. Segments that another
process is already making are left to it and fetched at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from renderer.config import EngineConfig
from renderer.errors import Cancelled, RenderError
from renderer.lines import Mouths
from renderer.memory import frames_that_fit, give_back_freed_memory
from renderer.messages import MessageJob, MessageResult, PlannedMessage, finish, planned
from renderer.mouth.presenter import Presenter, load_presenter
from renderer.progress import Progress, Step, silent
from renderer.segments import RenderedSegment, SegmentRenderer, SegmentWork
from renderer.store import Reservation, Store
from renderer.takes import OpenTake

_JOINS = 3  # a segment that was deleted before it was joined is made again
Outcome = MessageResult | Exception


@dataclass(frozen=True, eq=False)
class Order:
    """A message to make at ``out_stem`` (.mp4, .jpg and .vtt are appended), and who watches it.

    When ``progress`` raises, this message is given up with that error; the others go on.
    """

    job: MessageJob
    out_stem: Path
    progress: Progress = silent


def render_batch(
    orders: Sequence[Order], store: Store, frames_at_once: int | None = None
) -> Iterator[tuple[Order, Outcome]]:
    """Make messages together; each comes out as soon as it is finished, or with the error that ended it.

    No message's error touches another one. ``frames_at_once`` bounds what is drawn together; without it, as
    much as the memory holds that is free now. It changes no byte.
    """
    give_back_freed_memory()
    with ExitStack() as stack:
        stack.callback(store.note_uses)
        yield from _Batch(store, stack, frames_at_once).run(orders)


@dataclass(eq=False)
class _Message:
    """An order on its way."""

    order: Order
    plan: PlannedMessage
    pieces: list[_Piece] = field(default_factory=list)
    error: Exception | None = None

    def tell(self, stage: str, frames: int) -> None:
        """Passes progress on; what the listener raises ends this message only."""
        if self.error is None:
            done = sum(piece.frames for piece in self.pieces if piece.rendered)
            try:
                self.order.progress(Step(stage, done + frames, self.plan.frames))
            except Exception as error:  # Cancelled, as a rule; the others go on
                self.error = error

    def rendered(self) -> list[RenderedSegment]:
        """The segments; the first message that needs one pays for it."""
        parts = [(piece, piece.rendered) for piece in self.pieces if piece.rendered is not None]
        return [replace(part, cached=part.cached or piece.messages[0] is not self) for piece, part in parts]


@dataclass(eq=False)
class _Piece:
    """A segment that one or more messages need."""

    renderer: SegmentRenderer
    work: SegmentWork
    key: str
    messages: list[_Message] = field(default_factory=list)
    rendered: RenderedSegment | None = None
    reservation: Reservation | None = None

    @property
    def frames(self) -> int:
        return len(self.work.segment.path)

    @property
    def wanted(self) -> bool:
        return self.rendered is None and any(message.error is None for message in self.messages)

    def tell(self, step: Step) -> None:
        for message in self.messages:
            message.tell(step.stage, step.done)
        if not self.wanted:
            raise Cancelled

    def attempt(self, make: Callable[[], RenderedSegment]) -> None:
        """Its fault ends the messages that need it, and no other one."""
        try:
            self.rendered = make()
        except Exception as error:
            for message in self.messages:
                message.error = message.error or error

    def release(self) -> None:
        if self.reservation is not None:
            self.reservation.release()


class _Batch:
    def __init__(self, store: Store, stack: ExitStack, frames_at_once: int | None) -> None:
        self._store, self._stack, self._frames_at_once = store, stack, frames_at_once
        self._renderers: dict[tuple[Path, Path, EngineConfig], SegmentRenderer] = {}
        self._pieces: dict[str, _Piece] = {}
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._keeping: list[tuple[int, Future[None]]] = []
        self._finished_at = time.monotonic()

    def run(self, orders: Sequence[Order]) -> Iterator[tuple[Order, Outcome]]:
        self._stack.callback(self._keeper.shutdown, cancel_futures=True)
        waiting: list[_Message] = []
        for order in orders:
            try:
                waiting.append(self._planned(order))
            except Exception as error:  # one message's fault never stops the others
                yield order, error
        for piece in self._pieces.values():
            self._stack.callback(piece.release)
            yield from self._finished(waiting)
        for group in self._missing_groups():
            self._draw(group)
            yield from self._finished(waiting)
        self._wait_until(0)
        for piece in self._pieces.values():
            if piece.wanted:  # another process was at it
                piece.attempt(partial(piece.renderer.render, piece.work, piece.tell))
            yield from self._finished(waiting)

    def _planned(self, order: Order) -> _Message:
        job = order.job
        presenter = load_presenter(job.presenter)
        renderer = self._renderer(job, presenter)
        message = _Message(order, planned(job, presenter, self._store, order.progress))
        for work in message.plan.works:
            key = renderer.key_of(work)
            piece = self._pieces.setdefault(key, _Piece(renderer, work, key))
            piece.messages.append(message)
            message.pieces.append(piece)
        return message

    def _renderer(self, job: MessageJob, presenter: Presenter) -> SegmentRenderer:
        key = (job.presenter, job.take, job.config)
        if key not in self._renderers:
            take = self._stack.enter_context(OpenTake(job.take, presenter))
            self._renderers[key] = SegmentRenderer(presenter, take, self._store, job.config)
        return self._renderers[key]

    # --- drawing in this thread, encoding and measuring in another one ---

    def _missing_groups(self) -> Iterator[list[_Piece]]:
        """Reserved segments of one presenter, as many as are drawn together."""
        group: list[_Piece] = []
        for piece in self._pieces.values():
            if not piece.wanted or self._is_there(piece):
                continue
            piece.reservation = self._store.reserve("segment", piece.key)
            if piece.reservation is None:
                continue
            frames = sum(one.frames for one in group) + piece.frames
            if group and (piece.renderer is not group[0].renderer or frames > self._room(piece)):
                yield group
                group = []
            group.append(piece)
        if group:
            yield group

    def _room(self, piece: _Piece) -> int:
        return self._frames_at_once or frames_that_fit(piece.renderer.frame_bytes)

    def _is_there(self, piece: _Piece) -> bool:
        path = self._store.get("segment", piece.key)
        if path is not None:
            piece.attempt(lambda: piece.renderer.measured(piece.work, path, cached=True))
        return path is not None

    def _draw(self, group: list[_Piece]) -> None:
        self._wait_until(self._room(group[0]))
        for piece in group:
            with suppress(Cancelled):
                piece.tell(Step("drawing the mouth", 0, piece.frames))
        group = [piece for piece in group if piece.wanted]
        if not group:
            return
        if group[0].frames > self._room(group[0]):
            self._draw_long(group[0])
            return
        try:
            drawn = group[0].renderer.draw([piece.work for piece in group])
        except Exception as error:
            self._draw_apart(group, error)
            return
        for piece, mouths in zip(group, drawn, strict=True):
            task = self._keeper.submit(copy_context().run, self._keep, piece, [mouths])
            self._keeping.append((piece.frames, task))

    def _draw_long(self, piece: _Piece) -> None:
        """A segment that does not fit into memory at once: what is drawn is encoded before more is drawn."""
        self._wait_until(0)
        with piece.renderer.drawn_ahead(piece.work, self._room(piece)) as mouths:
            self._keep(piece, mouths)

    def _draw_apart(self, group: list[_Piece], error: Exception) -> None:
        """One of them is at fault: alone, it ends only the messages that need it."""
        if len(group) > 1:
            for piece in group:
                self._draw([piece])
        else:
            for message in group[0].messages:
                message.error = message.error or error

    def _keep(self, piece: _Piece, mouths: Iterable[Mouths]) -> None:
        renderer, work, reservation = piece.renderer, piece.work, piece.reservation
        assert reservation is not None

        def make() -> RenderedSegment:
            path = reservation.make(".mp4", lambda target: renderer.encode(work, mouths, target, piece.tell))
            return renderer.measured(work, path, cached=False)

        piece.attempt(make)
        piece.release()

    def _wait_until(self, frames: int) -> None:
        """Until no more than this many drawn frames wait to be encoded."""
        while self._keeping and sum(count for count, _ in self._keeping) > frames:
            self._keeping.pop(0)[1].result()

    # --- finishing ---

    def _finished(self, waiting: list[_Message]) -> Iterator[tuple[Order, Outcome]]:
        for message in list(waiting):
            if message.error is not None or all(piece.rendered for piece in message.pieces):
                waiting.remove(message)
                yield message.order, message.error or self._joined(message)

    def _joined(self, message: _Message) -> Outcome:
        message.tell("joining the message", 0)
        for _ in range(_JOINS):
            if message.error is not None:
                break
            work_s = time.monotonic() - self._finished_at
            try:
                result = finish(message.plan, message.rendered(), message.order.out_stem, self._store, work_s)
            except Exception as error:
                if not self._replace_deleted(message):
                    return error
            else:
                self._finished_at += work_s
                return result
        return message.error or RenderError(
            "Finished parts vanish from the cache folder. Keep it while messages are made.", permanent=False
        )

    def _replace_deleted(self, message: _Message) -> bool:
        """Makes segments again that somebody deleted before they were joined; False when none is gone."""
        gone = [piece for piece in message.pieces if piece.rendered and not piece.rendered.path.exists()]
        for piece in gone:
            piece.attempt(partial(piece.renderer.render, piece.work, silent))
        return bool(gone)
