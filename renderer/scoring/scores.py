"""What a finished message is worth, and what its reviewer should look at.

The formulas are in `renderer.scoring`; the points that they read come from a fresh track of the composed
picture (`renderer.scoring.segment_measures`), never from the points that the engine aimed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.scoring.aperture import (
    CLOSED_APERTURE,
    OPEN_APERTURE,
    aperture,
    closure_rate,
    gain,
    open_in_silence,
    silent_frames,
)
from renderer.scoring.jump_ratio import seam_ratio
from renderer.scoring.picture import ring_gradient, sharpness
from renderer.scoring.signals import best_lag, correlation
from renderer.speech.speech import Phone

__all__ = [
    "CLOSED_APERTURE",
    "OPEN_APERTURE",
    "aperture",
    "appearance_scores",
    "closure_rate",
    "correlation",
    "lip_scores",
    "open_in_silence",
    "seam_ratio",
    "sharpness",
    "silent_frames",
    "write_flags",
]

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_LATE_REACH_FRAMES = 5
_LAG_R_MIN = 0.5  # below this no lag can be read


def lip_scores(
    gaps: Floats, wanted: Floats, phones: Sequence[Phone], fps: Fraction, start_s: float
) -> dict[str, float]:
    """Scores of the apertures [n] that were seen, next to those that were ``wanted`` for the speech.

    ``offset_frames`` is how much later the lips move than they should; it and ``closure`` are missing where
    the line is too short, too still, or has no /p b m/.
    """
    found = {
        "aperture_r": correlation(wanted, gaps),
        "open_in_silence": open_in_silence(gaps, silent_frames(len(gaps), phones, fps, start_s)),
    }
    if wanted.std() > 1e-6:
        found["gain"] = gain(gaps, wanted)
    closed = closure_rate(gaps, phones, fps, start_s)
    if closed is not None:
        found["closure"] = closed
    lag, r = best_lag(gaps, wanted, min(_LATE_REACH_FRAMES, len(gaps) // 4))
    return found | ({"offset_frames": float(-lag)} if r >= _LAG_R_MIN else {})


def appearance_scores(drawn: Bytes, filmed: Bytes, mask: Floats) -> dict[str, float]:
    """``sharpness`` inside the mask and the gradient on its edge (``ring``), both ÷ filmed: 1 is the take.

    Crops uint8 [n, s, s, 3], mask [s, s].
    """
    masks = [np.broadcast_to(mask, crops.shape[:3]) for crops in (drawn, filmed)]
    edges = [ring_gradient(crops, m) for crops, m in zip((drawn, filmed), masks, strict=True)]
    return {
        "sharpness": sharpness(drawn, mask) / max(sharpness(filmed, mask), 1e-6),
        "ring": edges[0] / max(edges[1], 1e-6),
    }


def write_flags(scores: dict[str, float]) -> tuple[str, ...]:
    """Sentences for the reviewer about every score outside its bounds, worst kind first."""
    found = [
        (
            scores.get("open_in_silence", 0.0) > 0.02,
            "The mouth is open in {open_in_silence:.0%} of the silence.",
        ),
        (scores.get("closure", 1.0) < 0.9, "Lips meet in only {closure:.0%} of p, b and m."),
        (scores.get("aperture_r", 1.0) < 0.8, "The lips follow the speech loosely (r {aperture_r:.2f})."),
        (scores.get("gain", 1.0) < 0.6, "The mouth moves only {gain:.0%} as far as the speech asks."),
        (
            abs(scores.get("offset_frames", 0.0)) > 1.5,
            "The lips are {offset_frames:+.0f} frames beside the speech (+ is late).",
        ),
        (scores.get("seam", 0.0) > 1.5, "A seam may be visible (seam ratio {seam:.2f})."),
        (
            not 0.6 <= scores.get("sharpness", 1.0) <= 1.6,
            "The mouth's sharpness differs ({sharpness:.2f} of the take).",
        ),
        (
            not 0.75 <= scores.get("ring", 1.0) <= 1.3,
            "The edge of the drawn mouth may show (gradient {ring:.2f} of the take).",
        ),
        (scores.get("kept_frames", 0.0) > 0.0, "{kept_frames:.0%} of the frames keep the take's own mouth."),
    ]
    return tuple(sentence.format(**scores) for is_bad, sentence in found if is_bad)
