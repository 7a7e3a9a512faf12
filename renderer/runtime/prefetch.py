"""Prefetch: another thread makes the next items while the caller works on this one."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextvars import copy_context
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Generic, TypeVar

T = TypeVar("T")

PREFETCHED_ITEMS = 4


def prefetch(items: Iterable[T], count: int = PREFETCHED_ITEMS) -> Generator[T, None, None]:
    """The items in their order; up to ``count`` of them wait while the caller is busy.

    What making an item raises is raised here in its place. When the caller stops early, so does the thread,
    and ``items`` is closed. The thread runs in a copy of the caller's context, so its time is counted.
    """
    maker = _Prefetcher(items, count)
    thread = Thread(target=copy_context().run, args=(maker.run,), name="ahead", daemon=True)
    thread.start()
    try:
        yield from maker.iterate()
    finally:
        maker.stop()
        thread.join()


class _End:
    """After the last item; ``error`` is what ended the making early."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Prefetcher(Generic[T]):
    def __init__(self, items: Iterable[T], count: int) -> None:
        self._items = items
        self._room = Semaphore(count)
        self._made: SimpleQueue[T | _End] = SimpleQueue()
        self._stopped = False

    def run(self) -> None:
        error: BaseException | None = None
        try:
            self._make_all()
        except BaseException as raised:  # it belongs to the caller, who is in another thread
            error = raised
        self._made.put(_End(error))

    def _make_all(self) -> None:
        rest = iter(self._items)
        try:
            while True:
                self._room.acquire()
                if self._stopped:
                    return
                try:
                    item = next(rest)
                except StopIteration:
                    return
                self._made.put(item)
        finally:
            if hasattr(rest, "close"):
                rest.close()

    def iterate(self) -> Iterator[T]:
        while True:
            item = self._made.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            self._room.release()
            yield item

    def stop(self) -> None:
        self._stopped = True
        self._room.release()
