"""A clip in two parts: the first is learned from, the rest is kept from all learning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from renderer.errors import RenderError
from renderer.timeline import seconds_at
from renderer.video.decode import TakeReader
from renderer.video.opening import open_clip, picture_stream
from renderer.video.probe import MIN_TAKE_S, ClipFacts
from renderer.video.timing import read_timing

_MIN_REST_S = 1.0


class FirstFrames(TakeReader):
    """A clip of which only the first ``frames`` frames exist for whoever reads it."""

    def __init__(self, path: Path, frames: int) -> None:
        super().__init__(path)
        self.facts = replace(self.facts, frames=frames, duration_s=seconds_at(frames, self.facts.fps))


def split_at(facts: ClipFacts, share: float, path: Path) -> int:
    """The first frame of the rest, where ``share`` of the clip is learned from.

    Raises RenderError where either part would be too short to be of use.
    """
    if not 0 < share < 1:
        raise RenderError(
            f"--train is {share:g}. Name the share to learn from, between 0 and 1: 0.75 is usual."
        )
    first = round(share * facts.frames)
    learned_s, rest_s = seconds_at(first, facts.fps), seconds_at(facts.frames - first, facts.fps)
    if learned_s < MIN_TAKE_S:
        raise RenderError(
            f"{path.name} is {facts.duration_s:.1f} s long, so only {learned_s:.1f} s would be learned from; "
            f"at least {MIN_TAKE_S:.0f} s are needed. Use a longer clip, or a larger --train."
        )
    if rest_s < _MIN_REST_S:
        raise RenderError(
            f"Only {rest_s:.1f} s of {path.name} would be left to speak again; at least {_MIN_REST_S:.0f} s "
            "are needed. Use a longer clip, or a smaller --train."
        )
    return first


def check_even(path: Path) -> None:
    """Raise RenderError for a variable frame rate: its frames could not be set against others one by one."""
    with open_clip(path) as container:
        timing = read_timing(container, picture_stream(container, path), path)
    if not np.array_equal(timing.source, np.arange(len(timing.pts))):
        raise RenderError(
            f"{path.name} has a variable frame rate, so its frames cannot be compared one by one. "
            f"Export it with a constant rate, such as {float(timing.fps):g} frames a second."
        )
