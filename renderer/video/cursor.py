"""One place in a clip that is being decoded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from renderer.errors import RenderError
from renderer.runtime.profiling import span
from renderer.video.colour import is_plain, to_rgb
from renderer.video.open import find_picture_stream, open_clip
from renderer.video.picture import Picture
from renderer.video.probe import display_size, square_pixel_size
from renderer.video.timing import ClipTiming

_SEEK_COST_FRAMES = 4


class Cursor:
    """Reads pictures by their position among the file's pictures; cheap when reading forward."""

    def __init__(self, path: Path, timing: ClipTiming, turns: int) -> None:
        self._path = path
        self._timing = timing
        self._turns = turns
        self._reformatter = VideoReformatter()
        self._frame: VideoFrame | None = None
        self._open()

    def _open(self) -> None:
        self._container = open_clip(self._path)
        self._stream = find_picture_stream(self._container, self._path)
        self._stream.thread_type = "AUTO"
        self._decoded: Iterator[VideoFrame] = self._container.decode(self._stream)
        self._position = -1

    def close(self) -> None:
        self._container.close()

    def cost_frames(self, target: int) -> int:
        """About how many frames must be decoded to read ``target``."""
        seek = target - self._find_key_before(target) + _SEEK_COST_FRAMES
        if self._frame is None or target < self._position:
            return seek
        return min(seek, target - self._position)

    def picture(self, target: int) -> Picture:
        """The picture upright, as planes. Raises RenderError when it cannot be decoded."""
        frame = self._read(target)
        if self._is_stored_as_shown(frame):
            return Picture.of_frame(frame).rotate(self._turns)
        return Picture.of_rgb(self._convert_upright(frame))

    def rgb(self, target: int) -> npt.NDArray[np.uint8]:
        """The picture upright, as uint8 RGB [height, width, 3]. Raises RenderError."""
        frame = self._read(target)
        if self._is_stored_as_shown(frame):
            return Picture.of_frame(frame).rotate(self._turns).rgb()
        return self._convert_upright(frame)

    def _read(self, target: int) -> VideoFrame:
        try:
            if self.cost_frames(target) != target - self._position or self._frame is None:
                self._seek(target)
            while self._position < target:
                self._advance()
        except (av.error.FFmpegError, StopIteration) as error:
            at_s = float(target / self._timing.fps)
            raise RenderError(
                f"{self._path.name} is damaged at {at_s:.1f} s: the picture there cannot be decoded. "
                "Copy or upload it again, or export it again from the camera."
            ) from error
        assert self._frame is not None
        return self._frame

    def _find_key_before(self, target: int) -> int:
        keys = self._timing.keys
        return int(keys[max(0, int(np.searchsorted(keys, target, side="right")) - 1)]) if len(keys) else 0

    def _seek(self, target: int) -> None:
        key = self._find_key_before(target)
        while True:
            self._container.seek(int(self._timing.pts[key]), stream=self._stream, backward=True)
            self._decoded = self._container.decode(self._stream)
            self._position = -1
            if self._lands_by(target):
                return
            if key == 0:
                break
            key = self._find_key_before(key - 1)
        self._container.close()
        self._open()

    def _lands_by(self, target: int) -> bool:
        """Some files land behind the key frame that was asked for, or where nothing more can be decoded."""
        try:
            self._advance()
        except StopIteration:
            return False
        return self._position <= target

    def _advance(self) -> None:
        with span("decode", frames=1):
            self._frame = next(self._decoded)
        if self._frame.pts is not None:
            self._position = int(np.searchsorted(self._timing.pts, self._frame.pts))
        else:
            self._position += 1

    def _is_stored_as_shown(self, frame: VideoFrame) -> bool:
        size = frame.width, frame.height
        return is_plain(frame) and size == square_pixel_size(self._stream) and not (size[0] | size[1]) & 1

    @span("to rgb", frames=1)
    def _convert_upright(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        rgb = to_rgb(frame, *square_pixel_size(self._stream), self._reformatter)
        width, height = display_size(self._stream, self._turns)
        return np.ascontiguousarray(np.rot90(rgb, self._turns)[:height, :width])
