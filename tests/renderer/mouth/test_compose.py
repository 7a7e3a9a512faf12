"""A crop goes back into its frame; everything else stays as it was filmed."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.mouth.base import crop_frame
from renderer.mouth.compose import compose, compose_picture
from renderer.mouth.mask import draw_lower_face_mask
from renderer.presenter.lower_faces import Faces
from renderer.video.picture import Picture


def a_mask(faces: Faces, frame: int) -> np.ndarray:
    points = faces.points[frame : frame + 1]
    return draw_lower_face_mask(points, points, 128)[0]


def test_pixels_outside_the_mask_are_byte_identical(faces: Faces, frames: list[np.ndarray]) -> None:
    frame, mask = frames[10], a_mask(faces, 10)
    white = np.full((128, 128, 3), 255, np.uint8)
    out = compose(frame, white, faces.matrices[10], mask)
    changed = (out != frame).any(-1)
    rows, columns = np.nonzero(changed)
    matrix = faces.matrices[10]
    in_crop = np.stack([columns, rows], 1) @ matrix[:, :2].T + matrix[:, 2]
    near = np.clip(np.round(in_crop).astype(int), 0, 127)
    around = np.stack(
        [
            mask[np.clip(near[:, 1] + dy, 0, 127), np.clip(near[:, 0] + dx, 0, 127)]
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
        ]
    )
    assert (around.max(0) > 0).all()
    assert changed.sum() > 1000
    assert out[rows.min(), columns.min()].shape == (3,)


def test_the_frame_itself_is_not_written_to(faces: Faces, frames: list[np.ndarray]) -> None:
    before = frames[3].copy()
    compose(frames[3], faces.build_base(np.array([3])).crops[0], faces.matrices[3], a_mask(faces, 3))
    assert np.array_equal(frames[3], before)


def test_an_unchanged_crop_leaves_the_frame_nearly_unchanged(faces: Faces, frames: list[np.ndarray]) -> None:
    frame, matrix, mask = frames[20], faces.matrices[20], a_mask(faces, 20)
    for size in (128, 256):
        out = compose(frame, crop_frame(frame, matrix, 128, size), matrix, mask)
        off = np.abs(out.astype(int) - frame)[(out != frame).any(-1)]
        assert off.mean() < 2.5, size


def test_a_finer_crop_lies_on_the_same_place(faces: Faces, frames: list[np.ndarray]) -> None:
    matrix, mask = faces.matrices[20], a_mask(faces, 20)
    coarse = compose(frames[20], crop_frame(frames[20], matrix, 128, 128), matrix, mask).astype(int)
    fine = compose(frames[20], crop_frame(frames[20], matrix, 128, 384), matrix, mask).astype(int)
    assert np.abs(coarse - fine).mean() < 0.5


def test_a_crop_that_lies_outside_the_frame_changes_nothing(frames: list[np.ndarray]) -> None:
    away = np.array([[1, 0, 5000], [0, 1, 5000]], np.float32)
    white = np.full((128, 128, 3), 255, np.uint8)
    assert np.array_equal(compose(frames[0], white, away, np.ones((128, 128), np.float32)), frames[0])


def test_a_crop_over_the_frames_edge_is_cut_off(frames: list[np.ndarray]) -> None:
    corner = np.array([[1, 0, 100], [0, 1, 100]], np.float32)
    white = np.full((128, 128, 3), 255, np.uint8)
    out = compose(frames[0], white, corner, np.ones((128, 128), np.float32))
    assert (out[:20, :20] == 255).all()
    assert np.array_equal(out[40:], frames[0][40:])


def test_a_picture_gets_the_same_mouth_as_its_rgb(faces: Faces, frames: list[np.ndarray]) -> None:
    picture, mask, matrix = Picture.of_rgb(frames[10]), a_mask(faces, 10), faces.matrices[10]
    crop = faces.fine[60]
    slow = compose(picture.rgb(), crop, matrix, mask).astype(int)
    fast = compose_picture(picture, crop, matrix, mask).rgb()
    assert (slow != picture.rgb()).any(-1).sum() > 1000
    assert np.abs(fast - slow).mean() < 0.05
    assert np.quantile(np.abs(fast - slow).max(-1), 0.999) <= 3  # colour is stored at half the size


def test_stored_samples_outside_the_mask_are_kept(faces: Faces, frames: list[np.ndarray]) -> None:
    picture, mask, matrix = Picture.of_rgb(frames[10]), a_mask(faces, 10), faces.matrices[10]
    white = np.full((128, 128, 3), 255, np.uint8)
    out = compose_picture(picture, white, matrix, mask)
    in_rgb = compose(np.zeros_like(frames[10]), white, matrix, mask).any(-1)
    changed = out.y != picture.y
    assert changed.sum() > 1000
    assert not (changed & ~in_rgb).any()
    in_halves = in_rgb.reshape(in_rgb.shape[0] // 2, 2, -1, 2).any((1, 3))
    assert not ((out.u != picture.u) & ~in_halves).any()
    assert not ((out.v != picture.v) & ~in_halves).any()


def test_nothing_is_laid_under_an_empty_mask(faces: Faces, frames: list[np.ndarray]) -> None:
    picture = Picture.of_rgb(frames[10])
    assert (
        compose_picture(picture, faces.fine[3], faces.matrices[10], np.zeros((128, 128), np.float32))
        is picture
    )


def test_blending_in_the_masks_box_is_what_blending_everywhere_gives(
    faces: Faces, frames: list[np.ndarray]
) -> None:
    frame, mask, matrix = frames[30], a_mask(faces, 30), faces.matrices[30]
    shape = frame.shape[1::-1]
    back = cv2.invertAffineTransform(matrix.astype(float))
    share = cv2.warpAffine(mask, back, shape)[..., None]
    crop = crop_frame(frames[90], matrix, 128, 128)
    mouth = cv2.warpAffine(crop, back, shape, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    everywhere = np.rint(frame * (1 - share) + mouth * share)
    off = np.abs(compose(frame, crop, matrix, mask) - everywhere)
    assert (off > 1).mean() < 1e-5  # places are rounded to a 32nd of a pixel, now and then the other way
    assert off.max() <= 3
