"""The take's picture for each frame of a planned path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from renderer.video.decode import TakeReader
from renderer.walk import PathFrame


def mixed_frames(reader: TakeReader, path: Sequence[PathFrame]) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield one uint8 RGB frame [h, w, 3] per path frame; inside a jump two take frames are blended."""
    for shown in path:
        first = reader.frame(shown.a)
        if shown.mix <= 0 or shown.a == shown.b:
            yield first
        else:
            second = reader.frame(shown.b)
            yield cv2.addWeighted(first, 1 - shown.mix, second, shown.mix, 0)
