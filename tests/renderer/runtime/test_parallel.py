"""Work on several cores comes out in order, with its errors, and ends when nobody wants more."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
import torch

from renderer.errors import RenderError
from renderer.runtime.parallel import parallel_map, usable_cores
from renderer.runtime.profiling import profile, span

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.fixture(autouse=True)
def several_threads() -> Iterator[None]:
    """As many threads as there are cores; what a test sets is undone."""
    before = torch.get_num_threads()
    torch.set_num_threads(CORES)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def one_core() -> Iterator[None]:
    """This thread, and those that it starts, on one core alone."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.mark.skipif(CORES == 1, reason="needs two cores")
def test_two_things_are_made_at_once_and_come_in_order() -> None:
    met = threading.Barrier(2, timeout=60)

    def made(number: int) -> int:
        if number < 2:
            met.wait()  # breaks unless the other one of both comes here too
        return number * number

    assert list(parallel_map(made, range(10))) == [number * number for number in range(10)]


def test_one_thread_is_enough_where_no_more_are_wanted() -> None:
    torch.set_num_threads(1)
    assert usable_cores() == 1
    assert set(parallel_map(lambda _: threading.get_ident(), range(5))) == {threading.get_ident()}


def test_a_wish_for_more_threads_than_cores_is_not_granted() -> None:
    torch.set_num_threads(CORES + 62)
    assert usable_cores() == CORES


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system ties nobody to a core")
def test_only_the_cores_that_this_process_may_use_count(one_core: None) -> None:
    assert usable_cores() == 1


def test_an_error_comes_in_its_place() -> None:
    def made(number: int) -> int:
        if number == 3:
            raise RenderError("three is missing")
        return number

    seen = []
    with pytest.raises(RenderError, match="three is missing"):
        for number in parallel_map(made, range(20)):
            seen.append(number)
    assert seen == [0, 1, 2]


def test_only_a_few_are_made_ahead_of_a_caller_who_stops() -> None:
    begun: list[int] = []

    def things() -> Iterator[int]:
        for number in range(1000):
            begun.append(number)
            yield number

    made = parallel_map(lambda number: number, things())
    assert next(made) == 0
    made.close()
    assert len(begun) < 20


def test_the_time_of_every_thread_is_counted() -> None:
    @span("square", frames=1)
    def square(number: int) -> int:
        return number * number

    with profile() as watch:
        list(parallel_map(square, range(12)))
    assert watch.report()["square"].frames == 12
