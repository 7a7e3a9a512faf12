"""Splits a clip in two: the presenter is learned from the first part; the held-out part is only measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from renderer.errors import RenderError
from renderer.timeline import seconds_at
from renderer.video.first_frames import MIN_LEARNED_S
from renderer.video.probe import ClipFacts, probe_clip

_MIN_HELD_OUT_S = 1.0


def find_split(facts: ClipFacts, share: float, path: Path) -> int:
    """The first frame of the held-out part, where ``share`` of the clip is learned from.

    Raises RenderError where either part would be too short to be of use.
    """
    if not 0 < share < 1:
        raise RenderError(
            f"--train is {share:g}. Name the share to learn from, between 0 and 1: 0.75 is usual."
        )
    first = round(share * facts.frames)
    learned_s, rest_s = seconds_at(first, facts.fps), seconds_at(facts.frames - first, facts.fps)
    if learned_s < MIN_LEARNED_S:
        raise RenderError(
            f"{path.name} is {facts.duration_s:.1f} s long, so only {learned_s:.1f} s would be learned from; "
            f"at least {MIN_LEARNED_S:.0f} s are needed. Use a longer clip, or a larger --train."
        )
    if rest_s < _MIN_HELD_OUT_S:
        raise RenderError(
            f"Only {rest_s:.1f} s of {path.name} would be left to speak again; at least "
            f"{_MIN_HELD_OUT_S:.0f} s "
            "are needed. Use a longer clip, or a smaller --train."
        )
    return first


def describe_uneven_rate(path: Path) -> tuple[str, ...]:
    """A sentence about a clip whose frame rate varies; none about others. Raises RenderError.

    Phones film so. It is read on an even grid, as every take is (`renderer.video.timing`).
    """
    timing = probe_clip(path).timing
    if np.array_equal(timing.source, np.arange(len(timing.pts))):
        return ()
    return (
        f"The frame rate of {path.name} varies: its {len(timing.pts)} pictures are read as {timing.frames} "
        f"frames at an even {float(timing.fps):g} a second, and the held-out "
        "part is written so.",
    )
