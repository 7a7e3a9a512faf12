"""Reads frames and sound of a clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

from renderer.errors import RenderError
from renderer.runtime.profiling import span
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.cursor import Cursor
from renderer.video.open import open_clip
from renderer.video.picture import Picture
from renderer.video.probe import probe_clip
from renderer.video.sound import VOICE, SoundFormat

# Several places in the file at once: a transition shows the end of one run mixed with the start of another,
# while another thread may read elsewhere.
_CURSORS = 3
_NEAR_FRAMES = 16
# A segment's pictures are needed twice: to cut the faces out, and to put them back.
_KEEP_BYTES = 256 * 2**20
_AAC_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


class TakeReader:
    """Pictures of a clip by number, in any order, from any thread.

    Pictures are `renderer.video.picture.Picture`; frames are the same as uint8 RGB [height, width, 3], each
    a fresh array. Reading forward decodes every picture once; a far jump decodes from the key frame before
    it; the pictures read last are cached, up to ``cache_bytes``.
    """

    @span("open clip")
    def __init__(self, path: Path, *, cache_bytes: int = _KEEP_BYTES) -> None:
        self._path, self._cache_bytes = path, cache_bytes
        self._lock = Lock()
        self._cursors: list[Cursor] = []  # least recently used first
        self._cached: dict[int, Picture] = {}  # likewise
        self._clip = probe_clip(path)
        self.facts = self._clip.facts

    def __enter__(self) -> TakeReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._cached.clear()
            for cursor in self._cursors:
                cursor.close()
            self._cursors.clear()

    def frames(self, indices: Sequence[int]) -> Iterator[npt.NDArray[np.uint8]]:
        """Yield the frame at each index; indices may repeat and jump. Raises RenderError, IndexError."""
        for index in indices:
            yield self.frame(int(index))

    def frame(self, index: int) -> npt.NDArray[np.uint8]:
        """One frame."""
        target = self._target(index)
        with self._lock:
            return self._cursor_at(target).rgb(target)

    def pictures(self, indices: Sequence[int]) -> Iterator[Picture]:
        """Yield the picture at each index; as `frames`."""
        for index in indices:
            yield self.picture(int(index))

    def picture(self, index: int) -> Picture:
        """One picture. It stays valid after the reader was closed."""
        target = self._target(index)
        with self._lock:
            picture = self._cached.pop(target, None) or self._cursor_at(target).picture(target)
            self._cached[target] = picture
            while len(self._cached) > self._cache_bytes // picture.size_bytes:
                del self._cached[next(iter(self._cached))]
            return picture

    def _target(self, index: int) -> int:
        if not 0 <= index < self._clip.timing.frames:
            raise IndexError(f"frame {index} of {self._path.name}, which has {self._clip.timing.frames}")
        return int(self._clip.timing.source[index])

    def _cursor_at(self, target: int) -> Cursor:
        cursor = self._cursor_for(target)
        self._cursors.remove(cursor)
        self._cursors.append(cursor)
        return cursor

    def _cursor_for(self, target: int) -> Cursor:
        near = [cursor for cursor in self._cursors if cursor.cost_frames(target) <= _NEAR_FRAMES]
        if near:
            return min(near, key=lambda cursor: cursor.cost_frames(target))
        if len(self._cursors) < _CURSORS:
            self._cursors.insert(0, Cursor(self._path, self._clip))
        return self._cursors[0]


def read_sound(path: Path) -> npt.NDArray[np.float32] | None:
    """A clip's sound as mono float32 [n] at 48 kHz, in step with its first picture; None without sound."""
    with open_clip(path) as container:
        return _samples(container, VOICE, path)[0] if container.streams.audio else None


def read_own_sound(path: Path) -> tuple[npt.NDArray[np.float32], SoundFormat] | None:
    """The same with the clip's own rate and channels (two at most): float32 [channels, n], and its format."""
    with open_clip(path) as container:
        if not container.streams.audio:
            return None
        stream = container.streams.audio[0]
        rate_hz = stream.rate if stream.rate in _AAC_RATES_HZ else SOUND_RATE_HZ
        form = SoundFormat(rate_hz, "mono" if stream.channels == 1 else "stereo")
        return _samples(container, form, path), form


def _samples(
    container: av.container.InputContainer, form: SoundFormat, path: Path
) -> npt.NDArray[np.float32]:
    start_s = _picture_start_s(container)
    try:
        blocks = list(_blocks(container, form))
    except av.error.FFmpegError as error:
        raise RenderError(
            f"The sound of {path.name} is damaged. Export the file again, for example as MP4 with AAC."
        ) from error
    if not blocks:
        return np.zeros((1 if form.layout == "mono" else 2, 0), np.float32)
    samples = np.concatenate([block for _, block in blocks], axis=1)
    return _starting_at(samples, offset=round((blocks[0][0] - start_s) * form.rate_hz))


def _picture_start_s(container: av.container.InputContainer) -> float:
    stream = next(iter(container.streams.video), None)
    if stream is None or stream.start_time is None or stream.time_base is None:
        return _sound_start_s(container)
    return float(stream.start_time * stream.time_base)


def _sound_start_s(container: av.container.InputContainer) -> float:
    stream = container.streams.audio[0]
    return float((stream.start_time or 0) * (stream.time_base or 0))


def _blocks(
    container: av.container.InputContainer, form: SoundFormat
) -> Iterator[tuple[float, npt.NDArray[np.float32]]]:
    """(start in seconds, samples [channels, n]) of each decoded block."""
    resampler = AudioResampler(format="fltp", layout=form.layout, rate=form.rate_hz)
    start_s = _sound_start_s(container)
    for frame in container.decode(container.streams.audio[0]):
        start_s = frame.time if frame.time is not None else start_s
        for block in resampler.resample(frame):
            yield start_s, np.asarray(block.to_ndarray(), np.float32)
    for block in resampler.resample(None):
        yield start_s, np.asarray(block.to_ndarray(), np.float32)


def _starting_at(samples: npt.NDArray[np.float32], offset: int) -> npt.NDArray[np.float32]:
    if offset < 0:
        return samples[:, -offset:]
    return np.concatenate([np.zeros((len(samples), offset), np.float32), samples], axis=1)
