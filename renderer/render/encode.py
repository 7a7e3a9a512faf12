"""Mouths → an encoded segment, and what a viewer would see in it."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from renderer.config import fingerprint
from renderer.progress import Progress, Step
from renderer.render.context import RenderContext
from renderer.render.mouths import Mouths
from renderer.render.segment import SpokenSegment, compute_motion_key, load_or_compute_motion
from renderer.render.stages import compose_pictures, show_pictures
from renderer.runtime.store import name_part
from renderer.scoring.segment_measures import (
    SegmentMeasures,
    WantedLips,
    load_measures,
    measure_segment,
    save_measures,
)
from renderer.timeline import seconds_at
from renderer.video.encode import encode_segment
from renderer.video.picture import Picture

MEASURES_VERSION = "measured-6"


@dataclass(frozen=True, eq=False)
class RenderedSegment:
    """An encoded segment in the store; ``cached`` tells that it was there already."""

    path: Path
    frames: int
    cached: bool
    measured: SegmentMeasures


def encode(
    context: RenderContext, segment: SpokenSegment, mouths: Iterable[Mouths], target: Path, progress: Progress
) -> None:
    """Compose the drawn mouths, in one or more chunks, into the take's pictures and encode them; a filmed
    segment has none, and its pictures are the take's."""
    if segment.filmed:
        pictures = show_pictures(context, segment.path)
    else:
        pictures = compose_pictures(context, segment.path, mouths)
    # Closed here: a fault of the encoder keeps the generator alive, and its thread would still be drawing.
    with closing(_report(pictures, len(segment.path), progress)) as watched:
        encode_segment(watched, context.fps, context.config.video, target)


def measure(context: RenderContext, segment: SpokenSegment, path: Path, *, cached: bool) -> RenderedSegment:
    """An encoded segment with its measures, made unless the store has them."""
    measured = context.store.use(
        "measured", fingerprint(MEASURES_VERSION, segment.key), ".safetensors",
        lambda target: save_measures(_measure(context, segment, path), target), load_measures,
    )  # fmt: skip
    return RenderedSegment(path, len(segment.path), cached, measured)


def name_parts(segment: SpokenSegment, context: RenderContext) -> tuple[str, ...]:
    """What rendering a segment leaves in the store."""
    return (
        name_part("segment", segment.key),
        name_part("motion", compute_motion_key(segment, context.presenter)),
        name_part("measured", fingerprint(MEASURES_VERSION, segment.key)),
    )


def _report(pictures: Generator[Picture], total: int, progress: Progress) -> Generator[Picture]:
    """The same pictures; each is reported as it passes."""
    with closing(pictures):
        for at, picture in enumerate(pictures):
            progress(Step("rendering", at, total))
            yield picture


def _measure(context: RenderContext, segment: SpokenSegment, path: Path) -> SegmentMeasures:
    wanted = None
    if not segment.filmed:
        start_s = seconds_at(segment.lead_frames, context.fps)
        wanted = WantedLips(load_or_compute_motion(context, segment), segment.speech.phones, start_s)
    return measure_segment(path, segment.path, wanted, context.presenter, context.fps)
