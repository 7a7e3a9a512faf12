"""The take of a presenter, opened when it is first needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from renderer.errors import RenderError
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import Presenter


def test_threads_that_need_the_take_at_once_share_one_reader(small_take: Path, small_bake: Presenter) -> None:
    together = Barrier(8)
    with LazyTake(small_take, small_bake) as take, ThreadPoolExecutor(8) as pool:

        def open_it(_: int) -> int:
            together.wait()
            return id(take.reader)

        assert len(set(pool.map(open_it, range(8)))) == 1


def test_another_take_than_the_presenters_is_refused(small_take: Path, small_bake: Presenter) -> None:
    other = replace(small_bake, facts=replace(small_bake.facts, sha256="0" * 64))
    with LazyTake(small_take, other) as take, pytest.raises(RenderError, match="not the take"):
        _ = take.reader
