"""The triangles between face points, with the mouth's opening filled."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER

# Three point numbers a line: the tessellation of MediaPipe's face mesh (Apache-2.0), whose points these are.
_TRIANGLES = Path(__file__).with_name("triangles.csv")


def load_face_triangles() -> npt.NDArray[np.int32]:
    """Point numbers [M, 3] of the tracker's mesh, the mouth's opening included (eyes stay open).

    Mouth triangles come first, so that a lip drawn later covers the edge that they share.
    """
    return np.concatenate([load_mouth_triangles(), _surface()])


def load_mouth_triangles() -> npt.NDArray[np.int32]:
    """The strip of triangles [18, 3] between the upper and the lower inner lip."""
    strips = []
    for upper, lower, next_upper, next_lower in zip(
        INNER_UPPER, INNER_LOWER, INNER_UPPER[1:], INNER_LOWER[1:], strict=False
    ):
        strips += [(upper, lower, next_upper), (lower, next_lower, next_upper)]
    return np.array([strip for strip in strips if len(set(strip)) == 3], np.int32)


@cache
def _surface() -> npt.NDArray[np.int32]:
    return np.loadtxt(_TRIANGLES, np.int32, delimiter=",")
