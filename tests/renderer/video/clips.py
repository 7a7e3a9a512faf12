"""Small real clips whose every frame says its own number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

_BITS = 10
_CELL_PX = 12


def numbered(number: int, width: int = 160, height: int = 96) -> npt.NDArray[np.uint8]:
    """A soft picture with the number as ten black or white cells along its top edge."""
    y, x = np.mgrid[:height, :width]
    frame = np.stack([60 + x // 2, 60 + y, 90 + (x + y) // 4], -1).clip(0, 255).astype(np.uint8)
    for bit in range(_BITS):
        frame[:_CELL_PX, bit * _CELL_PX : (bit + 1) * _CELL_PX] = 255 * (number >> bit & 1)
    return frame


def number_of(frame: npt.NDArray[np.uint8]) -> int:
    """The number that a decoded frame shows."""
    cells = [frame[3:9, bit * _CELL_PX + 3 : (bit + 1) * _CELL_PX - 3].mean() > 128 for bit in range(_BITS)]
    return sum(int(on) << bit for bit, on in enumerate(cells))


def write_clip(
    path: Path,
    frames: int = 30,
    fps: Fraction = Fraction(25),
    *,
    size: tuple[int, int] = (160, 96),
    times_ms: Sequence[int] | None = None,
    samples: npt.NDArray[np.float32] | None = None,
    rotation: int = 0,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write a clip as other programs do: default GOP, B-frames, no colour tags."""
    with av.open(str(path), "w", options=container_options or {}) as out:
        stream = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "g": "12", "bf": "2"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv444p" if size[0] % 2 else "yuv420p"
        if rotation:
            stream.set_display_rotation(rotation)
        time_base = Fraction(1, 1000) if times_ms else 1 / fps
        stream.codec_context.time_base = time_base
        sound = out.add_stream("aac", rate=48_000, layout="mono") if samples is not None else None
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered(index, *size), "rgb24")
            frame.pts, frame.time_base = times_ms[index] if times_ms else index, time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        for packet in _sound(sound, samples):
            out.mux(packet)
    return path


def write_stream(
    path: Path, codec: str = "libx264", options: dict[str, str] | None = None, frames: int = 60
) -> Path:
    """Write a clip of numbered frames at 25 fps with any encoder and container."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered(number), "rgb24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def copy_packets(
    source: Path,
    path: Path,
    keep: Callable[[int], bool] = lambda number: True,
    shift_frames: int = 0,
) -> Path:
    """Copy a clip at 25 fps without encoding it again: the packets to ``keep``, shown earlier by some frames.

    What is shown before 0 is hidden by an edit list, as phones trim.
    """
    with av.open(str(source)) as clip, av.open(str(path), "w") as out:
        stream = clip.streams.video[0]
        copied = out.add_stream_from_template(stream)
        early = round(shift_frames / 25 / (stream.time_base or 1))
        for number, packet in enumerate(clip.demux(stream)):
            if packet.dts is None or packet.pts is None or not keep(number):
                continue
            packet.pts, packet.dts, packet.stream = packet.pts - early, packet.dts - early, copied
            out.mux(packet)
    return path


def write_sound(path: Path, samples: npt.NDArray[np.float32]) -> Path:
    """Write a file with sound and no picture."""
    with av.open(str(path), "w") as out:
        for packet in _sound(out.add_stream("aac", rate=48_000, layout="mono"), samples):
            out.mux(packet)
    return path


def _sound(stream: Any, samples: npt.NDArray[np.float32] | None) -> Iterator[Any]:
    if samples is None:
        return
    for start in range(0, len(samples), 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        yield from stream.encode(frame)
    yield from stream.encode(None)
