from __future__ import annotations

import numpy as np

from renderer.synthetic.assets import load_base_body
from renderer.synthetic.glasses import create_glasses


def test_a_frame_stands_before_both_eyes_and_reaches_back_past_them() -> None:
    body = load_base_body()
    left, right = (body.points[body.get_points(f"helper-{side}-eye")] for side in "lr")
    frame = create_glasses(left, right).points
    for eye in (left, right):
        assert frame[:, 0].min() < eye[:, 0].min() < eye[:, 0].max() < frame[:, 0].max()
        assert frame[:, 2].min() < eye[:, 2].min() < eye[:, 2].max() < frame[:, 2].max()
    assert frame[:, 1].min() < left[:, 1].min() - 0.01
    assert frame[:, 1].max() > left[:, 1].max() + 0.04
    assert np.isclose(frame[:, 0].min(), -frame[:, 0].max(), atol=1e-3)
