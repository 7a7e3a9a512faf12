"""Find hands near a face."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.hand_points import MIDDLE_ROOT, WRIST, open_hand_follower

Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

_REACH = 0.7  # of the face's width beyond its outline: a hand is seen before it covers anything
_VIEW_PX = 384
_HANDS = 2
_FINGER = 0.14  # half a finger's width as a share of the palm's length


def open_hand_finder(faces: Floats) -> Callable[[Image], list[Floats]]:
    """A function from one RGB frame [h, w, 3] to the hands [21, 2] in frame px near the take's face.

    ``faces`` [T, 478, 2] are the take's face points in frame px. Give it frames in their order.
    """
    left, top, right, bottom = _view(faces)
    follow = open_hand_follower(_HANDS)

    def hands_in(frame: Image) -> list[Floats]:
        part = frame[max(top, 0) : bottom, max(left, 0) : right]
        height, width = part.shape[:2]
        scale = min(_VIEW_PX / max(height, width), 1.0)
        size = np.array([max(round(width * scale), 1), max(round(height * scale), 1)])
        seen = follow(np.asarray(cv2.resize(part, size.tolist(), interpolation=cv2.INTER_AREA), np.uint8))
        corner = np.array([max(left, 0), max(top, 0)])
        return [np.asarray(hand * (np.array([width, height]) / size) + corner, np.float32) for hand in seen]

    return hands_in


def compute_hand_outline(hand: Floats) -> Floats:
    """The outline [n, 2] that a hand's points [21, 2] fill, flesh included."""
    thick = _FINGER * float(np.linalg.norm(hand[MIDDLE_ROOT] - hand[WRIST]))
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
