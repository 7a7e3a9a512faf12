"""Work in another thread comes out in order, with its errors, and ends when nobody wants more."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from renderer.errors import RenderError
from renderer.runtime.prefetch import prefetch
from renderer.runtime.profiling import profile, span


def test_the_items_come_in_order_and_are_made_elsewhere() -> None:
    def made() -> Iterator[tuple[int, int]]:
        for number in range(100):
            yield number, threading.get_ident()

    seen = list(prefetch(made(), 3))
    assert [number for number, _ in seen] == list(range(100))
    assert {maker for _, maker in seen} != {threading.get_ident()}


def test_no_more_than_the_wanted_number_are_made_ahead() -> None:
    begun: list[int] = []
    third = threading.Event()

    def made() -> Iterator[int]:
        for number in range(50):
            begun.append(number)
            if number == 3:
                third.set()
            yield number

    items = prefetch(made(), 3)
    assert next(items) == 0
    assert third.wait(5)  # one was taken, three wait
    assert len(begun) <= 4
    assert list(items) == list(range(1, 50))


def test_an_error_comes_after_the_items_before_it() -> None:
    def made() -> Iterator[int]:
        yield 1
        yield 2
        raise RenderError("the face was lost")

    items, seen = prefetch(made()), []
    with pytest.raises(RenderError, match="the face was lost"):
        for item in items:
            seen.append(item)
    assert seen == [1, 2]


def test_an_early_end_stops_the_thread_and_closes_the_source() -> None:
    closed = threading.Event()

    def made() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.set()

    before = threading.active_count()
    items = prefetch(made())
    assert next(items) == 0
    items.close()
    assert closed.is_set()
    assert threading.active_count() == before


def test_nothing_gives_nothing() -> None:
    assert list(prefetch([])) == []


def test_the_time_of_the_other_thread_is_counted() -> None:
    def made() -> Iterator[int]:
        for number in range(3):
            with span("making", frames=1):
                pass
            yield number

    with profile() as watch:
        assert len(list(prefetch(made()))) == 3
    assert watch.report()["making"].frames == 3
