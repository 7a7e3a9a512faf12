"""Draw mouths over the frames of a clip with the engine's own stages, and look at the result afresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from renderer.config import DiffusionConfig
from renderer.diffusion.refine import load_refiner, refine
from renderer.errors import RenderError
from renderer.face.crop import apply, invert
from renderer.face.track import track
from renderer.mouth.base import MouthBase, base_of, cut
from renderer.mouth.compose import compose
from renderer.mouth.draft import Draft, sharpened
from renderer.mouth.presenter import Presenter
from renderer.progress import Progress, Step
from renderer.video.decode import TakeReader
from renderer.walk import PathFrame

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_FACE_PX = 320  # the tracker sees the face at about this size, however large the clip is


@dataclass(frozen=True, eq=False)
class Drawn:
    """A draft of the scene's frames and its refined ``crops`` [n, S, S, 3]."""

    draft: Draft
    crops: Bytes

    @cached_property
    def fine(self) -> Bytes:
        """The refined crops at about the clip's scale [n, F, F, 3]."""
        return sharpened(self.draft, self.crops)


@dataclass(frozen=True, eq=False)
class Scene:
    """Frames ``shown`` of a clip, ready to be drawn on, and as they were filmed (``real``)."""

    reader: TakeReader
    presenter: Presenter
    shown: range
    base: MouthBase
    real: Watched
    progress: Progress

    @classmethod
    def of(cls, reader: TakeReader, presenter: Presenter, shown: range, progress: Progress) -> Scene:
        """Cut out the lower faces of ``shown`` and track the filmed face afresh. Raises RenderError."""
        path = [PathFrame(frame, frame, 0.0) for frame in shown]
        base = base_of(presenter, path, reader.frames(shown))
        real = watch(told(reader.frames(shown), "looking at the filmed mouth", len(shown), progress), base)
        return cls(reader, presenter, shown, base, real, progress)

    def draw(self, drafted: Draft, config: DiffusionConfig | None) -> Drawn:
        """Refine a draft with the presenter's own network; without ``config`` it stays as it is."""
        if config is None:
            return Drawn(drafted, drafted.crops)
        self.progress(Step("drawing the mouth", 0, len(self.shown)))
        ids = [f"{frame}-{frame}-0.000" for frame in self.shown]
        net = load_refiner(self.presenter.network)
        crops = refine(
            net, drafted.crops, self.base.crops, drafted.masks, drafted.points,
            seed_key=self.presenter.content_key, frame_ids=ids, config=config,
        )  # fmt: skip
        return Drawn(drafted, crops)

    def composed(self, drawn: Drawn, outside: Outside | None = None) -> Iterator[Bytes]:
        """The clip's frames with the drawn mouths in them."""
        masks = drawn.draft.masks
        for at, frame in enumerate(self.reader.frames(self.shown)):
            made = compose(frame, drawn.fine[at], self.base.matrices[at], masks[at])
            if outside is not None:
                outside.look(frame, made, self.base.matrices[at], masks[at])
            yield made

    def watched(self, frames: Iterable[Bytes]) -> Watched:
        """Drawn frames as a fresh track sees them. Raises RenderError."""
        return watch(told(frames, "looking at the drawn mouth", len(self.shown), self.progress), self.base)


def told(frames: Iterable[Bytes], doing: str, total: int, progress: Progress) -> Iterator[Bytes]:
    """The same frames; each is reported as it passes."""
    for at, frame in enumerate(frames):
        progress(Step(doing, at, total))
        yield frame


@dataclass
class Outside:
    """What composing changed where the mask allows no change; nothing, if all is well."""

    changed_px: int = 0
    largest_levels: int = 0

    def look(self, before: Bytes, after: Bytes, matrix: Floats, mask: Floats) -> None:
        size = (before.shape[1], before.shape[0])
        share = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        apart = np.abs(after.astype(np.int16) - before).max(-1) * (share <= 0)
        self.changed_px += int(np.count_nonzero(apart))
        self.largest_levels = max(self.largest_levels, int(apart.max()))


@dataclass(frozen=True, eq=False)
class Watched:
    """Frames as a viewer's fresh track sees them: ``points`` [n, 478, 2] in clip px, ``ok`` [n], and the
    lower faces ``fine`` [n, F, F, 3] at about the clip's scale."""

    points: Floats
    ok: npt.NDArray[np.bool_]
    fine: Bytes


def watch(frames: Iterable[Bytes], base: MouthBase) -> Watched:
    """Track ``frames``, whose faces are known to be about where ``base`` has them. Raises RenderError."""
    box = _Box.around(apply(invert(base.matrices), base.points))
    crop_px, fine_px = base.crops.shape[1], base.fine.shape[1]
    fine: list[Bytes] = []

    def views() -> Iterator[Bytes]:
        for frame, matrix in zip(frames, base.matrices, strict=True):
            fine.append(cut(frame, matrix, crop_px, fine_px))
            yield box.view(frame)

    try:
        seen = track(views(), len(base.matrices))
    except RenderError as error:
        raise RenderError(f"The drawn face cannot be tracked again. {error.message}") from error
    points = seen.points / box.scale + np.array([box.left, box.top], np.float32)
    return Watched(points.astype(np.float32), seen.ok, np.stack(fine))


@dataclass(frozen=True)
class _Box:
    """A part of the clip's picture, and the scale at which the tracker sees it."""

    left: int
    top: int
    right: int
    bottom: int
    scale: float

    @classmethod
    def around(cls, points: Floats) -> _Box:
        low, high = points.reshape(-1, 2).min(0), points.reshape(-1, 2).max(0)
        margin = 0.5 * float((high - low).max())
        left, top = (max(int(v - margin), 0) for v in low)
        right, bottom = (int(v + margin) + 1 for v in high)
        face_px = float(np.median(np.ptp(points[..., 0], axis=1)))
        return cls(left, top, right, bottom, min(_FACE_PX / max(face_px, 1.0), 1.0))

    def view(self, frame: Bytes) -> Bytes:
        part = frame[self.top : self.bottom, self.left : self.right]
        size = (round(part.shape[1] * self.scale), round(part.shape[0] * self.scale))
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
