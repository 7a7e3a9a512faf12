"""The beginning of a clip by itself: a presenter is learned from it while the rest is held out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from renderer.timeline import seconds_at
from renderer.video.decode import TakeReader

MIN_LEARNED_S = 3.0  # less than a take needs: a short clip is measured as well as it can be


class FirstFrames(TakeReader):
    """A clip of which only the first ``frames`` frames exist for whoever reads it."""

    def __init__(self, path: Path, frames: int) -> None:
        super().__init__(path)
        self.gaps = tuple((first, min(last, frames)) for first, last in self.gaps if first < frames)
        self.facts = replace(self.facts, frames=frames, duration_s=seconds_at(frames, self.facts.fps))
