"""The base of a message's frames: cropped from what is shown, mixed where the path mixes."""

from __future__ import annotations

import numpy as np

from renderer.face.crop import apply, invert
from renderer.mouth.base import build_mouth_base, crop_frame, shrink
from renderer.presenter.presenter import Presenter
from renderer.take.base_track import PathFrame
from renderer.video.picture import Picture


def test_frames_without_mixing_give_the_baked_crops(small_bake: Presenter, frames: list[np.ndarray]) -> None:
    path = [PathFrame(4, 4, 0.0), PathFrame(30, 30, 0.0), PathFrame(4, 4, 0.0)]
    base = build_mouth_base(small_bake, path, [frames[at.a] for at in path])
    assert np.array_equal(base.points, small_bake.points[[4, 30, 4]])
    assert np.array_equal(base.matrices, small_bake.matrices[[4, 30, 4]])
    assert np.array_equal(base.fine, small_bake.fine[[4, 30, 4]])
    assert np.array_equal(base.crops, small_bake.crops[[4, 30, 4]])
    assert base.ok.all()


def test_a_picture_is_cut_like_its_rgb(small_bake: Presenter, frames: list[np.ndarray]) -> None:
    picture, factor = Picture.of_rgb(frames[30]), small_bake.fine_px // small_bake.crop_px
    for matrix in (small_bake.matrices[30], np.array([[1, 0, 60], [0, 1, 60]], np.float32)):
        for size in (small_bake.crop_px, factor * small_bake.crop_px):
            whole = crop_frame(picture.rgb(), matrix, small_bake.crop_px, size)
            assert np.array_equal(crop_frame(picture, matrix, small_bake.crop_px, size), whole)


def test_a_mixed_frame_lies_between_its_two(small_bake: Presenter, frames: list[np.ndarray]) -> None:
    mixed = (frames[4].astype(float) / 2 + frames[40].astype(float) / 2).astype(np.uint8)
    base = build_mouth_base(small_bake, [PathFrame(4, 40, 0.5)], [mixed])
    in_take = [apply(invert(small_bake.matrices[[at]]), small_bake.points[[at]])[0] for at in (4, 40)]
    shown = apply(invert(base.matrices), base.points)[0]
    assert np.allclose(shown, (in_take[0] + in_take[1]) / 2, atol=0.05)
    assert base.fine.shape == (1, small_bake.fine_px, small_bake.fine_px, 3)


def test_crops_of_the_same_size_are_not_shrunk() -> None:
    crops = np.zeros((2, 32, 32, 3), np.uint8)
    assert shrink(crops, 32) is crops
    assert shrink(crops, 16).shape == (2, 16, 16, 3)
