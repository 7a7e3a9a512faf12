"""Eight seconds of the demo's presenter, and the same with one fault in the picture or in the sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from renderer.config import VideoConfig
from renderer.face.landmarks import INNER_LOWER, INNER_UPPER, MOUTH_CORNERS, OUTER_UPPER
from renderer.timeline import sample_at
from renderer.video.decode import TakeReader
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from renderer.video.recorded_sound import read_own_sound
from tests.takes import DEMO_TAKE

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Change = Callable[[int, Image], Image]


def write_part(
    path: Path,
    frames: range,
    change: Change | None = None,
    *,
    crf: int = 17,
    scale: float = 1.0,
    silent: bool = False,
) -> Path:
    """Frames of the demo's take with their sound, each ``change``d (given its number and its RGB)."""
    with TakeReader(DEMO_TAKE) as reader:
        fps = reader.facts.fps
        config = replace(VideoConfig(), crf=crf)
        picture = path.with_name(f"{path.stem}-picture.mp4")
        encode_segment(_change(reader, frames, change, scale), fps, config, picture)
    stored = read_own_sound(DEMO_TAKE)
    assert stored is not None
    samples, form = stored
    start, stop = (sample_at(frame, fps, form.rate_hz) for frame in (frames.start, frames.stop))
    heard = np.zeros_like(samples[:, start:stop]) if silent else samples[:, start:stop]
    join_segments([picture], heard, path, fps, config, form)
    return path


def _change(reader: TakeReader, frames: range, change: Change | None, scale: float) -> Iterator[Image]:
    for frame in frames:
        rgb = reader.frame(frame)
        made = rgb if change is None else change(frame, rgb)
        if scale != 1:
            size = (int(made.shape[1] * scale) // 2 * 2, int(made.shape[0] * scale) // 2 * 2)
            made = np.asarray(cv2.resize(made, size, interpolation=cv2.INTER_AREA), np.uint8)
        yield made


def lift_mouth(points: Floats, frames: range, share: float) -> Change:
    """The mouth moved up by a share of its width, its surroundings stretched."""

    def change(frame: int, rgb: Image) -> Image:
        if frame not in frames:
            return rgb
        face = points[frame]
        width_px = _width_px(face)
        x, y = _grid(rgb)
        middle = face[list(MOUTH_CORNERS)].mean(0)
        near = np.exp(-(((x - middle[0]) / width_px) ** 4) - ((y - middle[1]) / (0.5 * width_px)) ** 4)
        return _remap(rgb, x, y + near * share * width_px)

    return change


def tear_upper_lip(points: Floats, frames: range) -> Change:
    """One half of the upper lip's outline cut off and lifted, with a hard edge."""

    def change(frame: int, rgb: Image) -> Image:
        if frame not in frames:
            return rgb
        face = points[frame]
        width_px = _width_px(face)
        x, y = _grid(rgb)
        top = face[OUTER_UPPER[5]]
        torn = (x > top[0]) & (x < top[0] + 0.3 * width_px) & (np.abs(y - top[1]) < 0.1 * width_px)
        return _remap(rgb, x, y + np.where(torn, 0.09 * width_px, 0.0))

    return change


def _find_lip_lines(face: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Heights of the upper and the lower inner lip at columns ``x``."""
    lines = (face[list(line)] for line in (INNER_UPPER, INNER_LOWER))
    high, low = (np.interp(x, np.maximum.accumulate(line[:, 0]), line[:, 1]) for line in lines)
    return high.astype(np.float32), low.astype(np.float32)


def clamp_inside(points: Floats, frames: range) -> Change:
    """What is between the lips made of one row, drawn down: streaks."""

    def change(frame: int, rgb: Image) -> Image:
        if frame not in frames:
            return rgb
        face = points[frame]
        x, y = _grid(rgb)
        high, low = _find_lip_lines(face, x[0])
        inside = (y > high) & (y < low) & (x > face[INNER_UPPER[0], 0]) & (x < face[INNER_UPPER[-1], 0])
        return _remap(rgb, x, np.where(inside, high + 0.25 * (low - high), y))

    return change


def smear_inside(points: Floats, frames: range) -> Change:
    """What is between the lips, and the lips' edge, blurred downward."""

    def change(frame: int, rgb: Image) -> Image:
        if frame not in frames:
            return rgb
        face = points[frame]
        x, y = _grid(rgb)
        high, low = _find_lip_lines(face, x[0])
        inside = (
            (y > high - 3) & (y < low + 3) & (x > face[INNER_UPPER[0], 0]) & (x < face[INNER_UPPER[-1], 0])
        )
        blurred = cv2.GaussianBlur(rgb, (1, 15), sigmaX=0.1, sigmaY=3.0)
        return np.asarray(np.where(inside[..., None], blurred, rgb), np.uint8)

    return change


def shout(points: Floats, factor: float) -> Change:
    """Every opening wider by ``factor``: what is under the upper lip is pushed down."""

    def change(frame: int, rgb: Image) -> Image:
        face = points[frame]
        width_px = _width_px(face)
        x, y = _grid(rgb)
        high, low = face[INNER_UPPER[5], 1], face[INNER_LOWER[5], 1]
        gap = max(float(low - high), 0.1)
        wider = (factor - 1) * gap
        middle_x = face[list(MOUTH_CORNERS), 0].mean()
        beside = np.clip(1 - ((x - middle_x) / (0.5 * width_px)) ** 2, 0, 1)
        below = np.clip((y - high) / (gap + wider), 0, 1)
        fade = np.clip((high + 1.2 * width_px - y) / (0.7 * width_px), 0, 1)
        return _remap(rgb, x, y - wider * beside * below * fade)

    return change


def _width_px(face: Floats) -> float:
    return float(np.linalg.norm(face[MOUTH_CORNERS[1]] - face[MOUTH_CORNERS[0]]))


def _grid(rgb: Image) -> tuple[Floats, Floats]:
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    return x, y


def _remap(rgb: Image, x: Floats, y: Floats) -> Image:
    return np.asarray(cv2.remap(rgb, x, y.astype(np.float32), cv2.INTER_LINEAR), np.uint8)
