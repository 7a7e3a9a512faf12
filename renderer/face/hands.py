"""Find hands near a face."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.quiet import quiet

Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

HAND_POINTS = 21
_REACH = 0.7  # of the face's width beyond its outline: a hand is seen before it covers anything
_VIEW_PX = 384
_SURE = 0.5
# A palm's corners: the wrist and the roots of the fingers.
_WRIST, _MIDDLE_ROOT = 0, 9
_FINGER = 0.14  # half a finger's width as a share of the palm's length


@contextmanager
def hand_finder(faces: Floats) -> Iterator[Callable[[Image], list[Floats]]]:
    """A function from one RGB frame [h, w, 3] to the hands [21, 2] in frame px near the take's face.

    ``faces`` [T, 478, 2] are the take's face points in frame px. Give it frames in their order.
    """
    left, top, right, bottom = _view(faces)
    with quiet():
        finder = _new_finder()

    def hands_in(frame: Image) -> list[Floats]:
        part = frame[max(top, 0) : bottom, max(left, 0) : right]
        height, width = part.shape[:2]
        scale = min(_VIEW_PX / max(height, width), 1.0)
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        with quiet():
            found = finder.process(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
        corner = np.array([max(left, 0), max(top, 0)], np.float32)
        return [
            np.array([(mark.x * width, mark.y * height) for mark in hand.landmark], np.float32) + corner
            for hand in found.multi_hand_landmarks or []
        ]

    try:
        yield hands_in
    finally:
        finder.close()


def hand_outline(hand: Floats) -> Floats:
    """The outline [n, 2] that a hand's points [21, 2] fill, flesh included."""
    thick = _FINGER * float(np.linalg.norm(hand[_MIDDLE_ROOT] - hand[_WRIST]))
    turns = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    around = thick * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    swollen = (hand[:, None] + around[None]).reshape(-1, 2).astype(np.float32)
    return np.asarray(cv2.convexHull(swollen)[:, 0], np.float32)


def _view(faces: Floats) -> tuple[int, int, int, int]:
    low = np.quantile(faces.min(1), 0.02, axis=0)
    high = np.quantile(faces.max(1), 0.98, axis=0)
    margin = _REACH * float(np.median(np.ptp(faces[..., 0], axis=1)))
    (left, top), (right, bottom) = np.floor(low - margin).astype(int), np.ceil(high + margin).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _new_finder() -> Any:
    os.environ.setdefault("GLOG_minloglevel", "3")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from mediapipe.python.solutions.hands import Hands

    finder = Hands(
        model_complexity=0, max_num_hands=2, min_detection_confidence=_SURE, min_tracking_confidence=_SURE
    )
    finder.process(np.zeros((64, 64, 3), np.uint8))  # returns when the models are loaded
    return finder
