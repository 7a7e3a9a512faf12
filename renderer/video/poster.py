"""The still picture that stands for a video until it plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from renderer.runtime.atomic_files import atomic_write
from renderer.runtime.profiling import span


@span("poster")
def write_poster(frame: npt.NDArray[np.uint8], path: Path, max_px: int = 1280) -> None:
    """Write a frame (uint8 RGB [h, w, 3]) as JPEG, at most ``max_px`` on its longer side."""
    image = Image.fromarray(frame)
    image.thumbnail((max_px, max_px), Image.Resampling.LANCZOS)
    with atomic_write(path) as temporary:
        image.save(temporary, "JPEG", quality=88, optimize=True)
