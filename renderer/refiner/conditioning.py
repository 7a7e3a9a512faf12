"""The conditioning of the refiner, for each frame: draft, surroundings, mask and drawn landmarks."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch

from renderer.face import landmarks as lm

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_FINE = 4  # sub-pixel bits of OpenCV's drawing


def encode_planes(crops: Crops) -> torch.Tensor:
    """Crops uint8 [n, S, S, 3] → float32 [n, 3, S, S] in -1..1."""
    planes = torch.from_numpy(np.ascontiguousarray(crops)).permute(0, 3, 1, 2)
    return planes.float() / 127.5 - 1


def decode_planes(planes: torch.Tensor) -> Crops:
    """Float [n, 3, S, S] in -1..1 → crops uint8 [n, S, S, 3]."""
    levels = ((planes.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()


def stack_conditioning(drafts: Crops, bases: Crops, masks: Floats, outlines: Crops) -> torch.Tensor:
    """[n, 9, S, S]: draft, the take's crop with the mask blanked, mask, and `draw_landmarks`' two planes."""
    mask = torch.from_numpy(np.ascontiguousarray(masks, np.float32))[:, None]
    # A frame that will be refined must not see the take's own mouth: a soft mask would leak its edge.
    around = encode_planes(bases) * (mask <= 0)
    outline_planes = torch.from_numpy(outlines).float() / 127.5 - 1
    return torch.cat([encode_planes(drafts), around, mask, outline_planes], 1)


def draw_landmarks(points: Floats, crop_px: int) -> Crops:
    """Points [n, 478, 2] in crop px → uint8 [n, 2, S, S]: filled lips with their opening, and outlines."""
    return (
        np.stack([_draw_outlines(frame, crop_px) for frame in points])
        if len(points)
        else _make_empty_outlines(crop_px)
    )


def _draw_outlines(points: Floats, crop_px: int) -> Crops:
    lips, lines = np.zeros((crop_px, crop_px), np.uint8), np.zeros((crop_px, crop_px), np.uint8)
    outer = _place_corners(points, lm.OUTER_UPPER + lm.OUTER_LOWER[::-1])
    inner = _place_corners(points, lm.INNER_UPPER + lm.INNER_LOWER[::-1])
    cv2.fillPoly(lips, [outer], 128, cv2.LINE_AA, _FINE)
    cv2.fillPoly(lips, [inner], 255, cv2.LINE_AA, _FINE)
    cv2.polylines(lines, [outer, inner], True, 255, 1, cv2.LINE_AA, _FINE)
    cv2.polylines(lines, [_place_corners(points, lm.JAW)], False, 255, 1, cv2.LINE_AA, _FINE)
    return np.stack([lips, lines])


def _place_corners(points: Floats, indices: tuple[int, ...]) -> npt.NDArray[np.int32]:
    return np.round(points[list(indices)] * 2**_FINE).astype(np.int32)


def _make_empty_outlines(crop_px: int) -> Crops:
    return np.zeros((0, 2, crop_px, crop_px), np.uint8)
