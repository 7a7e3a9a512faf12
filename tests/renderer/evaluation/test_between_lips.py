"""What is between the lips is drawn from other moments, and compared with what was filmed there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from renderer.evaluation.between_lips import measure_between_lips
from renderer.presenter.presenter import Presenter
from tests.presenters import Baked

FPS = Fraction(25)


@pytest.fixture(scope="module")
def presenter(baked: Baked) -> Presenter:
    return Presenter.load(baked.bake)


@pytest.mark.slow
def test_the_inside_is_measured_on_open_mouths_and_without_their_own_moment(presenter: Presenter) -> None:
    found = measure_between_lips(presenter, FPS)
    assert 10 < found["between_lips_frames"] < presenter.ok.sum() / 2
    assert 12 < found["between_lips_db"] < 35, "drawn from its own moment it would be the filmed one"


def test_a_presenter_who_never_opens_the_mouth_has_no_figure(presenter: Presenter) -> None:
    shut = replace(presenter, matrices=presenter.matrices * np.float32(100))
    assert measure_between_lips(shut, FPS) == {}
