"""A tiny presenter: a drawn mouth that opens and closes, and drafts of it with the wrong light and lips."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.face import landmarks as lm

CROP_PX = 32
_LIPS = (lm.INNER_UPPER, lm.INNER_LOWER, lm.OUTER_UPPER, lm.OUTER_LOWER)


@dataclass(frozen=True)
class Mouths:
    """Drafts and truths uint8 [n, S, S, 3], masks float32 [n, S, S], points float32 [n, 478, 2]."""

    drafts: np.ndarray
    truths: np.ndarray
    masks: np.ndarray
    points: np.ndarray


def drawn_mouths(frames: int = 64) -> Mouths:
    opening = 3 + 2.5 * np.sin(np.arange(frames) * 0.45) + 0.5 * np.sin(np.arange(frames) * 1.7)
    points = np.stack([_points(gap) for gap in opening])
    truths = np.stack([_picture(frame) for frame in points])
    # The draft comes from another moment, is darker, and lacks the teeth.
    late = np.stack([_picture(_points(gap * 0.8), teeth=False) for gap in opening])
    drafts = np.clip(late.astype(np.float32) * 0.85, 0, 255).astype(np.uint8)
    masks = np.zeros((frames, CROP_PX, CROP_PX), np.float32)
    masks[:, 8:30, 4:28] = 1
    drafts = np.where(masks[..., None] > 0, drafts, truths)
    return Mouths(drafts, truths, masks, points)


def _points(gap: float) -> np.ndarray:
    points = np.full((lm.POINTS, 2), CROP_PX / 2, np.float32)
    across = np.linspace(-1, 1, len(lm.INNER_UPPER))
    arch = np.sqrt(np.clip(1 - across**2, 0, 1))
    for line, height in zip(_LIPS, (-gap, gap, -gap - 3, gap + 3), strict=True):
        points[list(line), 0] = 16 + 9 * across
        points[list(line), 1] = 18 + height * arch
    return points


def _picture(points: np.ndarray, teeth: bool = True) -> np.ndarray:
    image = np.full((CROP_PX, CROP_PX, 3), (190, 150, 130), np.uint8)
    image[:, :, 0] += np.arange(CROP_PX, dtype=np.uint8)
    outer = np.concatenate([points[list(lm.OUTER_UPPER)], points[list(lm.OUTER_LOWER[::-1])]])
    inner = np.concatenate([points[list(lm.INNER_UPPER)], points[list(lm.INNER_LOWER[::-1])]])
    cv2.fillPoly(image, [np.round(outer).astype(np.int32)], (170, 80, 80))
    cv2.fillPoly(image, [np.round(inner).astype(np.int32)], (40, 15, 15))
    if teeth and inner[:, 1].max() - inner[:, 1].min() > 5:
        image[int(inner[:, 1].min()) + 1 : int(inner[:, 1].min()) + 3, 11:21] = (220, 215, 200)
    return image
