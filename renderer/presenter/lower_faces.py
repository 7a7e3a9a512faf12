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

from renderer.face.crop import apply, compute_crop_path, measure_side_px
from renderer.face.hands import compute_hand_outline, open_hand_finder
from renderer.face.mesh import load_face_triangles
from renderer.face.track import FaceTrack, track
from renderer.mouth.atlas import Atlas, build_atlas
from renderer.mouth.base import MouthBase, crop_frame, shrink
from renderer.mouth.detail import UNCHANGED
from renderer.mouth.warp import build_lower_face_triangles
from renderer.presenter.frame_filter import FILTER_PX, filter_frames, mask_hand
from renderer.progress import Progress, Step, ignore_progress
from renderer.runtime.atomic_files import atomic_write
from renderer.take.cuts import find_cuts, mark_breaks, widen_breaks
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
class TrackedTake:
    """The track of a take's face, and thumbnails of its frames."""

    face: FaceTrack
    thumbs: npt.NDArray[np.uint8]  # [T, h, 64, 3] the whole frames, small


def track_take(
    reader: TakeReader, cache_file: Path | None, progress: Progress = ignore_progress
) -> TrackedTake:
    """Track a take's face; ``cache_file`` saves the work for the next call (None: nowhere).

    Raises RenderError for a take without exactly one face that is large enough.
    """
    if cache_file is not None and cache_file.exists():
        try:
            return _load_tracked(cache_file)
        except (SafetensorError, KeyError, ValueError):
            cache_file.unlink()
    thumbs: list[Frame] = []
    total = reader.facts.frames
    face = track(_collect_thumbs(reader.frames(range(total)), thumbs), total, progress)
    tracked = TrackedTake(face, np.stack(thumbs))
    if cache_file is not None:
        _save_tracked(tracked, cache_file)
    return tracked


def _save_tracked(tracked: TrackedTake, cache_file: Path) -> None:
    arrays = {"points": tracked.face.points, "ok": tracked.face.ok, "thumbs": tracked.thumbs}
    with atomic_write(cache_file) as part:
        save_file(arrays, part, {"problems": json.dumps(tracked.face.problems)})


def _load_tracked(cache_file: Path) -> TrackedTake:
    with safe_open(cache_file, "np") as stored:
        problems = tuple(json.loads(stored.metadata()["problems"]))
        face = FaceTrack(stored.get_tensor("points"), stored.get_tensor("ok"), problems)
        return TrackedTake(face, stored.get_tensor("thumbs"))


def _collect_thumbs(frames: Iterable[Frame], thumbs: list[Frame]) -> Iterator[Frame]:
    for frame in frames:
        height = max(round(frame.shape[0] * _THUMB_WIDTH_PX / frame.shape[1]), 1)
        thumbs.append(
            np.asarray(cv2.resize(frame, (_THUMB_WIDTH_PX, height), interpolation=cv2.INTER_AREA), np.uint8)
        )
        yield frame


# --- crop and filter ---


@dataclass(frozen=True, eq=False)
class Faces:
    """The take's lower faces; fields as in `renderer.presenter.presenter.Presenter`."""

    points: Floats
    matrices: Floats
    ok: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]
    fine: npt.NDArray[np.uint8]
    triangles: npt.NDArray[np.int32]
    problems: tuple[str, ...]
    crop_px: int
    detail: Floats = field(default_factory=UNCHANGED.copy)
    breaks: Flags = field(
        default_factory=lambda: np.zeros(0, bool)
    )  # [T], as `renderer.take.cuts` marks them

    @cached_property
    def atlas(self) -> Atlas:
        """The take's mouths, for retrieval."""
        return build_atlas(self.points, self.fine, self.usable, self.crop_px)

    def build_base(self, frames: npt.NDArray[np.int_]) -> MouthBase:
        """The base that shows these take frames unmixed."""
        fine, points = self.fine[frames], self.points[frames]
        return MouthBase(shrink(fine, self.crop_px), fine, points, self.ok[frames], self.matrices[frames])


def crop_lower_faces(
    reader: TakeReader, tracked: TrackedTake, crop_px: int, progress: Progress = ignore_progress
) -> Faces:
    """Crop the lower face of every frame and find which frames can be used."""
    matrices = compute_crop_path(tracked.face.points, crop_px).matrices
    points = apply(matrices, tracked.face.points)
    fine_px = _choose_fine_px(measure_side_px(matrices, crop_px), len(points), crop_px)
    frames = reader.frames(range(len(points)))
    fine, hands = crop_frames(frames, tracked.face.points, matrices, (crop_px, fine_px), progress)
    triangles = build_lower_face_triangles(
        load_face_triangles(), np.median(points, axis=0).astype(np.float32)
    )
    cuts = find_cuts(tracked.face.points, tracked.thumbs)
    breaks = mark_breaks(cuts, reader.gaps)
    seen = tracked.face.ok & ~_find_unsure(breaks)
    verdict = filter_frames(points, seen, shrink(fine, crop_px), triangles, hands)
    # Where every frame is filtered out there is nothing to draw from; the track alone then decides.
    usable = verdict.ok if verdict.ok.any() else tracked.face.ok
    problems = tracked.face.problems + verdict.describe_problems()
    return Faces(
        points,
        matrices,
        verdict.ok,
        usable,
        fine,
        triangles,
        problems,
        crop_px,
        breaks=widen_breaks(breaks, verdict.ok),
    )


def _find_unsure(breaks: Flags) -> Flags:
    """Frames [T] from a break on in which the tracker still looks where the face was, and those of a gap."""
    return np.asarray(breaks | np.concatenate([np.zeros(1, bool), breaks[:-1]]), bool)


def crop_frames(
    frames: Iterable[Frame],
    faces: Floats,
    matrices: Floats,
    sizes_px: tuple[int, int],
    progress: Progress = ignore_progress,
) -> tuple[Crops, Flags]:
    """Lower faces [n, F, F, 3] and what a hand covers of them [n, 48, 48], of RGB frames in their order.

    ``faces`` [n, 478, 2] are in frame px, ``matrices`` [n, 2, 3] lead to crop px, ``sizes_px`` are the edges
    of the crop and of the fine crop, F.
    """
    crop_px, fine_px = sizes_px
    points = apply(matrices, faces)
    fine = np.empty((len(points), fine_px, fine_px, 3), np.uint8)
    hands = np.zeros((len(points), FILTER_PX, FILTER_PX), bool)
    hands_in = open_hand_finder(faces)
    for number, frame in enumerate(frames):
        fine[number] = crop_frame(frame, matrices[number], crop_px, fine_px)
        if number % _HANDS_EVERY == 0:
            for hand in hands_in(frame):
                outline = _map_to_crop(compute_hand_outline(hand), matrices[number])
                hands[number : number + _HANDS_EVERY] |= mask_hand(outline, points[number], crop_px)
        progress(Step("cutting out the lower face", number + 1, len(points)))
    return fine, hands


def _map_to_crop(outline: Floats, matrix: Floats) -> Floats:
    return apply(matrix[None], outline[None])[0]


def _choose_fine_px(side_in_take_px: float, frames: int, crop_px: int) -> int:
    """The multiple of the crop's edge that keeps the take's detail and fits into memory."""
    factor = int(np.clip(np.ceil(0.9 * side_in_take_px / crop_px), 1, _FINE_MAX_FACTOR))
    while factor > 1 and frames * (factor * crop_px) ** 2 * 3 > _FINE_MAX_BYTES:
        factor -= 1
    return factor * crop_px
