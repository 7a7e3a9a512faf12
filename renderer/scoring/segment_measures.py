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
from renderer.scoring.scores import aperture, appearance_scores, lip_scores
from renderer.speech.speech import Phone
from renderer.take.base_track import PathFrame
from renderer.video.decode import TakeReader
from renderer.video.picture import Box, Picture

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_FACE_PX = 320  # the tracker sees the face at about this size, however large the take is
# A track that starts anew at every segment would show a jump at every seam.
_SETTLING_FRAMES = 6
_MARGIN = 0.35  # around the face, of its size: the tracker looks half as far again as the face is large
_SHARPNESS_STEP_FRAMES = 4


@dataclass(frozen=True, eq=False)
class SegmentMeasures:
    """``scores`` of one segment, and the face ``points`` [n, 478, 2] (take px) that they were read from;
    no points where the tracker found no face."""

    scores: dict[str, float]
    points: Floats


@span("measure")
def measure_segment(
    segment: Path,
    path: Sequence[PathFrame],
    motion: Floats,
    phones: Sequence[Phone],
    start_s: float,
    presenter: Presenter,
    fps: Fraction,
) -> SegmentMeasures:
    """Scores of an encoded segment against the motion [n, K] and the phones that it should show."""
    a, b = np.array([f.a for f in path]), np.array([f.b for f in path])
    mix = np.array([f.mix for f in path], np.float32)
    matrices = mix_matrices(presenter.matrices[a], presenter.matrices[b], mix)
    own = presenter.points[a] * (1 - mix)[:, None, None] + presenter.points[b] * mix[:, None, None]
    box = _find_face_box(apply(invert(presenter.matrices), presenter.points))
    scores = {"kept_frames": float(1 - (presenter.ok[a] & presenter.ok[b]).mean())}
    views = _Views(box, matrices, presenter)
    try:
        with TakeReader(segment, cache_bytes=0) as reader, closing(prefetch(views.iterate(reader))) as faces:
            tracked = _track(faces, _SETTLING_FRAMES + len(path))
        points = tracked.points[_SETTLING_FRAMES:]
        seen = points / box.scale + np.array([box.left, box.top], np.float32)
    except FaceError:
        return SegmentMeasures(scores | {"face_lost": 1.0}, np.zeros((0, 478, 2), np.float32))
    gaps, wanted = aperture(seen), aperture(presenter.style.space.decode(motion, own))
    scores |= lip_scores(gaps, wanted, phones, fps, start_s)
    mask = draw_lower_face_mask(own[:1], own[:1], presenter.crop_px)[0]
    scores |= appearance_scores(views.stack_crops(), presenter.crops[a[::_SHARPNESS_STEP_FRAMES]], mask)
    return SegmentMeasures(scores, seen.astype(np.float32))


@span("track")
def _track(faces: Iterator[Bytes], frames: int) -> FaceTrack:
    return track(faces, frames, alone=True)


def save_measures(measured: SegmentMeasures, path: Path) -> None:
    points = np.ascontiguousarray(measured.points)
    save_file({"points": points}, path, metadata={"scores": json.dumps(measured.scores, sort_keys=True)})


def load_measures(path: Path) -> SegmentMeasures:
    with safe_open(path, "np") as file:
        return SegmentMeasures(json.loads(file.metadata()["scores"]), file.get_tensor("points"))


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
    """What the tracker sees of each frame, one at a time; every few frames the lower face is kept."""

    def __init__(self, box: _FaceBox, matrices: Floats, presenter: Presenter) -> None:
        self._box, self._matrices, self._presenter = box, matrices, presenter
        self._crops: list[Bytes] = []

    def iterate(self, reader: TakeReader) -> Iterator[Bytes]:
        """Every frame's view; the first one comes a few times before, for the tracker to settle."""
        presenter = self._presenter
        pictures = reader.pictures(range(reader.facts.frames))
        for number, (picture, matrix) in enumerate(zip(pictures, self._matrices, strict=True)):
            if number % _SHARPNESS_STEP_FRAMES == 0:
                fine = crop_frame(picture, matrix, presenter.crop_px, presenter.fine_px)
                self._crops.append(shrink(fine[None], presenter.crop_px)[0])
            view = self._box.view(picture)
            if number == 0:
                yield from [view] * _SETTLING_FRAMES
            yield view

    def stack_crops(self) -> Bytes:
        """The kept lower faces [n, S, S, 3]."""
        return np.stack(self._crops)
