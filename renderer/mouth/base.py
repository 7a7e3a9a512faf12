"""The lower faces of the take frames that a message shows, as the draft needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.crop import apply, invert, mix_matrices
from renderer.runtime.profiling import span
from renderer.video.picture import Box, Picture

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_CUBIC_REACH_PX = 3


class ShownFrame(Protocol):
    """One shown frame: take[a] * (1 - mix) + take[b] * mix (renderer.take.plan.PathFrame)."""

    @property
    def a(self) -> int: ...
    @property
    def b(self) -> int: ...
    @property
    def mix(self) -> float: ...


class TakeFaces(Protocol):
    """What is known of a take's faces (renderer.presenter.presenter.Presenter)."""

    @property
    def points(self) -> Floats: ...
    @property
    def matrices(self) -> Floats: ...
    @property
    def ok(self) -> npt.NDArray[np.bool_]: ...
    @property
    def crop_px(self) -> int: ...
    @property
    def fine_px(self) -> int: ...


@dataclass(frozen=True, eq=False)
class MouthBase:
    """The shown frames' own lower faces.

    ``crops`` uint8 [n, S, S, 3], ``fine`` the same squares [n, F, F, 3] at about the take's own scale,
    ``points`` float32 [n, 478, 2] in crop px, ``ok`` bool [n], ``matrices`` float32 [n, 2, 3] from frame px
    to crop px.
    """

    crops: npt.NDArray[np.uint8]
    fine: npt.NDArray[np.uint8]
    points: Floats
    ok: npt.NDArray[np.bool_]
    matrices: Floats


@span("base crops")
def build_mouth_base(
    faces: TakeFaces, path: Sequence[ShownFrame], frames: Iterable[Picture | Image]
) -> MouthBase:
    """The base of shown ``frames`` (already mixed where the path mixes), one for each entry of ``path``.

    Frames are pictures or uint8 RGB [h, w, 3]; of pictures only the face's surroundings become RGB.
    """
    points, ok, matrices = locate_faces(faces, path)
    fine = np.empty((len(path), faces.fine_px, faces.fine_px, 3), np.uint8)
    for place, (frame, matrix) in enumerate(zip(frames, matrices, strict=True)):
        fine[place] = crop_frame(frame, matrix, faces.crop_px, faces.fine_px)
    return MouthBase(shrink(fine, faces.crop_px), fine, points, ok, matrices)


def locate_faces(
    faces: TakeFaces, path: Sequence[ShownFrame]
) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """What is known of shown frames without pictures: the base's ``points``, ``ok`` and ``matrices``."""
    a, b = np.array([shown.a for shown in path], int), np.array([shown.b for shown in path], int)
    mix = np.array([shown.mix for shown in path], np.float32)
    matrices = mix_matrices(faces.matrices[a], faces.matrices[b], mix)
    share = mix[:, None, None]
    in_take = np.asarray(_map_to_take(faces, a) * (1 - share) + _map_to_take(faces, b) * share, np.float32)
    # A frame without mixing keeps its baked points bit for bit.
    points = np.where(share == 0, faces.points[a], apply(matrices, in_take))
    return points.astype(np.float32), find_drawable(faces, path), matrices


def find_drawable(faces: TakeFaces, path: Sequence[ShownFrame]) -> npt.NDArray[np.bool_]:
    """Shown frames [n] that can carry a drawn mouth; a mixed one only if both of its frames can."""
    return np.array([faces.ok[one.a] and (one.mix == 0 or faces.ok[one.b]) for one in path], bool)


def crop_frame(frame: Picture | Image, matrix: Floats, crop_px: int, fine_px: int) -> Image:
    """The crop's square [fine_px, fine_px, 3] out of a picture or a uint8 RGB frame."""
    finer = scale_matrix(matrix, fine_px / crop_px)
    if isinstance(frame, Picture):
        box = _find_read_box(finer, fine_px).clip_to(frame.width, frame.height)
        if box.width and box.height:
            finer[:, 2] += finer[:, :2] @ np.array([box.left, box.top])
            frame = frame.rgb(box)
        else:
            frame = frame.rgb()
    return np.asarray(
        cv2.warpAffine(
            frame, finer, (fine_px, fine_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def scale_matrix(matrix: Floats, factor: float) -> npt.NDArray[np.float64]:
    """``matrix`` [2, 3] take px → crop px, leading to the px of a crop that is ``factor`` times as fine."""
    finer = matrix.astype(np.float64) * factor
    finer[:, 2] += (factor - 1) / 2
    return finer


def _find_read_box(matrix: npt.NDArray[np.float64], size_px: int) -> Box:
    """The pixels of a frame that a square seen through ``matrix`` is interpolated from."""
    back = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0], [size_px, 0], [0, size_px], [size_px, size_px]])
    at_px = corners @ back[:, :2].T + back[:, 2]
    low, high = np.floor(at_px.min(0)).astype(int), np.ceil(at_px.max(0)).astype(int)
    return Box(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1).expand(_CUBIC_REACH_PX)


def shrink(fine: npt.NDArray[np.uint8], crop_px: int) -> npt.NDArray[np.uint8]:
    """Fine crops [n, F, F, 3] averaged down to [n, crop_px, crop_px, 3]."""
    if fine.shape[1] == crop_px:
        return fine
    return np.stack([cv2.resize(crop, (crop_px, crop_px), interpolation=cv2.INTER_AREA) for crop in fine])


def _map_to_take(faces: TakeFaces, frames: npt.NDArray[np.int_]) -> Floats:
    return apply(invert(faces.matrices[frames]), faces.points[frames])
