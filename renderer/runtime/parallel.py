"""A parallel map: one function over many items, on as many cores as this process may use."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREADS_MAX = 8  # more only wait for Python's own lock
_QUEUED_PER_THREAD = 2  # items that each thread may be ahead of the caller


def usable_cores() -> int:
    """Cores that this process may use; what bounds the threads of PyTorch bounds these too."""
    import torch  # slow to load, and only those who draw come here

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, torch.get_num_threads()))


def parallel_map(make: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield ``make(item)`` for each item, in order, computed in several threads.

    It must release Python's lock (NumPy and OpenCV do) to be any faster, and may not depend on what else was
    made. What it raises is raised here in its place; when the caller stops, so do the threads. Each call
    runs in a copy of the caller's context, so its time is counted.
    """
    threads = min(usable_cores(), _THREADS_MAX)
    if threads == 1:
        yield from map(make, items)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="cores") as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(copy_context().run, make, item))
                if len(waiting) > _QUEUED_PER_THREAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for late in waiting:
                late.cancel()
