from __future__ import annotations

import numpy as np
import pytest

from renderer.face.head_pose import load_average_head
from renderer.face.landmarks import CHEEKS, HEAD_POSE, LIPS, POINTS
from renderer.motion.head import HeadView, LinearHead, SolidHead, read_head


def _film(yaws_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A head [478, 3] of 90 px and its points [n, 478, 2], turned to the side."""
    shape = 90 * load_average_head()
    yaw = np.radians(yaws_deg)[:, None]
    x = shape[None, :, 0] * np.cos(yaw) + shape[None, :, 2] * np.sin(yaw)
    return shape.astype(np.float32), np.stack([x, np.broadcast_to(shape[:, 1], x.shape)], 2).astype(
        np.float32
    )


def test_a_solid_head_takes_its_neutral_mouth_along_when_it_turns() -> None:
    shape, points = _film(np.array([-35.0, 0.0, 20.0]))
    neutral = SolidHead(shape).view(shape[:, :2], points).neutral
    assert np.abs(neutral - points)[:, list(LIPS)].max() < 0.05


def test_a_movement_across_is_shorter_on_a_turned_head_and_comes_back_whole() -> None:
    shape, points = _film(np.array([0.0, 40.0]))
    view = SolidHead(shape).view(shape[:, :2], points)
    wider = np.zeros((2, POINTS, 2), np.float32)
    wider[..., 0] = 6
    shown = view.turn(wider)
    assert shown[0, 0, 0] == pytest.approx(6, abs=0.05)
    assert shown[1, 0, 0] == pytest.approx(6 * np.cos(np.radians(40)), abs=0.05)
    assert np.allclose(view.turn_back(shown), wider, atol=1e-4)


def test_a_head_in_profile_does_not_blow_up_what_is_read_off_it() -> None:
    shape, points = _film(np.array([80.0]))
    view = SolidHead(shape).view(shape[:, :2], points)
    one_px = np.ones((1, POINTS, 2), np.float32)
    assert np.abs(view.turn_back(one_px)).max() < 2.0


def test_a_linear_head_shifts_the_neutral_face_with_the_pose() -> None:
    mean = np.zeros(2 * len(HEAD_POSE), np.float32)
    basis = np.full((1, len(mean)), len(mean) ** -0.5, np.float32)
    shift = np.zeros((1, POINTS, 2), np.float32)
    shift[0, CHEEKS[0], 0] = 1
    head = LinearHead(mean, basis, shift)
    view = head.view(np.zeros((POINTS, 2), np.float32), np.full((1, POINTS, 2), 2, np.float32))
    assert view.neutral[0, CHEEKS[0], 0] == pytest.approx(2 * len(mean) ** 0.5)
    assert np.array_equal(view.turn(shift), shift)


@pytest.mark.parametrize("kind", [SolidHead, LinearHead])
def test_a_head_comes_back_from_its_arrays(kind: type) -> None:
    shape, points = _film(np.array([10.0]))
    size = 2 * len(HEAD_POSE)
    head = (
        SolidHead(shape)
        if kind is SolidHead
        else LinearHead(
            np.ones(size, np.float32), np.eye(2, size, dtype=np.float32), np.ones((2, POINTS, 2), np.float32)
        )
    )
    again = read_head(head.to_arrays())
    assert isinstance(again, kind)
    views: list[HeadView] = [one.view(shape[:, :2], points) for one in (head, again)]
    assert np.array_equal(views[0].neutral, views[1].neutral)
