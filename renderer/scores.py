"""What a finished message is worth, measured on its own frames by a fresh face track.

The formulas need no downloaded weights. ``points`` are 478 face points per frame as an independent
tracker saw them in the composed picture, never the points that the engine aimed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from renderer.speech.speech import Phone

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

UPPER_INNER_LIP, LOWER_INNER_LIP = 13, 14
FACE_LEFT, FACE_RIGHT = 234, 454
OPEN_APERTURE = 0.022  # inner-lip gap over face width from which a viewer reads an open mouth
CLOSED_APERTURE = 0.016
CLOSURES = frozenset("pbm")
CLOSURE_MARGIN_S = 0.04
SEAM_REACH_FRAMES = 6


def aperture(points: Floats) -> Floats:
    """Inner-lip gap over face width, [frames], from points [frames, 478, 2]."""
    gap = np.linalg.norm(points[:, UPPER_INNER_LIP] - points[:, LOWER_INNER_LIP], axis=-1)
    width = np.linalg.norm(points[:, FACE_LEFT] - points[:, FACE_RIGHT], axis=-1)
    return (gap / np.maximum(width, 1e-6)).astype(np.float32)


def correlation(left: Floats, right: Floats) -> float:
    """Pearson's r; 0 where either side does not move."""
    if len(left) < 3 or left.std() < 1e-9 or right.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def closure_rate(seen: Floats, phones: Sequence[Phone], fps: Fraction, start_s: float) -> float | None:
    """Share of /p b m/ during which the lips meet (±40 ms); None when the line has none."""
    hits = []
    for phone in phones:
        if phone.symbol in CLOSURES:
            first = int((start_s + phone.start_s - CLOSURE_MARGIN_S) * fps)
            last = int((start_s + phone.end_s + CLOSURE_MARGIN_S) * fps) + 1
            hits.append(float(seen[max(first, 0) : last].min(initial=1.0)) <= CLOSED_APERTURE)
    return float(np.mean(hits)) if hits else None


def silent_frames(
    count: int, phones: Sequence[Phone], fps: Fraction, start_s: float
) -> npt.NDArray[np.bool_]:
    """Frames [count] at least 120 ms away from every sounded phone."""
    silent = np.ones(count, dtype=bool)
    for phone in phones:
        if phone.symbol:
            first = int((start_s + phone.start_s - 0.12) * fps)
            silent[max(first, 0) : int((start_s + phone.end_s + 0.12) * fps) + 1] = False
    return silent


def open_in_silence(seen: Floats, silent: npt.NDArray[np.bool_]) -> float:
    """Share of silent frames whose mouth is open."""
    return float((seen[silent] > OPEN_APERTURE).mean()) if silent.any() else 0.0


def sharpness(crops: Bytes, mask: Floats) -> float:
    """Mean variance of the Laplacian inside mask > 0.5; crops [n, s, s, 3], mask [s, s]."""
    inside = mask > 0.5
    grey = (cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) for crop in crops)
    return float(np.mean([cv2.Laplacian(g, cv2.CV_32F)[inside].var() for g in grey]))


def seam_ratio(points: Floats, seams: Sequence[int]) -> float:
    """Mean face-point step into the frames ``seams`` over the mean step of the frames around them.

    1 is a join that moves as its surroundings do. Only near frames are compared, so that a head that
    nods during a pause does not count as a seam.
    """
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1).mean(axis=-1)
    at_seam = np.zeros(len(steps), dtype=bool)
    at_seam[[s - 1 for s in seams if 0 < s <= len(steps)]] = True
    near = np.convolve(at_seam, np.ones(2 * SEAM_REACH_FRAMES + 1), "same") > 0.5
    around = near & ~at_seam
    if not around.any():
        return 0.0
    return float(steps[at_seam].mean() / max(float(steps[around].mean()), 1e-6))


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
