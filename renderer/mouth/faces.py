"""The lower faces of a whole take: where they are, what they look like, which can be used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from renderer.face.crop import apply, crop_path, side_px
from renderer.face.hands import hand_finder, hand_outline
from renderer.face.mesh import face_triangles
from renderer.face.track import FaceTrack, track
from renderer.files import whole_file
from renderer.mouth.atlas import Atlas, atlas_of
from renderer.mouth.base import MouthBase, cut, shrink
from renderer.mouth.detail import UNCHANGED
from renderer.mouth.guard import GUARD_PX, guard, hand_before
from renderer.mouth.warp import lower_face_triangles
from renderer.progress import Progress, Step, silent
from renderer.video.decode import TakeReader

Frame = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Crops = npt.NDArray[np.uint8]

_THUMB_WIDTH_PX = 64
_FINE_MAX_BYTES = 400 * 2**20
_FINE_MAX_FACTOR = 3
_HANDS_EVERY = 3  # frames; a hand does not cross the mouth in less


@dataclass(frozen=True, eq=False)
class Seen:
    """The track of a take's face, and its frames seen small."""

    face: FaceTrack
    thumbs: npt.NDArray[np.uint8]  # [T, h, 64, 3] the whole frames, small


def see(reader: TakeReader, kept: Path | None, progress: Progress = silent) -> Seen:
    """Track a take's face; ``kept`` is a file that saves the work for the next call (None: nowhere).

    Raises RenderError for a take without exactly one face that is large enough.
    """
    if kept is not None and kept.exists():
        try:
            return _load_seen(kept)
        except (SafetensorError, KeyError, ValueError):
            kept.unlink()
    thumbs: list[Frame] = []
    total = reader.facts.frames
    face = track(_noting(reader.frames(range(total)), thumbs), total, progress)
    seen = Seen(face, np.stack(thumbs))
    if kept is not None:
        _save_seen(seen, kept)
    return seen


def _save_seen(seen: Seen, kept: Path) -> None:
    arrays = {"points": seen.face.points, "ok": seen.face.ok, "thumbs": seen.thumbs}
    with whole_file(kept) as part:
        save_file(arrays, part, {"problems": json.dumps(seen.face.problems)})


def _load_seen(kept: Path) -> Seen:
    with safe_open(kept, "np") as stored:
        problems = tuple(json.loads(stored.metadata()["problems"]))
        face = FaceTrack(stored.get_tensor("points"), stored.get_tensor("ok"), problems)
        return Seen(face, stored.get_tensor("thumbs"))


def _noting(frames: Iterable[Frame], thumbs: list[Frame]) -> Iterator[Frame]:
    for frame in frames:
        height = max(round(frame.shape[0] * _THUMB_WIDTH_PX / frame.shape[1]), 1)
        thumbs.append(
            np.asarray(cv2.resize(frame, (_THUMB_WIDTH_PX, height), interpolation=cv2.INTER_AREA), np.uint8)
        )
        yield frame


# --- crop and guard ---


@dataclass(frozen=True, eq=False)
class Faces:
    """The take's lower faces; fields as in `renderer.mouth.presenter.Presenter`."""

    points: Floats
    matrices: Floats
    ok: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]
    fine: npt.NDArray[np.uint8]
    triangles: npt.NDArray[np.int32]
    problems: tuple[str, ...]
    crop_px: int
    detail: Floats = field(default_factory=UNCHANGED.copy)

    @cached_property
    def atlas(self) -> Atlas:
        """The take's mouths, for retrieval."""
        return atlas_of(self.points, self.fine, self.usable, self.crop_px)

    def base(self, frames: npt.NDArray[np.int_]) -> MouthBase:
        """The base that shows these take frames unmixed."""
        fine, points = self.fine[frames], self.points[frames]
        return MouthBase(shrink(fine, self.crop_px), fine, points, self.ok[frames], self.matrices[frames])


def lower_faces(reader: TakeReader, seen: Seen, crop_px: int, progress: Progress = silent) -> Faces:
    """Cut the lower face out of every frame and note which frames can be used."""
    matrices = crop_path(seen.face.points, crop_px).matrices
    points = apply(matrices, seen.face.points)
    fine_px = _fine_px(side_px(matrices, crop_px), len(points), crop_px)
    frames = reader.frames(range(len(points)))
    fine, hands = cut_out(frames, seen.face.points, matrices, (crop_px, fine_px), progress)
    triangles = lower_face_triangles(face_triangles(), np.median(points, axis=0).astype(np.float32))
    guarded = guard(points, seen.face.ok, shrink(fine, crop_px), triangles, hands)
    # Where everything is guarded there is nothing to draw from; the track alone then decides.
    usable = guarded.ok if guarded.ok.any() else seen.face.ok
    problems = seen.face.problems + guarded.problems()
    return Faces(points, matrices, guarded.ok, usable, fine, triangles, problems, crop_px)


def cut_out(
    frames: Iterable[Frame],
    faces: Floats,
    matrices: Floats,
    sizes_px: tuple[int, int],
    progress: Progress = silent,
) -> tuple[Crops, Flags]:
    """Lower faces [n, F, F, 3] and what a hand covers of them [n, 48, 48], of RGB frames in their order.

    ``faces`` [n, 478, 2] are in frame px, ``matrices`` [n, 2, 3] lead to crop px, ``sizes_px`` are the edges
    of the crop and of what is cut out, F.
    """
    crop_px, fine_px = sizes_px
    points = apply(matrices, faces)
    fine = np.empty((len(points), fine_px, fine_px, 3), np.uint8)
    hands = np.zeros((len(points), GUARD_PX, GUARD_PX), bool)
    with hand_finder(faces) as hands_in:
        for number, frame in enumerate(frames):
            fine[number] = cut(frame, matrices[number], crop_px, fine_px)
            if number % _HANDS_EVERY == 0:
                for hand in hands_in(frame):
                    outline = _in_crop(hand_outline(hand), matrices[number])
                    hands[number : number + _HANDS_EVERY] |= hand_before(outline, points[number], crop_px)
            progress(Step("cutting out the lower face", number + 1, len(points)))
    return fine, hands


def _in_crop(outline: Floats, matrix: Floats) -> Floats:
    return apply(matrix[None], outline[None])[0]


def _fine_px(side_in_take_px: float, frames: int, crop_px: int) -> int:
    """The multiple of the crop's edge that keeps the take's detail and fits into memory."""
    factor = int(np.clip(np.ceil(0.9 * side_in_take_px / crop_px), 1, _FINE_MAX_FACTOR))
    while factor > 1 and frames * (factor * crop_px) ** 2 * 3 > _FINE_MAX_BYTES:
        factor -= 1
    return factor * crop_px
