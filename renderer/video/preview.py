"""The moving preview of a video: its poster, then some seconds of it, small enough for a mail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.video.gif import write_gif
from renderer.video.moments import read_moment

RATE_HZ = 8.0
FIRST_S = 0.8  # the poster stays: some mail programs show nothing else
BYTES_MAX = 400_000


def write_preview(
    video: Path,
    span_s: tuple[float, float],
    poster: npt.NDArray[np.uint8],
    sign: npt.NDArray[np.uint8],
    out: Path,
) -> None:
    """A GIF of at most `BYTES_MAX`: the ``poster`` (RGB [h, w, 3], the size of the whole), then ``span_s`` of
    the video, with ``sign`` (RGBA [h, w, 4]) over every picture. Raises RenderError."""
    height, width = poster.shape[:2]
    frames = [poster, *read_moment(video, *span_s, RATE_HZ, (width, height))]
    write_gif(_cover(frames, sign), RATE_HZ, out, BYTES_MAX, FIRST_S)


def _cover(
    frames: Sequence[npt.NDArray[np.uint8]], sign: npt.NDArray[np.uint8]
) -> list[npt.NDArray[np.uint8]]:
    share = sign[..., 3:].astype(np.float32) / 255
    over = sign[..., :3] * share
    return [(frame * (1 - share) + over + 0.5).astype(np.uint8) for frame in frames]
