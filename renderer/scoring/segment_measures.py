"""A finished segment, decoded again and seen by a fresh face track."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.face.crop import apply, invert, mix_matrices
from renderer.face.track import FaceError, FaceTrack, track
from renderer.mouth.base import crop_frame, shrink
from renderer.mouth.mask import draw_lower_face_mask
from renderer.presenter.presenter import Presenter
from renderer.runtime.prefetch import prefetch
from renderer.runtime.profiling import span
from renderer.scoring.mouth_map import COLUMNS, ROWS, MouthPart, cut_mouth
from renderer.scoring.scores import aperture, appearance_scores, lip_scores
from renderer.speech.speech import Phone
from renderer.take.base_track import PathFrame
from renderer.video.decode import TakeReader
from renderer.video.picture import Box, Picture

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_FACE_PX = 320  # the tracker sees the face at about this size, however large the take is
# A track that starts anew at every segment would show a jump at every seam.
_SETTLING_FRAMES = 6
_MARGIN = 0.35  # around the face, of its size: the tracker looks half as far again as the face is large
_SHARPNESS_STEP_FRAMES = 4


@dataclass(frozen=True, eq=False)
class WantedLips:
    """What the lips of a drawn segment should do: its motion [n, K], and its phones from ``start_s`` on."""

    motion: Floats
    phones: Sequence[Phone]
    start_s: float


@dataclass(frozen=True, eq=False)
class SegmentMeasures:
    """``scores`` of one segment, and what they were read from: face ``points`` [n, 478, 2] (take px), the
    frames ``seen`` [n] in which the tracker found one face, and mouth ``maps`` [n, ROWS, COLUMNS, 3]
    (renderer.scoring.mouth_map); nothing where no face was found at all."""

    scores: dict[str, float]
    points: Floats
    seen: Flags
    maps: Bytes

    @classmethod
    def of_lost_face(cls, scores: dict[str, float]) -> SegmentMeasures:
        """The tracker found no face."""
        maps = np.zeros((0, ROWS, COLUMNS, 3), np.uint8)
        return cls(scores | {"face_lost": 1.0}, np.zeros((0, 478, 2), np.float32), np.zeros(0, bool), maps)


@span("measure")
def measure_segment(
    segment: Path,
    path: Sequence[PathFrame],
    wanted: WantedLips | None,
    presenter: Presenter,
    fps: Fraction,
) -> SegmentMeasures:
    """Scores of an encoded segment against what its lips should do; a filmed one was asked for nothing, and
    has those of its picture alone."""
    a, b = np.array([f.a for f in path]), np.array([f.b for f in path])
    mix = np.array([f.mix for f in path], np.float32)
    matrices = mix_matrices(presenter.matrices[a], presenter.matrices[b], mix)
    own = presenter.points[a] * (1 - mix)[:, None, None] + presenter.points[b] * mix[:, None, None]
    box = _find_face_box(apply(invert(presenter.matrices), presenter.points))
    own_in_take = apply(invert(matrices), np.asarray(own, np.float32))
    kept = 0.0 if wanted is None else float(1 - (presenter.ok[a] & presenter.ok[b]).mean())
    scores = {"kept_frames": kept}
    views = _Views(box, matrices, presenter, own_in_take)
    try:
        with TakeReader(segment, cache_bytes=0) as reader, closing(prefetch(views.iterate(reader))) as faces:
            tracked = _track(faces, _SETTLING_FRAMES + len(path))
        points = tracked.points[_SETTLING_FRAMES:]
        seen = points / box.scale + np.array([box.left, box.top], np.float32)
    except FaceError:
        return SegmentMeasures.of_lost_face(scores)
    if wanted is not None:
        asked = aperture(presenter.style.space.decode(wanted.motion, own))
        scores |= lip_scores(aperture(seen), asked, wanted.phones, fps, wanted.start_s)
    mask = draw_lower_face_mask(own[:1], own[:1], presenter.crop_px)[0]
    scores |= appearance_scores(views.stack_crops(), presenter.crops[a[::_SHARPNESS_STEP_FRAMES]], mask)
    points = seen.astype(np.float32)
    return SegmentMeasures(scores, points, tracked.ok[_SETTLING_FRAMES:], views.lay_mouths_flat(points))


@span("track")
def _track(faces: Iterator[Bytes], frames: int) -> FaceTrack:
    return track(faces, frames, alone=True)


def save_measures(measured: SegmentMeasures, path: Path) -> None:
    names = ("points", "seen", "maps")
    arrays = {name: np.ascontiguousarray(getattr(measured, name)) for name in names}
    save_file(arrays, path, metadata={"scores": json.dumps(measured.scores, sort_keys=True)})


def load_measures(path: Path) -> SegmentMeasures:
    with safe_open(path, "np") as file:
        arrays = (file.get_tensor(name) for name in ("points", "seen", "maps"))
        return SegmentMeasures(json.loads(file.metadata()["scores"]), *arrays)


@dataclass(frozen=True)
class _FaceBox(Box):
    """Where the face is in the take's picture, and the scale at which the tracker sees it."""

    scale: float

    def view(self, picture: Picture) -> Bytes:
        part = picture.rgb(self.clip_to(picture.width, picture.height))
        size = (round(part.shape[1] * self.scale), round(part.shape[0] * self.scale))
        if size == part.shape[1::-1]:
            return np.ascontiguousarray(part)
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def _find_face_box(points: Floats) -> _FaceBox:
    low, high = points.reshape(-1, 2).min(0), points.reshape(-1, 2).max(0)
    margin = _MARGIN * float((high - low).max())
    left, top = (max(int(v - margin), 0) for v in low.tolist())
    right, bottom = (int(v + margin) + 1 for v in high.tolist())
    face_px = float(np.ptp(points[0, :, 0]))
    return _FaceBox(left, top, right, bottom, min(_FACE_PX / max(face_px, 1.0), 1.0))


class _Views:
    """What the tracker sees of each frame, one at a time; every few frames the lower face is kept, and of
    each frame the surroundings of the mouth, which is near that of the take (``own`` [n, 478, 2], px)."""

    def __init__(self, box: _FaceBox, matrices: Floats, presenter: Presenter, own: Floats) -> None:
        self._box, self._matrices, self._presenter, self._own = box, matrices, presenter, own
        self._crops: list[Bytes] = []
        self._mouths: list[MouthPart] = []

    def iterate(self, reader: TakeReader) -> Iterator[Bytes]:
        """Every frame's view; the first one comes a few times before, for the tracker to settle."""
        presenter = self._presenter
        pictures = reader.pictures(range(reader.facts.frames))
        for number, (picture, matrix) in enumerate(zip(pictures, self._matrices, strict=True)):
            if number % _SHARPNESS_STEP_FRAMES == 0:
                fine = crop_frame(picture, matrix, presenter.crop_px, presenter.fine_px)
                self._crops.append(shrink(fine[None], presenter.crop_px)[0])
            self._mouths.append(cut_mouth(picture, self._own[number]))
            view = self._box.view(picture)
            if number == 0:
                yield from [view] * _SETTLING_FRAMES
            yield view

    def lay_mouths_flat(self, points: Floats) -> Bytes:
        """The mouth maps of all frames, whose faces have ``points`` [n, 478, 2] in take px."""
        return np.stack([mouth.lay_flat(face) for mouth, face in zip(self._mouths, points, strict=True)])

    def stack_crops(self) -> Bytes:
        """The kept lower faces [n, S, S, 3]."""
        return np.stack(self._crops)
