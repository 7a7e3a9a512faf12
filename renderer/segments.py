"""One line on its slot of the take: drawn, composed, encoded once, and measured on what was encoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, starmap
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import EngineConfig, fingerprint
from renderer.drawing import STAGE_VERSION, MouthDrawer, Wanted
from renderer.errors import RenderError
from renderer.lines import Mouths, Path_
from renderer.measured import Measured, load_measured, measure_segment, save_measured
from renderer.memory import frames_that_fit
from renderer.motion.motion import speak_motion
from renderer.mouth.compose import compose_picture
from renderer.mouth.presenter import Presenter
from renderer.plan import Segment
from renderer.progress import Progress, Step
from renderer.speech.speech import Phone, Speech
from renderer.store import Store
from renderer.takes import OpenTake
from renderer.timeline import seconds_at
from renderer.video.ahead import ahead
from renderer.video.encode import encode_segment
from renderer.video.picture import Picture
from renderer.video.shown import mixed_pictures

MEASURES_VERSION = "measured-4"
_DRAWN_SHARE = 0.7
_ATTEMPTS = 3  # somebody may empty the store between two steps

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SegmentWork:
    """A segment, what is heard in it, and the neighbours' frames next to it (empty at the message's ends).

    Where the speech was ``recorded``, its sound tells more of the mouth than the phones heard in it.
    """

    segment: Segment
    speech: Speech
    speech_key: str
    before: Path_
    after: Path_
    recorded: bool = False


@dataclass(frozen=True, eq=False)
class RenderedSegment:
    """An encoded segment in the store; ``cached`` tells that it was there already."""

    path: Path
    frames: int
    cached: bool
    measured: Measured


class SegmentRenderer:
    """Renders segments of one presenter on one take; everything finished lies in the store.

    `draw` may run in one thread while `encode` and `measured` run in another.
    """

    def __init__(self, presenter: Presenter, take: OpenTake, store: Store, config: EngineConfig) -> None:
        self._presenter, self._take, self._store, self._config = presenter, take, store, config
        self._drawer = MouthDrawer(presenter, take, store, config)

    def render(self, work: SegmentWork, progress: Progress) -> RenderedSegment:
        """The encoded segment and its measures, made unless the store has them. Raises RenderError."""
        for _ in range(_ATTEMPTS):
            path, cached = self._store.make(
                "segment", self.key_of(work), ".mp4", lambda target: self.draw_to(work, target, progress)
            )
            try:
                return self.measured(work, path, cached=cached)
            except RenderError:
                if path.exists():
                    raise
        raise RenderError("Finished parts vanish from the cache folder. Keep it while messages are made.")

    def draw_to(self, work: SegmentWork, target: Path, progress: Progress) -> None:
        """Draw one segment and encode it to ``target``, a stretch that fits into memory at a time."""
        with self.drawn_ahead(work, frames_that_fit(self.frame_bytes)) as mouths:
            self.encode(work, mouths, target, progress)

    def draw(self, works: Sequence[SegmentWork]) -> list[Mouths]:
        """The mouths of several segments, drawn together; the bytes are those of each alone."""
        return self._drawer.draw([self._wanted(work) for work in works])

    @contextmanager
    def drawn_ahead(self, work: SegmentWork, frames: int) -> Iterator[Iterator[Mouths]]:
        """The mouths of one segment in stretches of which ``frames`` frames fit into memory: the next one is
        drawn in another thread while the caller works on the last. The bytes are those of `draw`."""
        # Beside what is being drawn lie the mouths of the stretch before it and of the one before that.
        at_once = max(int(_DRAWN_SHARE * frames), 1)
        with closing(ahead(self._drawer.draw_in_stretches(self._wanted(work), at_once), 1)) as mouths:
            yield mouths

    def encode(self, work: SegmentWork, mouths: Iterable[Mouths], target: Path, progress: Progress) -> None:
        """Compose the drawn mouths, in one or more stretches, into the take's frames and encode them."""
        pictures = self._composed(work, mouths, progress)
        encode_segment(pictures, self._presenter.facts.fps, self._config.video, target)

    def measured(self, work: SegmentWork, path: Path, *, cached: bool) -> RenderedSegment:
        """An encoded segment with its measures, made unless the store has them."""
        measured = self._store.use(
            "measured", fingerprint(MEASURES_VERSION, self.key_of(work)), ".safetensors",
            lambda target: save_measured(self._measure(work, path), target), load_measured,
        )  # fmt: skip
        return RenderedSegment(path, len(work.segment.path), cached, measured)

    @property
    def frame_bytes(self) -> int:
        """About what one frame takes in memory from its draft to its encoding."""
        small, fine = self._presenter.crop_px**2, self._presenter.fine_px**2
        return 120 * small + 12 * fine

    def key_of(self, work: SegmentWork) -> str:
        """Everything that can change a pixel of the segment: never a name, a row or a time."""
        config = self._config
        paths = [_shown(path) for path in (work.before, work.segment.path, work.after)]
        return fingerprint(
            STAGE_VERSION, self._presenter.content_key, work.speech_key, work.recorded, *paths,
            work.segment.lead_frames, config.diffusion, config.video, config.plan.seam_frames,
        )  # fmt: skip

    def _wanted(self, work: SegmentWork) -> Wanted:
        return Wanted(work.segment.path, self._motion(work), work.before, work.after)

    def motion_key_of(self, work: SegmentWork) -> str:
        """Everything that can change how the mouth moves: the line may stand anywhere on the take."""
        return fingerprint(
            STAGE_VERSION, self._presenter.content_key, work.speech_key, work.recorded,
            len(work.segment.path), work.segment.lead_frames,
        )  # fmt: skip

    def _motion(self, work: SegmentWork) -> Floats:
        return self._store.use(
            "motion", self.motion_key_of(work), ".safetensors",
            lambda target: save_file({"motion": self._spoken_motion(work)}, target), _load_motion,
        )  # fmt: skip

    def _spoken_motion(self, work: SegmentWork) -> Floats:
        fps = self._presenter.facts.fps
        motion = speak_motion(
            work.speech.phones, len(work.segment.path), fps, self._presenter.style,
            start_s=seconds_at(work.segment.lead_frames, fps),
            samples=work.speech.samples if work.recorded else None,
        )  # fmt: skip
        return np.ascontiguousarray(motion)

    # --- composing and measuring ---

    def _composed(self, work: SegmentWork, mouths: Iterable[Mouths], progress: Progress) -> Iterator[Picture]:
        path = work.segment.path
        each = chain.from_iterable(zip(m.fine, m.matrices, m.masks, strict=True) for m in mouths)
        shown = mixed_pictures(self._take.reader, path)
        parts = ((picture, *mouth) for picture, mouth in zip(shown, each, strict=True))
        with closing(ahead(starmap(compose_picture, parts))) as composed:
            for at, picture in enumerate(composed):
                progress(Step("rendering", at, len(path)))
                yield picture

    def _measure(self, work: SegmentWork, path: Path) -> Measured:
        fps = self._presenter.facts.fps
        phones: tuple[Phone, ...] = work.speech.phones
        start_s = seconds_at(work.segment.lead_frames, fps)
        return measure_segment(
            path, work.segment.path, self._motion(work), phones, start_s, self._presenter, fps
        )


def _shown(path: Path_) -> bytes:
    return np.array([(frame.a, frame.b, frame.mix) for frame in path], "<f8").tobytes()


def _load_motion(path: Path) -> Floats:
    with safe_open(path, "np") as saved:
        return np.asarray(saved.get_tensor("motion"), np.float32)
