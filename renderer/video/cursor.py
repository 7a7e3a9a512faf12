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
from renderer.video.conversion import convert
from renderer.video.open import READING_ERRORS, find_picture_stream, open_clip
from renderer.video.picture import Picture
from renderer.video.probe import Clip, display_size, square_pixel_size

_SEEK_COST_FRAMES = 4
# A container whose index is wrong near one place is read from its start soon: each try costs a jump.
_KEYS_TRIED = 3


class Cursor:
    """Reads pictures by their position among the file's pictures; cheap when reading forward."""

    def __init__(self, path: Path, clip: Clip) -> None:
        self._path = path
        self._timing = clip.timing
        self._orientation = clip.orientation
        self._interlaced = clip.interlaced
        self._warm_up_frames = 1 if clip.interlaced else 0  # see `renderer.video.conversion`
        self._reformatter = VideoReformatter()
        self._frame: VideoFrame | None = None
        self._open()

    def _open(self) -> None:
        self._container = open_clip(self._path)
        self._stream = find_picture_stream(self._container, self._path)
        self._stream.thread_type = "AUTO"
        self._start_decoding()

    def _start_decoding(self) -> None:
        decoded = self._container.decode(self._stream)
        self._frames: Iterator[VideoFrame] = convert(decoded, interlaced=self._interlaced)
        self._position = -1

    def _reopen(self) -> None:
        """Read from the start, which needs no index: what a container's index says may be wrong anywhere."""
        self._container.close()
        self._open()

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
            return Picture.of_frame(frame).orient(self._orientation)
        return Picture.of_rgb(self._convert_upright(frame))

    def rgb(self, target: int) -> npt.NDArray[np.uint8]:
        """The picture upright, as uint8 RGB [height, width, 3]. Raises RenderError."""
        frame = self._read(target)
        if self._is_stored_as_shown(frame):
            return Picture.of_frame(frame).orient(self._orientation).rgb()
        return self._convert_upright(frame)

    def _read(self, target: int) -> VideoFrame:
        try:
            if self.cost_frames(target) != target - self._position or self._frame is None:
                self._seek(target)
            try:
                self._advance_to(target)
            except (*READING_ERRORS, StopIteration):
                self._reopen()  # after a jump, some decoders lose pictures that they give when read in order
                self._advance_to(target)
        except (*READING_ERRORS, StopIteration) as error:
            at_s = float(target / self._timing.fps)
            raise RenderError(
                f"{self._path.name} is damaged at {at_s:.1f} s: the picture there cannot be decoded. "
                "Copy or upload it again, or export it again from the camera."
            ) from error
        assert self._frame is not None
        return self._frame

    def _advance_to(self, target: int) -> None:
        while self._position < target:
            self._advance()

    def _find_key_before(self, target: int) -> int:
        before = int(np.searchsorted(self._timing.keys, target, side="right"))
        return int(self._timing.keys[before - 1]) if before else 0

    def _seek(self, target: int) -> None:
        """Stand at or before ``target``, or at the first picture that can be decoded."""
        for start in () if self._timing.counted else self._list_starts(target):
            if self._jump(start) and self._lands_by(target):
                return
        self._reopen()

    def _jump(self, start: int) -> bool:
        try:
            self._container.seek(int(self._timing.pts[start]), stream=self._stream, backward=True)
        except av.error.FFmpegError:
            return False  # this container or this place cannot be jumped to
        self._start_decoding()
        return True

    def _list_starts(self, target: int) -> list[int]:
        """Where to look for a picture to begin with: a few key frames before ``target``, the nearest first.

        The first picture stands last: what comes before may be hidden (a clip that was trimmed without
        encoding it again begins between key frames), and a jump to it still finds the key frame.
        """
        keys = self._timing.keys
        before = keys[: np.searchsorted(keys, target - self._warm_up_frames, side="right")]
        return [*(int(key) for key in before[: -_KEYS_TRIED - 1 : -1] if key > 0), 0]

    def _lands_by(self, target: int) -> bool:
        """Some files land behind the key frame that was asked for, or where nothing more can be decoded."""
        try:
            self._advance()
        except (av.error.FFmpegError, StopIteration):
            return False
        return self._position == 0 or self._position <= target - self._warm_up_frames

    def _advance(self) -> None:
        with span("decode", frames=1):
            self._frame = next(self._frames)
        pts, base = self._frame.pts, self._frame.time_base
        if pts is not None and base and self._stream.time_base and not self._timing.counted:
            pts = round(pts * base / self._stream.time_base)
            self._position = int(np.searchsorted(self._timing.pts, pts))
        else:
            self._position += 1

    def _is_stored_as_shown(self, frame: VideoFrame) -> bool:
        size = frame.width, frame.height
        return is_plain(frame) and size == square_pixel_size(self._stream) and not (size[0] | size[1]) & 1

    @span("to rgb", frames=1)
    def _convert_upright(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        rgb = to_rgb(frame, *square_pixel_size(self._stream), self._reformatter)
        width, height = display_size(self._stream, self._orientation)
        return np.ascontiguousarray(self._orientation.apply(rgb)[:height, :width])
