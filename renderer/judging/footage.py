"""Footage: a finished video as a viewer's eye has it: face points, mouths laid flat, and sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.face.track import track
from renderer.progress import Progress, Step, ignore_progress
from renderer.scoring.aperture import aperture
from renderer.scoring.mouth_map import lay_flat
from renderer.timeline import sample_at
from renderer.video.decode import TakeReader, read_sound

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Footage:
    """A video's face ``points`` [n, 478, 2] in px, the frames ``seen`` [n] in which there is one face, its
    mouth ``maps`` [n, ROWS, COLUMNS, 3], and its sound, mono at 48 kHz (empty without sound). Where it is
    known, ``filmed`` [n] are frames whose mouth is the take's own, or nearly so."""

    points: Floats
    seen: Flags
    maps: Bytes
    fps: Fraction
    samples: Floats
    filmed: Flags | None = None

    def __len__(self) -> int:
        return len(self.points)

    @property
    def apertures(self) -> Floats:
        """Inner-lip gap over face width [n]."""
        return aperture(self.points)

    def part(self, start: int, stop: int) -> Footage:
        """The frames from ``start`` up to ``stop``, with their sound."""
        a, b = (sample_at(frame, self.fps) for frame in (start, stop))
        frames = slice(start, stop)
        filmed = None if self.filmed is None else self.filmed[frames]
        parts = (self.points[frames], self.seen[frames], self.maps[frames])
        return Footage(*parts, self.fps, self.samples[a:b], filmed)


def watch(path: Path, progress: Progress = ignore_progress) -> Footage:
    """Track the face of a video and lay its mouths flat. Raises RenderError where no face can be followed."""
    with TakeReader(path, cache_bytes=0) as reader:
        frames = reader.facts.frames
        face = track(reader.frames(range(frames)), frames, progress)
    with TakeReader(path, cache_bytes=0) as reader:
        maps = np.stack(list(_lay_flat(reader, face.points, progress)))
        fps = reader.facts.fps
    sound = read_sound(path)
    return Footage(face.points, face.ok, maps, fps, np.zeros(0, np.float32) if sound is None else sound)


def _lay_flat(reader: TakeReader, points: Floats, progress: Progress) -> Iterator[Bytes]:
    for at, (picture, face) in enumerate(zip(reader.pictures(range(len(points))), points, strict=True)):
        progress(Step("looking at the mouth", at + 1, len(points)))
        yield lay_flat(picture, face)
