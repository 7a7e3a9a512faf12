"""The take's picture for each frame of a planned path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from renderer.runtime.profiling import span
from renderer.take.base_track import PathFrame
from renderer.video.decode import TakeReader
from renderer.video.picture import Picture

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

# Motion is measured on a small copy: on real takes larger ones look no better.
_FLOW_SIDE_PX = 640


def read_path_pictures(reader: TakeReader, path: Sequence[PathFrame]) -> Iterator[Picture]:
    """Yield one picture per path frame; inside a transition two take frames are morphed."""
    for shown in path:
        first = reader.picture(shown.a)
        if shown.mix <= 0 or shown.a == shown.b:
            yield first
        else:
            mixed = morph(first.rgb(), reader.picture(shown.b).rgb(), shown.mix)
            yield Picture.of_rgb(mixed, first.colours)


@span("morph", frames=1)
def morph(first: Image, second: Image, mix: float) -> Image:
    """The picture at ``mix`` (0..1) of the way from ``first`` to ``second``: moved, then blended.

    A plain blend shows two noses where the head moved; here each picture first moves its share of the
    way along the optical flow.
    """
    there, back = _optical_flow(first, second), _optical_flow(second, first)
    return cv2.addWeighted(_warp(first, there, mix), 1 - mix, _warp(second, back, 1 - mix), mix, 0)


def _optical_flow(first: Image, second: Image) -> Floats:
    """Where each pixel of ``first`` is in ``second``, minus where it was: px [h, w, 2]."""
    height, width = first.shape[:2]
    scale = min(1.0, _FLOW_SIDE_PX / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = [
        cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for image in (first, second)
    ]
    estimator: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    grown = cv2.resize(estimator.calc(*small, None), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown * np.array([width / size[0], height / size[1]]), np.float32)


def _warp(image: Image, flow: Floats, share: float) -> Image:
    height, width = image.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(
        image,
        x - share * flow[..., 0],
        y - share * flow[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
