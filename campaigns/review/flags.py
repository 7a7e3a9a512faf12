"""Flags as a person reads them: when a fault is seen, in seconds of the video instead of frames."""

from __future__ import annotations

import re
from fractions import Fraction

# `renderer.judging.fault` writes them: “… torn or folded, frames 84 to 86, 120 and 3 more places.”
_FRAMES = re.compile(r", frames? (?=\d)(?P<places>[^.]*)\.$")
_RANGE = re.compile(r"(?P<first>\d+)(?: to \d+)?(?! more place)(?!\d)")


def say_flag(flag: str, fps: Fraction | None) -> str:
    """“… torn or folded, at 2.8 s and 4.0 s.”; as it is where it names no frames or the rate is not known."""
    found = _FRAMES.search(flag) if fps else None
    if found is None or not fps:
        return flag
    places = _RANGE.sub(lambda at: f"{float(int(at['first']) / fps):.1f} s", found["places"])
    return f"{flag[: found.start()]}, at {places}."


def read_fps(facts: dict[str, object]) -> Fraction | None:
    """The frames in a second of a take, of its stored facts; None where it was not looked at."""
    try:
        return Fraction(str(facts["fps"])) or None
    except (KeyError, ValueError, ZeroDivisionError):
        return None
