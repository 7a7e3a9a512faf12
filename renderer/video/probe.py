"""What a clip is, before any of it is decoded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.video.stream import VideoStream

from renderer.errors import RenderError
from renderer.video.opening import open_clip, picture_stream
from renderer.video.timing import ClipTiming, read_timing

MIN_TAKE_S = 5.0


@dataclass(frozen=True)
class ClipFacts:
    """A clip as it is shown: upright, square pixels, even width and height, constant rate."""

    width: int
    height: int
    fps: Fraction
    frames: int
    duration_s: float
    has_sound: bool
    sha256: str


def probe(path: Path) -> ClipFacts:
    """Read a clip's facts. Raises RenderError when it is missing, damaged or not a video."""
    with open_clip(path) as container:
        stream = picture_stream(container, path)
        timing = read_timing(container, stream, path)
        return facts_of(path, stream, timing, has_sound=bool(container.streams.audio))


def check_take(facts: ClipFacts, path: Path) -> None:
    """Raise RenderError for a clip that is too short to be a presenter's take."""
    if facts.duration_s < MIN_TAKE_S:
        raise RenderError(
            f"{path.name} is {facts.duration_s:.1f} s long. "
            f"A take needs at least {MIN_TAKE_S:.0f} s; 20 to 60 s give the best result."
        )


def facts_of(path: Path, stream: VideoStream, timing: ClipTiming, *, has_sound: bool) -> ClipFacts:
    """The facts of an opened clip."""
    width, height = shown_size(stream, quarter_turns(stream, path))
    return ClipFacts(
        width=width,
        height=height,
        fps=timing.fps,
        frames=timing.frames,
        duration_s=float(timing.frames / timing.fps),
        has_sound=has_sound,
        sha256=_sha256(path),
    )


def square_size(stream: VideoStream) -> tuple[int, int]:
    """Width and height as stored, with the width stretched so that pixels are square."""
    return round(stream.width * (stream.sample_aspect_ratio or 1)), stream.height


def shown_size(stream: VideoStream, turns: int) -> tuple[int, int]:
    """Width and height as seen, cut to even numbers, which yuv420p needs."""
    width, height = square_size(stream)
    if turns % 2:
        width, height = height, width
    return width & ~1, height & ~1


def quarter_turns(stream: VideoStream, path: Path) -> int:
    """How many quarter turns counter-clockwise set the picture upright (phones record turned)."""
    with open_clip(path) as container:
        for frame in container.decode(picture_stream(container, path)):
            return round(frame.rotation / 90) % 4
    raise RenderError(f"No picture of {path.name} can be decoded. Export it again as MP4 (H.264).")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
