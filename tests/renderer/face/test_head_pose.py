from __future__ import annotations

import numpy as np
import pytest

from renderer.face.head_pose import fit_head_poses, fit_head_shape, load_average_head, project_head
from renderer.face.landmarks import CHEEKS, HEAD_POSE, LIPS, NOSE_TIP

_WIDTH_PX = 90.0


def _turn(yaw_deg: float, pitch_deg: float) -> np.ndarray:
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    sideways = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nodding = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    return np.asarray((nodding @ sideways)[:2])


def _film(shape: np.ndarray, turns: list[tuple[float, float]]) -> np.ndarray:
    views = np.stack([_turn(*turn) for turn in turns])
    return (np.einsum("nij,pj->npi", views, shape) + 64).astype(np.float32)


@pytest.fixture(scope="module")
def person() -> np.ndarray:
    """A head unlike the average one: a longer nose, deeper set cheeks, 90 px wide."""
    shape = load_average_head() * _WIDTH_PX
    shape[NOSE_TIP, 2] -= 8
    shape[list(CHEEKS), 2] += 6
    return shape


@pytest.fixture(scope="module")
def filmed(person: np.ndarray) -> np.ndarray:
    moments = np.linspace(0, 4 * np.pi, 120)
    return _film(person, [(25 * np.sin(a), 8 * np.cos(1.7 * a)) for a in moments])


def test_the_mean_pose_shows_the_shape_as_it_is(filmed: np.ndarray) -> None:
    shape = fit_head_shape(filmed, np.ones(len(filmed), bool))
    views, _ = fit_head_poses(filmed, shape)
    assert np.allclose(views.mean(0), [[1, 0, 0], [0, 1, 0]], atol=0.06)
    assert np.abs(shape[:, :2] - filmed.mean(0)).max() < 3.0


def test_a_pose_that_the_take_never_showed_is_foreseen(person: np.ndarray, filmed: np.ndarray) -> None:
    shape = fit_head_shape(filmed, np.ones(len(filmed), bool))
    farther = _film(person, [(38, 0), (-36, 10)])
    foreseen = project_head(*fit_head_poses(farther, shape), shape)
    assert np.abs(foreseen - farther)[:, list(LIPS)].max() < 1.0


def test_a_take_that_does_not_turn_has_the_average_depth(person: np.ndarray) -> None:
    still = _film(person, [(0.3 * np.sin(a), 0) for a in np.linspace(0, 20, 60)])
    depth = fit_head_shape(still, np.ones(len(still), bool))[:, 2]
    average = load_average_head()[:, 2] * _WIDTH_PX
    lips = list(LIPS)
    assert np.abs((depth - depth.mean()) - (average - average.mean()))[lips].max() < 3.0


def test_frames_that_cannot_be_trusted_do_not_count(filmed: np.ndarray) -> None:
    broken = filmed.copy()
    broken[::4] += 30 * np.random.default_rng(1).standard_normal(broken[::4].shape).astype(np.float32)
    ok = np.arange(len(filmed)) % 4 != 0
    assert np.array_equal(fit_head_shape(broken, ok), fit_head_shape(filmed, ok))


def test_each_frame_has_its_pose_whatever_is_beside_it(filmed: np.ndarray) -> None:
    shape = fit_head_shape(filmed, np.ones(len(filmed), bool))
    whole, _ = fit_head_poses(filmed, shape)
    alone, _ = fit_head_poses(filmed[17:18], shape)
    assert np.array_equal(whole[17], alone[0])


def test_the_average_head_is_as_wide_as_one_and_its_nose_comes_first() -> None:
    head = load_average_head()
    assert np.linalg.norm(head[CHEEKS[1]] - head[CHEEKS[0]]) == pytest.approx(1, abs=1e-3)
    assert head[NOSE_TIP, 2] == pytest.approx(head[list(HEAD_POSE), 2].min(), abs=0.02)
