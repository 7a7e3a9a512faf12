"""A long line is drawn a stretch at a time, and nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from renderer.config import DiffusionConfig, EngineConfig
from renderer.drawing import MouthDrawer, Wanted
from renderer.lines import Mouths
from renderer.mouth.presenter import Presenter
from renderer.store import Store
from renderer.takes import OpenTake
from tests.presenters import Baked

FRAMES, STRETCH = 150, 55


@pytest.fixture(scope="module")
def presenter(baked: Baked) -> Presenter:
    return Presenter.load(baked.bake)


@pytest.fixture(scope="module")
def drawer(
    baked: Baked, presenter: Presenter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MouthDrawer]:
    folder: Path = tmp_path_factory.mktemp("drawn")
    with OpenTake(baked.take, presenter) as take:
        yield MouthDrawer(presenter, take, Store(folder), EngineConfig(diffusion=DiffusionConfig(steps=2)))


@pytest.fixture(scope="module")
def line(presenter: Presenter) -> Wanted:
    """The mouths of the take backwards, between two neighbours."""
    motion = presenter.style.space.encode(presenter.points)[FRAMES - 1 :: -1]
    path = tuple(presenter.walk.shown(at) for at in range(4, FRAMES + 12))
    return Wanted(path[4:-4], motion, path[:4], path[-4:])


@pytest.fixture(scope="module")
def whole(drawer: MouthDrawer, line: Wanted) -> Mouths:
    return drawer.draw([line])[0]


@pytest.fixture(scope="module")
def parts(drawer: MouthDrawer, line: Wanted) -> list[Mouths]:
    return list(drawer.draw_in_stretches(line, STRETCH))


@pytest.mark.slow
def test_stretches_are_no_longer_than_asked(parts: list[Mouths]) -> None:
    assert [len(part.fine) for part in parts] == [50, 50, 50]


@pytest.mark.slow
@pytest.mark.parametrize("name", [field.name for field in fields(Mouths)])
def test_a_line_drawn_in_stretches_has_the_bytes_of_the_line_drawn_whole(
    whole: Mouths, parts: list[Mouths], name: str
) -> None:
    drawn = np.concatenate([getattr(part, name) for part in parts])
    assert np.array_equal(drawn, getattr(whole, name))


@pytest.mark.slow
def test_the_mouths_that_are_compared_move_and_change_their_source_often(whole: Mouths) -> None:
    jumps = np.abs(np.diff(whole.sources)) > 2
    assert jumps[40:60].any() or jumps[90:110].any()
    assert np.abs(np.diff(whole.crops.astype(int), axis=0)).mean() > 0.1
