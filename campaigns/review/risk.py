"""How much a video needs a look: one number, stored with it, so that the database can sort by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

# Each score's best value, and how far from it people begin to notice.
IDEALS: Mapping[str, tuple[float, float]] = {
    "aperture_r": (1.0, 0.2),
    "aperture_ratio": (1.0, 0.2),
    "closure": (1.0, 0.1),
    "gain": (1.0, 0.4),
    "kept_frames": (0.0, 0.05),
    "lower_lip_torn": (0.0, 0.01),
    "nose_outside": (0.0, 0.02),
    "offset_frames": (0.0, 1.5),
    "open_in_silence": (0.0, 0.02),
    "ring": (1.0, 0.25),
    "seam": (1.0, 0.5),
    "sharpness": (1.0, 0.4),
    "smeared": (0.0, 0.05),
    "soft": (0.0, 0.35),
    "speed_ratio": (1.0, 0.2),
    "streaked": (0.0, 0.02),
    "unlike": (0.0, 0.02),
    "upper_lip_torn": (0.0, 0.01),
    "wider_than_filmed": (0.0, 0.02),
    "width_outside": (0.0, 0.02),
}
FLAG_RISK = 100.0  # one flag comes before every score
_DOUBT_MAX = 99.0


def compute_risk(scores: Mapping[str, float], flags: Collection[str]) -> float:
    """The most flags first, then the worst score. Without flags and scores: 0."""
    return FLAG_RISK * len(flags) + min(compute_doubt(scores), _DOUBT_MAX)


def compute_doubt(scores: Mapping[str, float]) -> float:
    """The distance of the worst score from its best value. People begin to notice at about 1."""
    return max(
        (measure_distance(name, value) for name, value in scores.items() if name in IDEALS), default=0.0
    )


def measure_distance(name: str, value: float) -> float:
    """How far one score is from its best value; 1 is where people begin to notice."""
    best, noticed = IDEALS[name]
    return abs(value - best) / noticed
