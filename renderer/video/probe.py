"""What a clip is, before any of it is decoded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from av.video.stream import VideoStream

from renderer.errors import RenderError
from renderer.video.open import find_picture_stream, open_clip
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


@dataclass(frozen=True, eq=False)
class Clip:
    """What reading a clip needs: its ``facts``, its pictures' times, and the counter-clockwise quarter
    ``turns`` that set them upright (phones record turned)."""

    facts: ClipFacts
    timing: ClipTiming
    turns: int


def probe(path: Path) -> ClipFacts:
    """Read a clip's facts. Raises RenderError when it is missing, damaged or not a video."""
    return probe_clip(path).facts


def probe_clip(path: Path) -> Clip:
    """All that reading a clip needs; kept for the last files while unchanged. Raises RenderError."""
    try:
        state = path.stat()
    except OSError:
        return _read(path)  # which says what is wrong
    return _probe_clip(path, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=16)
def _probe_clip(path: Path, *state: int) -> Clip:
    return _read(path)


def _read(path: Path) -> Clip:
    with open_clip(path) as container:
        stream = find_picture_stream(container, path)
        timing = read_timing(container, stream, path)
        turns = _count_quarter_turns(stream, path)
        has_sound = bool(container.streams.audio)
        return Clip(_collect_facts(path, stream, timing, turns, has_sound=has_sound), timing, turns)


def check_take(facts: ClipFacts, path: Path, least_s: float = MIN_TAKE_S) -> None:
    """Raise RenderError for a clip that is too short to be a presenter's take."""
    if facts.duration_s < least_s:
        raise RenderError(
            f"{path.name} is {facts.duration_s:.1f} s long. "
            f"A take needs at least {least_s:.0f} s; 20 to 60 s give the best result."
        )


def _collect_facts(
    path: Path, stream: VideoStream, timing: ClipTiming, turns: int, *, has_sound: bool
) -> ClipFacts:
    width, height = display_size(stream, turns)
    return ClipFacts(
        width=width,
        height=height,
        fps=timing.fps,
        frames=timing.frames,
        duration_s=float(timing.frames / timing.fps),
        has_sound=has_sound,
        sha256=_sha256(path),
    )


def square_pixel_size(stream: VideoStream) -> tuple[int, int]:
    """Width and height as stored, with the width stretched so that pixels are square."""
    return round(stream.width * (stream.sample_aspect_ratio or 1)), stream.height


def display_size(stream: VideoStream, turns: int) -> tuple[int, int]:
    """Width and height as seen, cut to even numbers, which yuv420p needs."""
    width, height = square_pixel_size(stream)
    if turns % 2:
        width, height = height, width
    return width & ~1, height & ~1


def _count_quarter_turns(stream: VideoStream, path: Path) -> int:
    with open_clip(path) as container:
        for frame in container.decode(find_picture_stream(container, path)):
            return round(frame.rotation / 90) % 4
    raise RenderError(f"No picture of {path.name} can be decoded. Export it again as MP4 (H.264).")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
