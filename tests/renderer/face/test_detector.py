"""A detector's numbers become boxes, and boxes of one object become one."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face.detector import Detector, compute_overlaps, decode, merge
from renderer.face.networks import FACE_DETECTOR
from renderer.video.decode import TakeReader
from tests import takes

BOXES = 896


def raw(at: int, values: list[float], logit: float) -> tuple[np.ndarray, np.ndarray]:
    boxes, logits = np.zeros((BOXES, 6), np.float32), np.full(BOXES, -100, np.float32)
    boxes[at], logits[at] = values, logit
    return boxes, logits


def square(x: float, y: float, side: float) -> np.ndarray:
    """A box with one keypoint at its low corner."""
    return np.array([[x, y], [x + side, y + side], [x, y]], np.float32)


def test_a_box_counts_from_its_place_on_the_grid() -> None:
    boxes, scores = decode(*raw(2, [3, 5, 8, 4, 1, -1], logit=2.0), 128)  # the place (12, 4)
    assert boxes.tolist() == [[[11, 7], [19, 11], [13, 3]]]
    assert scores == pytest.approx([1 / (1 + np.exp(-2.0))])


def test_doubtful_boxes_and_boxes_of_negative_size_are_left_out() -> None:
    assert len(decode(*raw(2, [3, 5, 8, 4, 1, -1], logit=-0.01), 128)[0]) == 0
    assert len(decode(*raw(2, [3, 5, -8, 4, 1, -1], logit=3.0), 128)[0]) == 0
    with np.errstate(over="raise"):
        assert len(decode(*raw(2, [3, 5, 8, 4, 1, -1], logit=-9000.0), 128)[0]) == 0


def test_boxes_of_one_object_become_their_mean_by_score() -> None:
    boxes = np.stack([square(0, 0, 10), square(2, 0, 10), square(50, 50, 10)])
    found = merge(boxes, np.array([0.6, 0.9, 0.7], np.float32))
    assert [score for _, score in found] == pytest.approx([0.9, 0.7])
    assert found[0][0][0] == pytest.approx([2 * 0.9 / 1.5, 0])
    assert found[1][0].tolist() == boxes[2].tolist()


def test_boxes_that_overlap_little_stay_two() -> None:
    boxes = np.stack([square(0, 0, 10), square(6, 0, 10)])
    assert compute_overlaps(boxes[0], boxes[1:]) == pytest.approx([0.25])
    assert len(merge(boxes, np.array([0.9, 0.8], np.float32))) == 2


def test_a_box_without_an_area_ends_the_search_like_any_other() -> None:
    assert len(merge(square(3, 3, 0)[None], np.array([0.9], np.float32))) == 1


def test_the_presenters_face_is_found_with_both_eyes_in_it() -> None:
    with TakeReader(takes.DEMO_TAKE) as reader:
        picture = next(iter(reader.frames(range(1))))
    (face,) = Detector(FACE_DETECTOR)(picture)
    assert face.score > 0.8
    left_eye, right_eye = face.keypoints[:2]
    assert (face.low < left_eye).all() and (right_eye < face.high).all()
    assert 100 < right_eye[0] - left_eye[0] < 200
    assert Detector(FACE_DETECTOR)(np.full_like(picture, 90)) == []
