"""The refiner's training pairs (a draft beside what was filmed), and random crops of both."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch

from renderer.config import fingerprint
from renderer.face import landmarks as lm
from renderer.refiner.conditioning import draw_landmarks, encode_planes, stack_conditioning

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_OUTSIDE_MOUTH_WEIGHT = 0.15  # what the rest of the mask counts beside the mouth


@dataclass(frozen=True, eq=False)
class TrainingPairs:
    """Frames of a take: drafts and truths uint8 [T, S, S, 3], masks [T, S, S] 0..1, points [T, 478, 2]."""

    drafts: Crops
    truths: Crops
    masks: Floats
    points: Floats
    outlines: Crops  # [T, 2, S, S]
    mouths: Floats  # [T, S, S] where the mouth is

    @property
    def content(self) -> str:
        parts = (self.drafts, self.truths, self.masks, self.points)
        return fingerprint(*(np.ascontiguousarray(part).tobytes() for part in parts))


def build_training_pairs(drafts: Crops, truths: Crops, masks: Floats, points: Floats) -> TrainingPairs:
    outlines = draw_landmarks(points, drafts.shape[1])
    return TrainingPairs(drafts, truths, masks, points, outlines, _compute_mouth_weights(outlines))


def _compute_mouth_weights(outlines: Crops) -> Floats:
    """[T, S, S] 1 on lips and opening, falling to 0 a little beyond them."""
    wide = outlines.shape[-1] / 40
    lips = (outlines[:, 0] > 0).astype(np.float32)
    near = np.stack([cv2.GaussianBlur(frame, (0, 0), wide) for frame in lips])
    return np.clip(2 * near, 0, 1).astype(np.float32)


def sample_run(
    pairs: TrainingPairs, frames: slice, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Successive frames in a random square around the mouth: conditioning [n, 9, s, s], truth [n, 3, s, s],
    weight [n, 1, s, s]."""
    at = (frames, *_sample_square(pairs, frames.start, generator))
    drafts, truths, masks = pairs.drafts[at], pairs.truths[at], pairs.masks[at]
    conditioning = stack_conditioning(drafts, truths, masks, pairs.outlines[frames, :, at[1], at[2]])
    mask = conditioning[:, 6:7]
    # The draft's light is varied, so that the net learns to correct it by what surrounds the mask.
    gain, lift = 0.01 * torch.randn(2, 3, 1, 1, generator=generator)
    conditioning[:, :3] += mask * (conditioning[:, :3] * gain + lift)
    weight = mask * (
        _OUTSIDE_MOUTH_WEIGHT + torch.from_numpy(np.ascontiguousarray(pairs.mouths[at]))[:, None]
    )
    return conditioning, encode_planes(truths), weight


def _sample_square(pairs: TrainingPairs, frame: int, generator: torch.Generator) -> tuple[slice, slice]:
    """Rows and columns of half the crop's edge, with the mouth anywhere in them."""
    size = pairs.drafts.shape[1]
    edge = min(max(size // 32 * 16, 32), size)
    centre = pairs.points[frame, list(lm.LIPS)].mean(0)
    jittered = centre + (torch.rand(2, generator=generator).numpy() - 0.5) * 0.6 * edge
    left, top = np.clip(np.round(jittered - edge / 2), 0, size - edge).astype(int)
    return slice(top, top + edge), slice(left, left + edge)
