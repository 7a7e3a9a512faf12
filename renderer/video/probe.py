"""What a clip is, before any of it is decoded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path

import av
from av.video.stream import VideoStream

from renderer.errors import RenderError
from renderer.video.conversion import has_wide_colours, name_hdr
from renderer.video.open import find_picture_stream, list_picture_streams, name_damage, open_clip
from renderer.video.orientation import Orientation
from renderer.video.recording_notes import PictureKind, describe_recording
from renderer.video.timing import ClipTiming, check_all_bytes_there, read_timing

MIN_TAKE_S = 5.0
_LOOKED_AT = 12  # pictures: a clip that mixes both kinds shows an interlaced one soon
_WIDEST_PIXEL = 8  # real recordings stay below 2; a damaged file may state anything


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
    """What reading a clip needs: its ``facts``, its pictures' times and ``orientation``, whether they are
    ``interlaced``; and ``notes``, sentences about how it was recorded."""

    facts: ClipFacts
    timing: ClipTiming
    orientation: Orientation
    interlaced: bool = False
    notes: tuple[str, ...] = ()


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
    with name_damage(path):
        kind, orientation, first = _look_at_pictures(path)
        with open_clip(path) as container:
            stream = find_picture_stream(container, path)
            timing = read_timing(container, stream, path, first)
            has_sound = bool(container.streams.audio)
            facts = _collect_facts(path, stream, timing, orientation, has_sound=has_sound)
            notes = describe_recording(kind, timing)
            return Clip(facts, timing, orientation, kind.interlaced, notes)


def _look_at_pictures(path: Path) -> tuple[PictureKind, Orientation, list[int | None]]:
    """The kind and orientation of the first pictures that can be decoded, and their times."""
    with open_clip(path) as container:
        stream = find_picture_stream(container, path)
        pictures = list_picture_streams(container)
        check_all_bytes_there(stream, path)
        try:
            some = list(islice(container.decode(stream), _LOOKED_AT))
        except av.error.FFmpegError:
            some = []
        if not some:
            raise RenderError(f"No picture of {path.name} can be decoded. Export it again as MP4 (H.264).")
        kind = PictureKind(
            interlaced=any(frame.interlaced_frame for frame in some),
            hdr=name_hdr(some[0]),
            wide_colours=has_wide_colours(some[0]),
            track=1 + [one.index for one in container.streams.video if one in pictures].index(stream.index),
            tracks=len(pictures),
        )
        return kind, Orientation.of(some[0]), [frame.pts for frame in some]


def check_take(facts: ClipFacts, path: Path, least_s: float = MIN_TAKE_S) -> None:
    """Raise RenderError for a clip that is too short to be a presenter's take."""
    if facts.duration_s < least_s:
        raise RenderError(
            f"{path.name} is {facts.duration_s:.1f} s long. "
            f"A take needs at least {least_s:.0f} s; 20 to 60 s give the best result."
        )


def _collect_facts(
    path: Path, stream: VideoStream, timing: ClipTiming, orientation: Orientation, *, has_sound: bool
) -> ClipFacts:
    width, height = display_size(stream, orientation)
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
    shape = float(stream.sample_aspect_ratio or 1)
    if not 1 / _WIDEST_PIXEL <= shape <= _WIDEST_PIXEL:
        shape = 1.0
    return max(2, round(stream.width * shape)), stream.height


def display_size(stream: VideoStream, orientation: Orientation) -> tuple[int, int]:
    """Width and height as seen, cut to even numbers, which yuv420p needs."""
    width, height = square_pixel_size(stream)
    if orientation.swaps_sides:
        width, height = height, width
    return width & ~1, height & ~1


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
