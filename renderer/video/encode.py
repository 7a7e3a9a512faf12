"""Encodes one segment as a small MP4 that joins others without encoding again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from pathlib import Path

import av
import av.container
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from renderer.config import VideoConfig
from renderer.runtime.atomic_files import atomic_write
from renderer.runtime.profiling import span
from renderer.video.picture import Picture

# Frames in the works at once: a fixed number, so that bytes never depend on the machine.
_THREADS = 2
# A closed GOP that begins with the only key frame.
_CLOSED_GOP = f"keyint=infinite:open-gop=0:scenecut=0:threads={_THREADS}"
# Bits go to texture as it is seen, not only as it is measured, and blocks are smoothed less: lips and skin
# keep more of their finest detail for about the same bytes.
_TEXTURE = "psy-rd=1.0,0.15:deblock=-1,-1"
# No encoder version and no time of day in the file.
BITEXACT = {"fflags": "+bitexact"}


def encode_segment(
    frames: Iterable[Picture | npt.NDArray[np.uint8]], fps: Fraction, config: VideoConfig, path: Path
) -> int:
    """Write pictures, or uint8 RGB frames [h, w, 3], as H.264 yuv420p; the number of frames is returned.

    The file states the colours that the pictures do. An odd last row or column of RGB is cut off. Equal
    input gives equal bytes. Raises ValueError without frames, RenderError when the disk is full.
    """
    rest = _to_pictures(frames)
    first = next(rest, None)
    if first is None:
        raise ValueError("a segment needs at least one frame")
    with atomic_write(path) as temporary, av.open(str(temporary), "w", format="mp4", options=BITEXACT) as out:
        stream = _add_stream(out, first, fps, config)
        count = 0
        for frame in _video_frames(chain([first], rest), fps):
            with span("encode", frames=1):
                out.mux(stream.encode(frame))
            count += 1
        out.mux(stream.encode(None))
    return count


def _add_stream(
    out: av.container.OutputContainer, first: Picture, fps: Fraction, config: VideoConfig
) -> VideoStream:
    parameters = f"{_CLOSED_GOP}:{_TEXTURE}{_choose_deterministic_code()}"
    options = {"crf": str(config.crf), "preset": config.preset, "x264-params": parameters}
    stream = out.add_stream("libx264", rate=fps, options=options)
    stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
    context = stream.codec_context
    context.thread_count, context.thread_type = _THREADS, "FRAME"
    context.time_base = 1 / fps
    stated = first.colours
    context.color_primaries, context.color_trc = stated.stated_primaries, stated.stated_transfer
    context.colorspace = stated.stated_matrix
    context.color_range = ColorRange.MPEG
    return stream


@lru_cache(maxsize=1)
def _choose_deterministic_code() -> str:
    """x264's code for AVX-512 gives other bytes for the same frames, depending on what lay in memory before
    (seen with the x264 of PyAV 18); that for AVX2 does not, and is as fast. Every such processor has both."""
    listed = Path("/proc/cpuinfo")
    return ":asm=avx2" if listed.exists() and "avx512" in listed.read_text() else ""


def _to_pictures(frames: Iterable[Picture | npt.NDArray[np.uint8]]) -> Iterator[Picture]:
    for frame in frames:
        yield frame if isinstance(frame, Picture) else Picture.of_rgb(frame)


def _video_frames(pictures: Iterable[Picture], fps: Fraction) -> Iterator[VideoFrame]:
    for number, picture in enumerate(pictures):
        frame = picture.to_frame()
        frame.pts, frame.time_base, frame.pict_type = number, 1 / fps, PictureType.NONE
        yield frame
