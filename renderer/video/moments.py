"""Moments of a finished video: the still of one, and some seconds as small pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter

from renderer.errors import RenderError
from renderer.runtime.profiling import span
from renderer.video.colour import to_rgb
from renderer.video.decode import TakeReader
from renderer.video.poster import write_poster

_NEAR_S = 1e-3  # a player's clock may stand this little before the frame that it shows


def write_moment(video: Path, at_s: float, out: Path) -> None:
    """The frame that a player shows at ``at_s`` as JPEG, the last one where the video is over by then.

    Raises RenderError for a file that is no video.
    """
    with TakeReader(video, cache_bytes=0) as reader:
        at = int((max(at_s, 0.0) + _NEAR_S) * reader.facts.fps)
        write_poster(reader.frame(min(at, reader.facts.frames - 1)), out)


@span("moving picture")
def read_moment(
    video: Path, start_s: float, end_s: float, rate_hz: float, size: tuple[int, int]
) -> list[npt.NDArray[np.uint8]]:
    """So many frames a second between two times, each RGB [height, width, 3] of ``size`` (width, height).

    Only for videos as `renderer.video.encode` writes them: progressive and upright. Raises RenderError.
    """
    try:
        return list(_decode(video, start_s, end_s, rate_hz, size))
    except (FFmpegError, IndexError, OSError) as error:
        raise RenderError(f"The video {video.name} cannot be read. Render it again.") from error


def _decode(
    video: Path, start_s: float, end_s: float, rate_hz: float, size: tuple[int, int]
) -> Iterator[npt.NDArray[np.uint8]]:
    width, height = size
    due_s, reformatter = start_s, VideoReformatter()
    with av.open(str(video)) as clip:
        stream = clip.streams.video[0]
        clip.seek(int(start_s / stream.time_base) if stream.time_base else 0, stream=stream)
        for frame in clip.decode(stream):
            if frame.time is None or frame.time >= end_s:
                return
            if frame.time + _NEAR_S >= due_s:
                due_s += 1 / rate_hz
                yield to_rgb(frame, width, height, reformatter)
