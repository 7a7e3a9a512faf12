"""Stages add up to what was spent, whoever ran them."""

from __future__ import annotations

import contextvars
import threading
import time

import pytest

from renderer.runtime.profiling import Profiler, profile, span


def work(seconds: float) -> None:
    """Keep this thread busy, not waiting."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_an_inner_stage_is_not_counted_for_the_outer_one() -> None:
    with profile() as watch, span("outer"):
        work(0.02)
        with span("inner"):
            work(0.06)
    took = watch.report()
    assert took["inner"].cpu_s == pytest.approx(0.06, abs=0.01)
    assert took["outer"].cpu_s == pytest.approx(0.02, abs=0.01)
    assert took["outer"].wall_s < took["inner"].wall_s


def test_calls_and_frames_are_counted() -> None:
    with profile() as watch:
        for _ in range(3):
            with span("compose", frames=2):
                pass
    assert (watch.report()["compose"].calls, watch.report()["compose"].frames) == (3, 6)


def test_a_function_can_be_a_stage_and_recurse() -> None:
    @span("nested")
    def down(depth: int) -> None:
        work(0.01)
        if depth:
            down(depth - 1)

    with profile() as watch:
        down(2)
    assert watch.report()["nested"].calls == 3
    assert watch.report()["nested"].cpu_s == pytest.approx(0.03, abs=0.01)


def test_a_stage_that_fails_is_counted_and_its_error_goes_on() -> None:
    with profile() as watch, pytest.raises(KeyError), span("outer"), span("broken"):
        raise KeyError
    assert set(watch.report()) == {"broken", "outer"}


def test_nobody_listens_unless_asked() -> None:
    watch = Profiler()
    with profile(watch):
        pass
    with span("after"):
        pass
    assert watch.report() == {}


def test_threads_that_run_in_a_copy_of_the_context_are_counted_on_their_own() -> None:
    @span("drawing")
    def draw() -> None:
        work(0.03)

    with profile() as watch, span("waiting"):
        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(draw,), daemon=True)
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    took = watch.report()
    assert took["drawing"].calls == 2
    assert took["drawing"].cpu_s == pytest.approx(0.06, abs=0.02)
    assert took["waiting"].cpu_s < 0.02
