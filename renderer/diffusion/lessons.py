"""What the refiner learns from: drafts, truths, and pieces of both cut around the mouth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch

from renderer.config import fingerprint
from renderer.diffusion.condition import condition, draw_landmarks, pixels
from renderer.motion import landmarks as lm

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_ELSEWHERE = 0.15  # what the rest of the mask counts beside the mouth


@dataclass(frozen=True, eq=False)
class Lessons:
    """Frames of a take: drafts and truths uint8 [T, S, S, 3], masks [T, S, S] 0..1, points [T, 478, 2]."""

    drafts: Crops
    truths: Crops
    masks: Floats
    points: Floats
    drawn: Crops  # [T, 2, S, S]
    mouths: Floats  # [T, S, S] where the mouth is

    @property
    def content(self) -> str:
        parts = (self.drafts, self.truths, self.masks, self.points)
        return fingerprint(*(np.ascontiguousarray(part).tobytes() for part in parts))


def lessons_of(drafts: Crops, truths: Crops, masks: Floats, points: Floats) -> Lessons:
    drawn = draw_landmarks(points, drafts.shape[1])
    return Lessons(drafts, truths, masks, points, drawn, _mouth_weights(drawn))


def _mouth_weights(drawn: Crops) -> Floats:
    """[T, S, S] 1 on lips and opening, falling to 0 a little beyond them."""
    wide = drawn.shape[-1] / 40
    lips = (drawn[:, 0] > 0).astype(np.float32)
    near = np.stack([cv2.GaussianBlur(frame, (0, 0), wide) for frame in lips])
    return np.clip(2 * near, 0, 1).astype(np.float32)


def piece(
    lessons: Lessons, frames: slice, dice: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Some frames, cut around the mouth: condition [n, 9, s, s], truth [n, 3, s, s], weight [n, 1, s, s]."""
    at = (frames, *_square(lessons, frames.start, dice))
    drafts, truths, masks = lessons.drafts[at], lessons.truths[at], lessons.masks[at]
    told = condition(drafts, truths, masks, lessons.drawn[frames, :, at[1], at[2]])
    mask = told[:, 6:7]
    # The draft's light is varied, so that the net learns to set it right from what surrounds the mask.
    gain, lift = 0.01 * torch.randn(2, 3, 1, 1, generator=dice)
    told[:, :3] += mask * (told[:, :3] * gain + lift)
    weight = mask * (_ELSEWHERE + torch.from_numpy(np.ascontiguousarray(lessons.mouths[at]))[:, None])
    return told, pixels(truths), weight


def _square(lessons: Lessons, frame: int, dice: torch.Generator) -> tuple[slice, slice]:
    """Rows and columns of half the crop's edge, with the mouth anywhere in them."""
    size = lessons.drafts.shape[1]
    edge = min(max(size // 32 * 16, 32), size)
    centre = lessons.points[frame, list(lm.LIPS)].mean(0)
    strayed = centre + (torch.rand(2, generator=dice).numpy() - 0.5) * 0.6 * edge
    left, top = np.clip(np.round(strayed - edge / 2), 0, size - edge).astype(int)
    return slice(top, top + edge), slice(left, left + edge)
