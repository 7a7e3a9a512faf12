"""How a stored picture is turned and mirrored before it is seen, as the file states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

# A display matrix leads from stored to shown places, x to the right and y down; its first two rows hold it,
# (x, y) times [[a, b], [c, d]], as the container formats say (ISO/IEC 14496-12, 6.2.2).
_QUARTER_TURN = np.array([[0, -1], [1, 0]])  # counter-clockwise
_MIRROR = np.array([[-1, 0], [0, 1]])


@dataclass(frozen=True)
class Orientation:
    """First ``mirrored`` left to right, then turned by counter-clockwise quarter ``turns``."""

    turns: int = 0
    mirrored: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Orientation:
        """That of a decoded picture; upright where its file states none. Slants count as the nearest."""
        stated: Any = frame.side_data.get("DISPLAYMATRIX")
        return cls() if stated is None else cls._of_matrix(bytes(stated))

    @classmethod
    def _of_matrix(cls, stored: bytes) -> Orientation:
        matrix = np.frombuffer(stored, "=i4", 9).reshape(3, 3)[:2, :2].astype(float)
        kinds = [cls(turns, mirrored) for mirrored in (False, True) for turns in range(4)]
        return max(kinds, key=lambda kind: float((kind._matrix() * matrix).sum()))

    @property
    def swaps_sides(self) -> bool:
        """Whether the stored width is the height that is seen."""
        return bool(self.turns % 2)

    @property
    def is_upright(self) -> bool:
        """Whether pictures are shown as they are stored."""
        return self == Orientation()

    def apply(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """A view of an image [h, w, ...] as it is seen."""
        return np.rot90(image[:, ::-1] if self.mirrored else image, self.turns)

    def _matrix(self) -> npt.NDArray[Any]:
        turned = np.linalg.matrix_power(_QUARTER_TURN, self.turns)
        return _MIRROR @ turned if self.mirrored else turned
