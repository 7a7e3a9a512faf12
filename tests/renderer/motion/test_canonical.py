"""The plain movements behind a person's own keep the mesh in order."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face import landmarks as lm
from renderer.motion.canonical import build_canonical_movements
from tests.renderer.motion.synthetic import load_neutral_face

# From the inner lower lip over the lip's red to the chin, in the middle and on both sides.
DOWNWARDS = ((14, 15, 16, 17, 18, 200, 199, 175, 152), (87, 86, 85, 84, 83), (317, 316, 315, 314, 313))


@pytest.mark.parametrize("column", DOWNWARDS)
@pytest.mark.parametrize("times", [1.0, 2.5])
def test_an_opening_jaw_keeps_the_order_of_lip_and_chin(column: tuple[int, ...], times: float) -> None:
    rest = load_neutral_face()
    opened = rest + times * build_canonical_movements(rest)[0]
    before, after = np.diff(rest[list(column), 1]), np.diff(opened[list(column), 1])
    assert (after[before > 0] > 0).all()
    down = build_canonical_movements(rest)[0, list(column), 1]
    assert (down[1:] >= 0.97 * down[:-1]).all()


def test_an_opening_jaw_leaves_the_upper_lip_and_the_nose_where_they_are() -> None:
    down = build_canonical_movements(load_neutral_face())[0, :, 1]
    assert np.abs(down[list(lm.INNER_UPPER + lm.OUTER_UPPER + lm.HEAD_POSE[:21])]).max() == 0
    assert down[14] == pytest.approx(down.max(), rel=0.02)
