"""The crop follows the head and ignores the mouth."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face.crop import apply, compute_crop_path, invert, measure_side_px, mix_matrices
from renderer.face.landmarks import CHIN, JAW, NOSE_TIP, STABLE
from tests.renderer.motion.synthetic import load_neutral_face

CROP_PX = 128


def heads(frames: int) -> np.ndarray:
    """A head that sways and turns a little over time, in px of a 1280 × 720 picture."""
    at = np.arange(frames, dtype=np.float32)
    face = load_neutral_face() * 2
    turn = 0.05 * np.sin(at / 9)
    rows = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    turned = np.einsum("pj,ijt->tpi", face, np.array(rows))
    place = np.stack([500 + 30 * np.sin(at / 11), 200 + 10 * np.cos(at / 7)], axis=1)
    return (turned + place[:, None]).astype(np.float32)


def test_a_moving_head_stands_nearly_still_in_the_crop() -> None:
    points = heads(80)
    seen = apply(compute_crop_path(points, CROP_PX).matrices, points)
    assert np.ptp(points[:, NOSE_TIP, 0]) > 50
    assert np.ptp(seen[:, NOSE_TIP], axis=0).max() < 2.0


def test_the_crop_holds_the_face_from_the_nose_tip_to_below_the_chin() -> None:
    points = heads(40)
    seen = apply(compute_crop_path(points, CROP_PX).matrices, points)
    assert seen[:, NOSE_TIP].min() > 10
    assert seen[:, CHIN, 1].max() < 0.95 * CROP_PX
    assert seen[:, JAW[4], 0].min() > 0
    assert seen[:, JAW[-5], 0].max() < CROP_PX


def test_an_opening_mouth_does_not_move_the_crop() -> None:
    still = heads(60)
    speaking = still.copy()
    moving = np.setdiff1d(np.arange(478), STABLE)
    low = moving[still[0, moving, 1] > still[0, NOSE_TIP, 1] + 30]
    speaking[20:40, low, 1] += 15
    before, after = compute_crop_path(still, CROP_PX).matrices, compute_crop_path(speaking, CROP_PX).matrices
    centre = np.array([[[64.0, 64.0]]], np.float32).repeat(60, 0)
    there, back = apply(invert(before), centre), apply(invert(after), centre)
    # It may sit a little lower throughout, because it must hold the lowest chin; it must not jump.
    shift = back - there
    assert np.abs(np.diff(shift[:, 0], axis=0)).max() < 0.5


def test_the_way_back_leads_to_the_take() -> None:
    points = heads(10)
    matrices = compute_crop_path(points, CROP_PX).matrices
    assert apply(invert(matrices), apply(matrices, points)) == pytest.approx(points, abs=0.01)


def test_mixing_matrices_by_nothing_changes_nothing() -> None:
    matrices = compute_crop_path(heads(6), CROP_PX).matrices
    mixed = mix_matrices(matrices[:3], matrices[3:], np.array([0, 0.5, 1], np.float32))
    assert np.array_equal(mixed[0], matrices[0])
    assert np.allclose(mixed[1], (matrices[1] + matrices[4]) / 2)
    assert np.array_equal(mixed[2], matrices[5])


def test_the_side_is_measured_in_the_takes_px() -> None:
    side = measure_side_px(compute_crop_path(heads(20), CROP_PX).matrices, CROP_PX)
    assert 150 < side < 330
