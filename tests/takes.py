"""Takes that cannot be used, and one that can, cut from the demo's clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

DEMO_TAKE = Path(__file__).resolve().parent.parent / "campaigns" / "demo" / "presenter-take.mp4"
FPS = 25
Picture = npt.NDArray[np.uint8]


def good(path: Path) -> Path:
    """Seven seconds of the demo's presenter at half size, with sound."""
    return _write(path, _presenter(seconds=7), sound_s=7)


def too_short(path: Path) -> Path:
    return _write(path, _presenter(seconds=2))


def with_a_cut(path: Path) -> Path:
    """Four seconds, then three of another moment, nearer to the camera."""
    pictures = list(_presenter(seconds=10))
    near = (np.ascontiguousarray(picture[20:290, 80:560]) for picture in pictures[175:250])
    zoomed = (av.VideoFrame.from_ndarray(picture, "rgb24").reformat(640, 360) for picture in near)
    cut = (*pictures[:100], *(frame.to_ndarray(format="rgb24") for frame in zoomed))
    return _write(path, iter(cut), sound_s=7)


def without_a_face(path: Path) -> Path:
    y, x = np.mgrid[:360, :640]
    still = np.stack([x // 3, y // 2, (x + y) // 5], -1).astype(np.uint8)
    return _write(path, (np.roll(still, at, axis=1) for at in range(6 * FPS)))


def with_two_faces(path: Path) -> Path:
    halves = (frame[:, 160:480] for frame in _presenter(seconds=6))
    return _write(path, (np.concatenate([half, half[:, ::-1]], axis=1) for half in halves))


def sound_only(path: Path) -> Path:
    return _write(path, iter(()), sound_s=6)


def write_half(path: Path) -> Path:
    """The first half of a good file's bytes, as an upload that broke off leaves it."""
    whole = DEMO_TAKE.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _presenter(seconds: int) -> Iterator[Picture]:
    with av.open(str(DEMO_TAKE)) as clip:
        for at, frame in enumerate(clip.decode(video=0)):
            if at == seconds * FPS:
                return
            yield frame.reformat(width=640, height=360).to_ndarray(format="rgb24")


def _write(path: Path, pictures: Iterator[Picture], sound_s: int = 0) -> Path:
    first = next(pictures, None)
    with av.open(str(path), "w") as out:
        if first is not None:
            stream = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20"})
            stream.width, stream.height, stream.pix_fmt = first.shape[1], first.shape[0], "yuv420p"
        track = out.add_stream("aac", rate=48_000, layout="mono") if sound_s else None
        if first is not None:
            for picture in (first, *pictures):
                out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")))
            out.mux(stream.encode(None))
        if track is not None:
            for frame in _presenter_sound(sound_s):
                out.mux(track.encode(frame))
            out.mux(track.encode(None))
    return path


def _presenter_sound(seconds: int) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=48_000)
    with av.open(str(DEMO_TAKE)) as clip:
        for frame in clip.decode(audio=0):
            if frame.time is not None and frame.time >= seconds:
                return
            yield from resampler.resample(frame)
