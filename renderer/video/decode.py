"""Reads frames and sound of a clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType

import numpy as np
import numpy.typing as npt

from renderer.runtime.profiling import span
from renderer.video.cursor import Cursor
from renderer.video.picture import Picture
from renderer.video.probe import probe_clip
from renderer.video.recorded_sound import read_recorded_sound

# Several places in the file at once: a transition shows the end of one run mixed with the start of another,
# while another thread may read elsewhere.
_CURSORS = 3
_NEAR_FRAMES = 16
# A segment's pictures are needed twice: to cut the faces out, and to put them back.
_KEEP_BYTES = 256 * 2**20


class TakeReader:
    """Pictures of a clip by number, in any order, from any thread.

    Pictures are `renderer.video.picture.Picture`; frames are the same as uint8 RGB [height, width, 3], each
    a fresh array. Reading forward decodes every picture once; a far jump decodes from the key frame before
    it; the pictures read last are cached, up to ``cache_bytes``. ``gaps`` and ``notes`` tell how the clip was
    recorded, as in `renderer.video.probe.Clip`.
    """

    @span("open clip")
    def __init__(self, path: Path, *, cache_bytes: int = _KEEP_BYTES) -> None:
        self.path, self._cache_bytes = path, cache_bytes
        self._lock = Lock()
        self._cursors: list[Cursor] = []  # least recently used first
        self._cached: dict[int, Picture] = {}  # likewise
        self._clip = probe_clip(path)
        self.facts = self._clip.facts
        self.gaps = self._clip.timing.gaps
        self.notes = self._clip.notes

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
            raise IndexError(f"frame {index} of {self.path.name}, which has {self._clip.timing.frames}")
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
            self._cursors.insert(0, Cursor(self.path, self._clip))
        return self._cursors[0]


def read_sound(path: Path) -> npt.NDArray[np.float32] | None:
    """A clip's sound as mono float32 [n] at 48 kHz, in step with its first picture; None without sound."""
    sound = read_recorded_sound(path)
    return None if sound is None else sound.samples
