"""What a finished message is worth, and what its reviewer should look at.

The formulas are in `renderer.measures`; the points that they read come from a fresh track of the composed
picture (`renderer.measured`), never from the points that the engine aimed at.
"""

from __future__ import annotations

from renderer.measures.aperture import (
    CLOSED_APERTURE,
    OPEN_APERTURE,
    aperture,
    closure_rate,
    open_in_silence,
    silent_frames,
)
from renderer.measures.picture import sharpness
from renderer.measures.seams import seam_ratio
from renderer.measures.signals import correlation

__all__ = [
    "CLOSED_APERTURE",
    "OPEN_APERTURE",
    "aperture",
    "closure_rate",
    "correlation",
    "flags_of",
    "open_in_silence",
    "seam_ratio",
    "sharpness",
    "silent_frames",
]


def flags_of(scores: dict[str, float]) -> tuple[str, ...]:
    """Sentences for the reviewer about every score outside its bounds, worst kind first."""
    found = [
        (
            scores.get("open_in_silence", 0.0) > 0.02,
            "The mouth is open in {open_in_silence:.0%} of the silence.",
        ),
        (scores.get("closure", 1.0) < 0.9, "Lips meet in only {closure:.0%} of p, b and m."),
        (scores.get("aperture_r", 1.0) < 0.8, "The lips follow the speech loosely (r {aperture_r:.2f})."),
        (scores.get("seam", 0.0) > 1.5, "A join may be visible (seam ratio {seam:.2f})."),
        (
            not 0.6 <= scores.get("sharpness", 1.0) <= 1.6,
            "The mouth's sharpness differs ({sharpness:.2f} of the take).",
        ),
        (scores.get("kept_frames", 0.0) > 0.0, "{kept_frames:.0%} of the frames keep the take's own mouth."),
    ]
    return tuple(sentence.format(**scores) for is_bad, sentence in found if is_bad)
