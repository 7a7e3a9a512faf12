"""A take becomes a presenter: track, crop, guard, walk, style, fit, save. Once per presenter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from renderer.config import BakeConfig, fingerprint
from renderer.diffusion.fit import fit_refiner
from renderer.face.crop import apply, crop_path, side_px
from renderer.face.mesh import face_triangles
from renderer.face.track import FaceTrack, track
from renderer.files import whole_file
from renderer.motion.style import MotionStyle, fit_style
from renderer.mouth.base import MouthBase, cut, shrink
from renderer.mouth.draft import Draft, draft_to, joined
from renderer.mouth.guard import guard
from renderer.mouth.presenter import Presenter
from renderer.mouth.warp import lower_face_triangles
from renderer.progress import Progress, Step, silent
from renderer.speech.recording import hear
from renderer.timeline import SOUND_RATE_HZ, frames_of
from renderer.video.decode import TakeReader, read_sound
from renderer.video.probe import ClipFacts, check_take
from renderer.walk import TakeWalk, similarity

Frame = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

TRACK_VERSION = 1
_THUMB_WIDTH_PX = 64
_FINE_MAX_BYTES = 400 * 2**20
_FINE_MAX_FACTOR = 3
_LEFT_OUT_S = 0.4  # a training draft must not borrow from its own moment
_LESSON_FRAMES = 64


def bake(take: Path, out: Path, config: BakeConfig, progress: Progress = silent) -> Presenter:
    """Prepare a presenter from a take and write it to ``out``.

    An interrupted bake goes on at its last finished stage: parts are kept in a folder beside ``out`` until
    the bake is done. Raises RenderError for a take that cannot be used, and says what to do.
    """
    with TakeReader(take) as reader:
        check_take(reader.facts, take)
        parts = out.parent / f".bake-{fingerprint(TRACK_VERSION, reader.facts.sha256, config)[:20]}"
        parts.mkdir(parents=True, exist_ok=True)
        seen = _seen(reader, parts / "track.safetensors", progress)
        faces = _faces(reader, seen, config, progress)
    presenter = _presenter(take, reader.facts, seen, faces, config, parts, progress)
    presenter.save(out)
    shutil.rmtree(parts, ignore_errors=True)
    return Presenter.load(out)


# --- track ---


@dataclass(frozen=True, eq=False)
class _Seen:
    face: FaceTrack
    thumbs: npt.NDArray[np.uint8]  # [T, h, 64, 3] the whole frames, small


def _seen(reader: TakeReader, kept: Path, progress: Progress) -> _Seen:
    if kept.exists():
        try:
            return _load_seen(kept)
        except (SafetensorError, KeyError, ValueError):
            kept.unlink()
    thumbs: list[Frame] = []
    total = reader.facts.frames
    face = track(_noting(reader.frames(range(total)), thumbs), total, progress)
    seen = _Seen(face, np.stack(thumbs))
    with whole_file(kept) as part:
        arrays = {"points": face.points, "ok": face.ok, "thumbs": seen.thumbs}
        save_file(arrays, part, {"problems": json.dumps(face.problems)})
    return seen


def _load_seen(kept: Path) -> _Seen:
    with safe_open(kept, "np") as stored:
        problems = tuple(json.loads(stored.metadata()["problems"]))
        face = FaceTrack(stored.get_tensor("points"), stored.get_tensor("ok"), problems)
        return _Seen(face, stored.get_tensor("thumbs"))


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

    def base(self, frames: npt.NDArray[np.int_], crop_px: int) -> MouthBase:
        """The base that shows these take frames unmixed."""
        fine = self.fine[frames]
        return MouthBase(
            shrink(fine, crop_px), fine, self.points[frames], self.ok[frames], self.matrices[frames]
        )


def _faces(reader: TakeReader, seen: _Seen, config: BakeConfig, progress: Progress) -> Faces:
    matrices = crop_path(seen.face.points, config.crop_px).matrices
    points = apply(matrices, seen.face.points)
    fine_px = _fine_px(side_px(matrices, config.crop_px), len(points), config.crop_px)
    fine = np.empty((len(points), fine_px, fine_px, 3), np.uint8)
    for number, frame in enumerate(reader.frames(range(len(points)))):
        fine[number] = cut(frame, matrices[number], config.crop_px, fine_px)
        progress(Step("cutting out the lower face", number + 1, len(points)))
    triangles = lower_face_triangles(face_triangles(), np.median(points, axis=0).astype(np.float32))
    guarded = guard(points, seen.face.ok, shrink(fine, config.crop_px), triangles)
    # Where everything is guarded there is nothing to draw from; the track alone then decides.
    usable = guarded.ok if guarded.ok.any() else seen.face.ok
    problems = seen.face.problems + guarded.problems()
    return Faces(points, matrices, guarded.ok, usable, fine, triangles, problems)


def _fine_px(side_in_take_px: float, frames: int, crop_px: int) -> int:
    """The multiple of the crop's edge that keeps the take's detail and fits into memory."""
    factor = int(np.clip(np.ceil(0.9 * side_in_take_px / crop_px), 1, _FINE_MAX_FACTOR))
    while factor > 1 and frames * (factor * crop_px) ** 2 * 3 > _FINE_MAX_BYTES:
        factor -= 1
    return factor * crop_px


# --- learn ---


def _presenter(
    take: Path,
    facts: ClipFacts,
    seen: _Seen,
    faces: Faces,
    config: BakeConfig,
    parts: Path,
    progress: Progress,
) -> Presenter:
    walk: TakeWalk = similarity(seen.face.points, seen.thumbs, side_px(faces.matrices, config.crop_px))
    presenter = Presenter(
        facts=facts,
        config=config,
        points=faces.points,
        matrices=faces.matrices,
        ok=faces.ok,
        usable=faces.usable,
        fine=faces.fine,
        triangles=faces.triangles,
        walk=walk,
        style=_style(take, facts, faces, progress),
        network={},
        problems=faces.problems,
    )
    lessons = _lessons(presenter, faces, progress)
    truths = shrink(faces.fine[faces.ok], config.crop_px)
    network = fit_refiner(
        lessons.crops, truths, lessons.masks, lessons.points, config, progress, parts / "fit.safetensors"
    )
    return replace(presenter, network=network)


def _style(take: Path, facts: ClipFacts, faces: Faces, progress: Progress) -> MotionStyle:
    progress(Step("listening to the take", 0, 1))
    sound = read_sound(take) if facts.has_sound else None
    phones = hear(sound, SOUND_RATE_HZ) if sound is not None and len(sound) else None
    progress(Step("listening to the take", 1, 1))
    return fit_style(faces.points, faces.ok, facts.fps, phones or None)


def _lessons(presenter: Presenter, faces: Faces, progress: Progress) -> Draft:
    """Every trusted frame of the take, drafted from other moments of the take."""
    frames = np.flatnonzero(faces.ok)
    left_out = frames_of(_LEFT_OUT_S, presenter.facts.fps)
    drafts = []
    for start in range(0, len(frames), _LESSON_FRAMES):
        progress(Step("drafting practice frames", start, len(frames)))
        some = frames[start : start + _LESSON_FRAMES]
        base = faces.base(some, presenter.crop_px)
        drafts.append(draft_to(presenter, base, base.points, exclude=some, exclude_frames=left_out))
    return joined(drafts)
