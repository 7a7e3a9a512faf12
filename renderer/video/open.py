"""Opens a clip that somebody else made, and says in plain words why it cannot be opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.container
from av.audio.stream import AudioStream
from av.stream import Disposition
from av.video.stream import VideoStream

from renderer.errors import RenderError

# Only containers that hold their own media: playlists and "concat" scripts could name other files.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,wav,mp3,flac,aac,aiff,caf"
_STILLS = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
# What wrong bytes make the libraries raise: a division by a size of 0, a time that no number holds, bad text.
READING_ERRORS = (av.error.FFmpegError, ArithmeticError, LookupError, MemoryError, TypeError, ValueError)


def open_clip(path: Path) -> av.container.InputContainer:
    """Open a video or sound file for reading. Raises RenderError."""
    _check_file(path)
    try:
        return av.open(
            str(path.absolute()), options={"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
        )
    except READING_ERRORS as error:
        raise _unreadable_error(path) from error


def find_picture_stream(container: av.container.InputContainer, path: Path) -> VideoStream:
    """The clip's default track of moving pictures. Raises RenderError."""
    streams = list_picture_streams(container)
    if streams:
        return streams[0]
    what = "sound but no picture" if container.streams.audio else "no picture and no sound"
    raise RenderError(f"{path.name} has {what}. Choose a video that shows the presenter's face.")


def list_picture_streams(container: av.container.InputContainer) -> list[VideoStream]:
    """Tracks of moving pictures, the default one first; cover art and chapter stills are none."""
    streams = [one for one in container.streams.video if not one.disposition & _STILLS]
    return sorted(streams, key=_is_no_default)


def list_sound_streams(container: av.container.InputContainer) -> list[AudioStream]:
    """Sound tracks, the default one first."""
    return sorted(container.streams.audio, key=_is_no_default)


def _is_no_default(stream: VideoStream | AudioStream) -> bool:
    return not stream.disposition & Disposition.default


@contextmanager
def name_damage(path: Path) -> Iterator[None]:
    """Says in plain words that a file is damaged, whatever the libraries raise while they read it."""
    try:
        yield
    except READING_ERRORS as error:
        raise damaged_error(path) from error


def damaged_error(path: Path) -> RenderError:
    """The error for a file whose content contradicts itself."""
    return RenderError(
        f"{path.name} is damaged: it cannot be read to its end. "
        "Copy or upload it again, or export it again from the camera."
    )


def incomplete_error(path: Path) -> RenderError:
    """The error for a file that ends too early."""
    return RenderError(
        f"{path.name} is incomplete: the file ends before the video does. "
        "Copy or upload it again, or export it again from the camera."
    )


def _check_file(path: Path) -> None:
    if not path.exists():
        raise RenderError(f"There is no file {path}. Check the name and the folder.")
    if not path.is_file():
        raise RenderError(f"{path} is not a file. Name a video file, such as an MP4.")
    if path.stat().st_size == 0:
        raise RenderError(f"{path.name} is empty (0 bytes). Copy or upload it again.")


def _unreadable_error(path: Path) -> RenderError:
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return incomplete_error(path)
    return RenderError(
        f"{path.name} is not a video that can be read. "
        "Export it as MP4 (H.264 or HEVC), MOV, MKV or WebM and choose that file."
    )
