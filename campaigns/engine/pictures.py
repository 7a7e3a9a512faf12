"""Pictures of a finished video: the still of a moment, and some seconds that move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def write_moment(video: Path, at_s: float, out: Path) -> None:
    """The frame that a player shows at ``at_s`` as JPEG. Raises RenderError for what is no video."""
    from renderer.video.moments import write_moment as write

    write(video, at_s, out)


def write_preview(
    video: Path, span_s: tuple[float, float], poster: Image.Image, sign: Image.Image, out: Path
) -> None:
    """A small GIF: the poster (RGB), then ``span_s`` of the video in its size, the sign (RGBA) over all.

    Raises RenderError.
    """
    import numpy as np

    from renderer.video.preview import write_preview as write

    write(video, span_s, np.asarray(poster), np.asarray(sign), out)
