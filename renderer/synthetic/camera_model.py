"""Camera model: background, camera position, white balance, blur, grain and compression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.synthetic.scene import Camera

Image = npt.NDArray[np.uint8]

_FACE_WIDTH_M = 0.135


@dataclass(frozen=True)
class Lens:
    """``balance`` multiplies red, green and blue; ``blur_px`` and ``grain`` (in levels) are deviations;
    ``crf`` is the quality of the H.264 file (lower is better)."""

    balance: tuple[float, float, float]
    gamma: float
    blur_px: float
    sharpen: float
    grain: float
    crf: int


def sample_camera(rng: np.random.Generator) -> Camera:
    """The face fills 45 to 60 % of the picture's width, from a webcam's distance to a long lens's."""
    return Camera(
        distance_m=float(rng.uniform(0.5, 2.5)),
        turn_rad=float(np.clip(rng.normal(0, 0.11), -0.25, 0.25)),
        rise_rad=float(np.clip(rng.normal(0.0, 0.09), -0.25, 0.25)),
        width_m=_FACE_WIDTH_M / float(rng.uniform(0.45, 0.6)),
        exposure=float(np.clip(rng.lognormal(-0.25, 0.3), 0.45, 1.35)),
    )


def sample_lens(rng: np.random.Generator) -> Lens:
    warm, green = rng.normal(0, 0.05), rng.normal(0, 0.02)
    soft = rng.random() < 0.5
    return Lens(
        balance=(float(1 + warm), float(1 + green), float(1 - warm)),
        gamma=float(np.clip(rng.normal(1.0, 0.1), 0.75, 1.3)),
        blur_px=float(rng.uniform(0.3, 1.1)) if soft else 0.0,
        sharpen=float(rng.uniform(0.2, 0.9)) if rng.random() < 0.3 else 0.0,
        grain=float(rng.uniform(0, 5)) if rng.random() < 0.7 else 0.0,
        crf=int(rng.integers(14, 29)),
    )


def apply_lens(picture: Image, size_px: int, lens: Lens, rng: np.random.Generator) -> Image:
    """A drawn picture [h, w, 3], shrunk to ``size_px`` square, as the lens and the sensor give it."""
    small = cv2.resize(picture, (size_px, size_px), interpolation=cv2.INTER_AREA).astype(np.float32)
    if lens.blur_px:
        small = cv2.GaussianBlur(small, (0, 0), lens.blur_px)
    if lens.sharpen:
        small += lens.sharpen * (small - cv2.GaussianBlur(small, (0, 0), 1.2))
    graded = 255 * (np.clip(small / 255, 0, 1) ** lens.gamma) * np.asarray(lens.balance, np.float32)
    if lens.grain:
        graded += lens.grain * rng.standard_normal(graded.shape[:2], np.float32)[..., None]
    return np.clip(np.rint(graded), 0, 255).astype(np.uint8)


def sample_background(size_px: int, rng: np.random.Generator) -> Image:
    """A room out of focus [size_px, size_px, 3]: a wall with soft edges, things on it, sometimes lamps."""
    side = 64
    left, right = rng.uniform(20, 235, 3), rng.uniform(20, 235, 3)
    # Rooms are mostly grey.
    left, right = (0.75 * c.mean() + 0.25 * c for c in (left, right))
    ramp = np.linspace(0, 1, side)[None, :, None]
    wall = np.repeat(left * (1 - ramp) + right * ramp, side, axis=0)
    for _ in range(int(rng.integers(0, 16))):
        x, y, wide, high = rng.integers(-10, side), rng.integers(-10, side), *rng.integers(3, 30, 2)
        colour = rng.uniform(10, 245) * (1 + rng.normal(0, 0.15, 3))
        place = (slice(max(y, 0), max(y + high, 0)), slice(max(x, 0), max(x + wide, 0)))
        share = rng.uniform(0.2, 0.9)
        wall[place] = wall[place] * (1 - share) + colour * share
    soft = cv2.GaussianBlur(wall.astype(np.float32), (0, 0), float(rng.uniform(0.4, 4)))
    large = cv2.resize(soft, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.rint(large), 0, 255).astype(np.uint8)
