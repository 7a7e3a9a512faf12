"""A scene whose mouth is hidden for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from renderer.evaluation.scene import Scene, TrackedFrames
from renderer.mouth.base import MouthBase
from renderer.presenter.presenter import Presenter
from renderer.progress import ignore_progress
from renderer.video.decode import TakeReader
from tests.presenters import Baked

SHOWN = range(40, 80)
HIDDEN = slice(20, 25)


@pytest.fixture(scope="module")
def bare(baked: Baked) -> Iterator[Scene]:
    """Some of a presenter's own frames, nothing in front of the mouth."""
    faces = Presenter.load(baked.bake)
    here = slice(SHOWN.start, SHOWN.stop)
    base = MouthBase(
        faces.crops[here],
        faces.fine[here],
        faces.points[here],
        np.ones(len(SHOWN), bool),
        faces.matrices[here],
    )
    with TakeReader(baked.take) as reader:
        yield Scene(
            reader, faces, SHOWN, base, TrackedFrames(base.points, base.ok, base.fine), ignore_progress
        )


@pytest.fixture(scope="module")
def hidden(bare: Scene) -> Scene:
    """The same, with something in front of the mouth."""
    ok = bare.base.ok.copy()
    ok[HIDDEN] = False
    return replace(bare, base=replace(bare.base, ok=ok))


@pytest.mark.slow
def test_a_mouth_that_nothing_hides_moves_as_it_speaks(bare: Scene) -> None:
    silence = np.zeros((len(SHOWN), bare.presenter.style.space.size), np.float32)
    assert bare.ease(silence) is silence
    assert bare.drawn_mask.all()


@pytest.mark.slow
def test_it_meets_the_filmed_mouth_before_it_is_hidden_and_after(hidden: Scene) -> None:
    space = hidden.presenter.style.space
    filmed = space.encode(hidden.base.points)
    eased = hidden.ease(np.zeros_like(filmed))
    assert np.allclose(eased[[19, 25]], filmed[[19, 25]], atol=1e-4)
    assert not eased[:15].any()
    assert not eased[30:].any()


@pytest.mark.slow
def test_figures_of_the_drawing_leave_out_frames_that_show_the_filmed_mouth_too(hidden: Scene) -> None:
    assert np.flatnonzero(~hidden.drawn_mask).tolist() == list(range(18, 27))
