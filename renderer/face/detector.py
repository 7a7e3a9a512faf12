"""Find faces or palms anywhere in a picture: a single-shot detector and what makes boxes of its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.face.anchors import lay_anchor_centres
from renderer.face.networks import network
from renderer.face.region import Image, crop, project, whole

Floats = npt.NDArray[np.float32]

_SURE = 0.0  # the least logit of a box: a score of 0.5
_SAME = 0.3  # boxes that overlap by more (intersection over union) show the same object


@dataclass(frozen=True, eq=False)
class Detection:
    """A box (``low`` and ``high`` corner [2]) with its ``keypoints`` [k, 2], in px, and its score 0..1."""

    low: Floats
    high: Floats
    keypoints: Floats
    score: float


class Detector:
    """Finds what its network was fitted to, the surest first."""

    def __init__(self, name: str) -> None:
        self._network = network(name)

    def __call__(self, picture: Image) -> list[Detection]:
        """All objects in a picture [h, w, 3], in its px."""
        region, size_px = whole(picture), self._network.size_px
        found = self._network(crop(picture, region, size_px, black_outside=True))
        boxes, scores = decode(found["boxes"][0], found["scores"][0, :, 0], size_px)
        merged = [(project(points, region, size_px), score) for points, score in merge(boxes, scores)]
        return [Detection(points[0], points[1], points[2:], score) for points, score in merged]


def decode(values: Floats, logits: Floats, size_px: int) -> tuple[Floats, Floats]:
    """The sure boxes of a network's values [n, 4 + 2k] as points [m, 2 + k, 2] in px, with their scores [m].

    Values are the centre and the size of a box and then its keypoints, in px from the anchor. The first two
    points of a box are its low and its high corner. Boxes of negative size are left out.
    """
    sure = np.flatnonzero(logits >= _SURE)
    sure = sure[(values[sure, 2:4] >= 0).all(1)]
    scores = np.asarray(1 / (1 + np.exp(-logits[sure])), np.float32)
    points = values[sure].reshape(len(sure), values.shape[1] // 2, 2)
    anchors = lay_anchor_centres(size_px)[sure]
    centre, half = points[:, 0] + anchors, points[:, 1] / 2
    corners = np.stack([centre - half, centre + half], axis=1)
    return np.concatenate([corners, points[:, 2:] + anchors[:, None]], axis=1), scores


def merge(boxes: Floats, scores: Floats) -> list[tuple[Floats, float]]:
    """Boxes [m, 2 + k, 2] of one object become their mean, weighted by score; each with its best score.

    Source: the weighted variant of non-maximum suppression in "BlazeFace" (Bazarevsky et al., 2019).
    """
    left = np.argsort(-scores, kind="stable")
    merged = []
    while len(left):
        best = left[0]
        same = compute_overlaps(boxes[best], boxes[left]) > _SAME
        same[0] = True  # a box without an area overlaps nothing, not even itself
        members = left[same]
        mean = np.average(boxes[members], axis=0, weights=scores[members]).astype(np.float32)
        merged.append((mean, float(scores[best])))
        left = left[~same]
    return merged


def compute_overlaps(box: Floats, others: Floats) -> Floats:
    """Intersection over union of one box [2 + k, 2] with others [m, 2 + k, 2]."""
    low, high = np.maximum(box[0], others[:, 0]), np.minimum(box[1], others[:, 1])
    shared = np.prod(np.maximum(high - low, 0.0), axis=1)
    union = np.prod(box[1] - box[0]) + np.prod(others[:, 1] - others[:, 0], axis=1) - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0), np.float32)
