import cv2
import numpy as np
import pytest

from renderer.scoring.flicker import flicker, warp_errors
from renderer.scoring.landmarks import align_faces, landmark_distance
from renderer.scoring.picture import psnr_db, ring_gradient, sharpness, ssim


def crops(count: int = 4, seed: int = 0) -> np.ndarray:
    """Soft pictures [count, 64, 64, 3]."""
    dice = np.random.default_rng(seed)
    rough = dice.integers(40, 215, (count, 64, 64, 3)).astype(np.float32)
    return np.stack([cv2.GaussianBlur(one, (0, 0), 1.5) for one in rough]).astype(np.uint8)


def whole(count: int = 4) -> np.ndarray:
    return np.ones((count, 64, 64), np.float32)


def soft_disc(count: int = 4) -> np.ndarray:
    y, x = np.mgrid[:64, :64]
    disc = np.clip((24 - np.hypot(x - 32, y - 32)) / 6, 0, 1)
    return np.repeat(disc[None].astype(np.float32), count, axis=0)


def test_psnr_of_an_error_of_ten_levels_is_28_db():
    filmed = crops()
    assert psnr_db(filmed + 10, filmed, whole()) == pytest.approx(20 * np.log10(255 / 10))


def test_only_what_lies_under_the_mask_counts():
    filmed, mask = crops(), whole()
    mask[:, :, 32:] = 0
    drawn = filmed.copy()
    drawn[:, :, 32:] = 0
    assert psnr_db(drawn, filmed, mask) > 70
    assert psnr_db(drawn, filmed, whole()) < 20


def test_ssim_is_one_for_the_same_picture_and_falls_with_blur():
    filmed = crops()
    blurred = np.stack([cv2.GaussianBlur(one, (0, 0), 2) for one in filmed])
    assert ssim(filmed, filmed, whole()) == pytest.approx(1.0)
    assert ssim(blurred, filmed, whole()) < 0.9


def test_blur_lowers_sharpness_with_one_mask_or_one_for_each_frame():
    filmed = crops()
    blurred = np.stack([cv2.GaussianBlur(one, (0, 0), 2) for one in filmed])
    assert sharpness(blurred, whole()[0]) < 0.3 * sharpness(filmed, whole()[0])
    assert sharpness(filmed, whole()) == pytest.approx(sharpness(filmed, whole()[0]))


def test_an_edge_on_the_mask_raises_the_ring_gradient():
    filmed, mask = crops(), soft_disc()
    edged = np.where(mask[..., None] > 0.5, np.clip(filmed + 40.0, 0, 255), filmed).astype(np.uint8)
    blurred = np.stack([cv2.GaussianBlur(one, (0, 0), 3) for one in filmed])
    assert ring_gradient(edged, mask) > 1.3 * ring_gradient(filmed, mask)
    assert ring_gradient(blurred, mask) < 0.7 * ring_gradient(filmed, mask)
    assert ring_gradient(filmed, whole()) == 0.0, "without an edge there is nothing to see"


def test_a_picture_that_only_moves_does_not_flicker():
    still = crops(1)[0]
    moving = np.stack([np.roll(still, at, axis=1) for at in range(6)])
    dice = np.random.default_rng(1)
    grainy, noisy = (
        np.clip(moving + dice.normal(0, levels, moving.shape), 0, 255).astype(np.uint8) for levels in (2, 12)
    )
    inside = np.zeros((6, 64, 64), np.float32)
    inside[:, 16:48, 16:48] = 1
    assert np.isnan(warp_errors(moving, inside)[0])
    assert np.nanmax(warp_errors(moving, inside)) < 1.0, "movement alone is explained"
    assert flicker(grainy, grainy, inside) == pytest.approx(1.0)
    assert flicker(noisy, grainy, inside) > 3


def test_landmarks_do_not_count_how_the_head_moves():
    dice = np.random.default_rng(0)
    face = dice.uniform(0, 100, (478, 2)).astype(np.float32)
    real = np.repeat(face[None], 5, axis=0)
    turn = np.array([[0.8, -0.6], [0.6, 0.8]], np.float32)
    moved = 1.5 * real @ turn.T + 30
    assert landmark_distance(moved, real) == pytest.approx(0.0, abs=1e-3)
    assert align_faces(moved, face) == pytest.approx(real, abs=1e-3)


def test_a_lip_that_is_off_by_a_tenth_of_the_eyes_counts_its_share():
    from renderer.face.landmarks import LIPS_AND_JAW
    from renderer.scoring.landmarks import eye_distance

    dice = np.random.default_rng(0)
    real = np.repeat(dice.uniform(0, 100, (1, 478, 2)).astype(np.float32), 5, axis=0)
    drawn = real.copy()
    drawn[:, 17, 1] += 0.1 * eye_distance(real[0])
    assert 17 in LIPS_AND_JAW
    assert landmark_distance(drawn, real) == pytest.approx(10 / len(LIPS_AND_JAW), rel=0.01)
    assert landmark_distance(drawn, real, velocity=True) == pytest.approx(0.0, abs=1e-6)
