"""Draws mouths over the frames of a clip with the engine's own stages, and tracks the result afresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from renderer.config import DiffusionConfig
from renderer.errors import RenderError
from renderer.face.crop import apply, invert
from renderer.face.track import track
from renderer.motion.expression import measure_expression
from renderer.mouth.base import MouthBase, crop_frame
from renderer.mouth.compose import compose_picture
from renderer.mouth.draft import Draft, upscale_refined
from renderer.mouth.easing import Easing
from renderer.presenter.presenter import Presenter
from renderer.progress import Progress, Step
from renderer.refiner.refine import load_refiner, refine
from renderer.video.decode import TakeReader
from renderer.video.picture import Box, Picture

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Frame: TypeAlias = "Picture | Bytes"
Kind = TypeVar("Kind")

_FACE_PX = 320  # the tracker sees the face at about this size, however large the clip is


@dataclass(frozen=True, eq=False)
class DrawnMouths:
    """A draft of the scene's frames and its refined ``crops`` [n, S, S, 3]."""

    draft: Draft
    crops: Bytes

    @cached_property
    def fine(self) -> Bytes:
        """The refined crops at about the clip's scale [n, F, F, 3]."""
        return upscale_refined(self.draft, self.crops)


@dataclass(frozen=True, eq=False)
class Scene:
    """Frames ``shown`` of a clip with their lower faces (``base``), whom to draw on them, and how a fresh
    track saw them as they were filmed (``real``)."""

    reader: TakeReader
    presenter: Presenter
    shown: range
    base: MouthBase
    real: TrackedFrames
    progress: Progress

    @classmethod
    def of(
        cls, reader: TakeReader, presenter: Presenter, shown: range, base: MouthBase, progress: Progress
    ) -> Scene:
        """Track the filmed face of ``shown`` afresh. Raises RenderError."""
        filmed = report_progress(reader.pictures(shown), "looking at the filmed mouth", len(shown), progress)
        return cls(reader, presenter, shown, base, track_frames(filmed, base), progress)

    @cached_property
    def easing(self) -> Easing:
        """How drawn mouths ease into passthrough frames, which are shown as they were filmed."""
        return Easing.around(~self.base.ok, self.reader.facts.fps)

    @cached_property
    def expression(self) -> Floats:
        """The slow expression of the shown frames as motion [n, K], which their drawn mouths keep."""
        space, base = self.presenter.style.space, self.base
        return measure_expression(space, base.points, base.ok, self.reader.facts.fps)

    @property
    def drawn_mask(self) -> npt.NDArray[np.bool_]:
        """Frames [n] whose mouths are drawn and nothing else: what figures of the drawing are about."""
        return self.easing.mask_share == 1

    def ease(self, motion: Floats) -> Floats:
        """Motion [n, K] that eases into the filmed one there."""
        near = self.easing.eased_frames
        if not len(near):
            return motion
        filmed = self.presenter.style.space.encode(self.base.points[near])
        return self.easing.blend_motion(motion, filmed)

    def draw(self, drafted: Draft, config: DiffusionConfig | None) -> DrawnMouths:
        """Refine a draft with the presenter's own network; without ``config`` it stays as it is."""
        if config is None:
            return DrawnMouths(drafted, drafted.crops)
        self.progress(Step("drawing the mouth", 0, len(self.shown)))
        ids = [f"{frame}-{frame}-0.000" for frame in self.shown]
        net = load_refiner(self.presenter.network)
        crops = refine(
            net, drafted.crops, self.base.crops, drafted.masks, drafted.points,
            seed_key=self.presenter.content_key, frame_ids=ids, config=config,
        )  # fmt: skip
        return DrawnMouths(drafted, crops)

    def compose(self, drawn: DrawnMouths, outside: OutsideChange | None = None) -> Iterator[Picture]:
        """The clip's pictures with the drawn mouths in them."""
        masks = drawn.draft.masks * self.easing.mask_share[:, None, None]
        for at, frame in enumerate(self.shown):
            before = self.reader.picture(frame)
            made = compose_picture(before, drawn.fine[at], self.base.matrices[at], masks[at])
            if outside is not None:
                outside.compare(before, made, self.base.matrices[at], masks[at])
            yield made

    def track(self, frames: Iterable[Frame]) -> TrackedFrames:
        """Track drawn frames afresh. Raises RenderError."""
        return track_frames(
            report_progress(frames, "looking at the drawn mouth", len(self.shown), self.progress), self.base
        )


def report_progress(frames: Iterable[Kind], doing: str, total: int, progress: Progress) -> Iterator[Kind]:
    """Yield the same frames and report each as it passes."""
    for at, frame in enumerate(frames):
        progress(Step(doing, at, total))
        yield frame


@dataclass
class OutsideChange:
    """How many stored samples composing changed where the mask is 0, and by how many levels at most."""

    changed: int = 0
    largest_levels: int = 0

    def compare(self, before: Picture, after: Picture, matrix: Floats, mask: Floats) -> None:
        """Compare a picture with itself composed."""
        size = (before.width, before.height)
        share = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        # A colour sample belongs to four pixels; it may change with any of them.
        half = share.reshape(size[1] // 2, 2, size[0] // 2, 2).max((1, 3))
        for was, now, allowed in (
            (before.y, after.y, share),
            (before.u, after.u, half),
            (before.v, after.v, half),
        ):
            apart = np.abs(now.astype(np.int16) - was) * (allowed <= 0)
            self.changed += int(np.count_nonzero(apart))
            self.largest_levels = max(self.largest_levels, int(apart.max()))


@dataclass(frozen=True, eq=False)
class TrackedFrames:
    """Frames as a viewer's fresh track sees them: ``points`` [n, 478, 2] in clip px, ``ok`` [n], and the
    lower faces ``fine`` [n, F, F, 3] at about the clip's scale."""

    points: Floats
    ok: npt.NDArray[np.bool_]
    fine: Bytes

    def where(self, frames: npt.NDArray[np.bool_]) -> TrackedFrames:
        """Those frames alone."""
        return TrackedFrames(self.points[frames], self.ok[frames], self.fine[frames])


def track_frames(frames: Iterable[Frame], base: MouthBase) -> TrackedFrames:
    """Track ``frames``, whose faces are known to be about where ``base`` has them. Raises RenderError."""
    view = TrackerView(apply(invert(base.matrices), base.points))
    crop_px, fine_px = base.crops.shape[1], base.fine.shape[1]
    fine: list[Bytes] = []

    def views() -> Iterator[Bytes]:
        for frame, matrix in zip(frames, base.matrices, strict=True):
            fine.append(crop_frame(frame, matrix, crop_px, fine_px))
            yield view(frame)

    try:
        seen = track(views(), len(base.matrices), some=True)
    except RenderError as error:
        raise RenderError(f"The drawn face cannot be tracked again. {error.message}") from error
    return TrackedFrames(view.to_clip(seen.points), seen.ok, np.stack(fine))


class TrackerView:
    """Shows the tracker the face's surroundings, at about the same size in every clip."""

    def __init__(self, points: Floats) -> None:
        low, high = points.reshape(-1, 2).min(0), points.reshape(-1, 2).max(0)
        margin = 0.5 * float((high - low).max())
        left, top, right, bottom = (int(v) for v in (*(np.maximum(low - margin, 0)), *(high + margin + 1)))
        self._box = Box(left, top, right, bottom)
        face_px = float(np.median(np.ptp(points[..., 0], axis=1)))
        self._scale = min(_FACE_PX / max(face_px, 1.0), 1.0)

    def __call__(self, frame: Frame) -> Bytes:
        if isinstance(frame, Picture):
            part = frame.rgb(self._box.clip_to(frame.width, frame.height))
        else:
            part = frame[self._box.slices]
        size = (round(part.shape[1] * self._scale), round(part.shape[0] * self._scale))
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)

    def to_clip(self, points: Floats) -> Floats:
        """Points of the view [n, 478, 2] in clip px."""
        corner = np.array([self._box.left, self._box.top], np.float32)
        return np.asarray(points / self._scale + corner, np.float32)
