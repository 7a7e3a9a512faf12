"""The take of a presenter, opened when it is first needed."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from types import TracebackType

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.presenter.presenter import Presenter
from renderer.video.decode import TakeReader, read_sound

Samples = npt.NDArray[np.float32]


class LazyTake:
    """A message whose segments are all in the store never opens its take."""

    def __init__(self, path: Path, presenter: Presenter) -> None:
        self._path, self._presenter = path, presenter
        self._reader: TakeReader | None = None
        self._sound: Samples | None = None
        self._opening = Lock()  # a segment is drawn in one thread while another one composes its pictures

    def __enter__(self) -> LazyTake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @property
    def reader(self) -> TakeReader:
        """Raises RenderError when the file is not the take that the presenter was baked from."""
        with self._opening:
            if self._reader is None:
                self._reader = self._open()
            return self._reader

    @property
    def sound(self) -> Samples:
        """Mono float32 [n] at 48 kHz, empty without a sound track; decoded once. Raises RenderError."""
        path = self.reader.path
        with self._opening:
            if self._sound is None:
                sound = read_sound(path)
                self._sound = np.zeros(0, np.float32) if sound is None else sound
            return self._sound

    def _open(self) -> TakeReader:
        reader = TakeReader(self._path)
        if reader.facts.sha256 != self._presenter.facts.sha256:
            reader.close()
            raise RenderError(
                f"{self._path.name} is not the take that the presenter was baked from. "
                "Choose that take, or bake this one."
            )
        return reader
