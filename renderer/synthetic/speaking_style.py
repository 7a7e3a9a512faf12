"""Speaking style: how one person moves the mouth (range, targets, timing, asymmetry, mumbling, smile)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from renderer.synthetic.visemes import CHANNELS, CLOSED, LIP_TEETH, SILENCE, VISEMES

# Channels in which speaking styles differ much; the other channels scale with the range alone.
_SPREAD = {
    "jaw": 0.25,
    "upper": 0.5,
    "lower": 0.35,
    "smile": 0.5,
    "stretch": 0.5,
    "funnel": 0.35,
    "pucker": 0.25,
}
_TARGET_SPREAD = 0.22


@dataclass(frozen=True)
class SpeakingStyle:
    """``shapes`` are the style's own targets: for each viseme, channel → strength.

    ``reach`` scales how far a phone spreads in time; lips lead the sound by ``lead_s``; ``tilt`` -1..1
    is how much stronger the left (positive) half of the mouth moves; ``smile`` is worn all the time.
    """

    shapes: tuple[Mapping[str, float], ...]
    reach: float
    jaw_reach: float
    lead_s: float
    tilt: float
    slant: float
    smile: float
    liveliness: float
    unevenness: float
    hold_s: float


def sample_style(rng: np.random.Generator) -> SpeakingStyle:
    """Sample a speaking style. The closures of /p b m/ and /f v/ are part of every style."""
    span = float(np.clip(rng.lognormal(-0.05, 0.22), 0.55, 1.5))
    mumble = float(rng.uniform(0.0, 0.45)) if rng.random() < 0.4 else 0.0
    own = {name: span * rng.lognormal(0, _SPREAD.get(name, 0.15)) for name in CHANNELS}
    # Some show their upper teeth all the time, others never.
    shown = float(rng.uniform(0.05, 0.3)) if rng.random() < 0.3 else 0.0
    return SpeakingStyle(
        shapes=tuple(_sample_shape(number, own, mumble, shown, rng) for number in range(len(VISEMES))),
        reach=float(rng.uniform(0.7, 1.25)),
        jaw_reach=float(rng.uniform(1.0, 1.35)),
        lead_s=float(rng.uniform(0.02, 0.06)),
        tilt=float(np.clip(rng.normal(0, 0.1), -0.3, 0.3)),
        slant=float(np.clip(rng.normal(0, 0.06), -0.18, 0.18)),
        smile=float(rng.uniform(0.05, 0.4)) if rng.random() < 0.6 else 0.0,
        liveliness=float(rng.uniform(0.4, 1.6)),
        unevenness=float(rng.uniform(0.04, 0.2)),
        hold_s=float(rng.uniform(0.08, 0.1)),
    )


def _sample_shape(
    number: int, own: Mapping[str, float], mumble: float, shown: float, rng: np.random.Generator
) -> dict[str, float]:
    noise = {name: rng.lognormal(0, _TARGET_SPREAD) for name in CHANNELS}
    shape = VISEMES[number].shape
    if number in (CLOSED, LIP_TEETH):
        return {name: float(strength * noise[name] ** 0.5) for name, strength in shape.items()}
    lazy = 1 - mumble * (0.6 if VISEMES[number].dominance > 1 else 1.0)
    strengths = {
        name: float(np.clip(strength * own[name] * noise[name] * lazy, 0, 0.95))
        for name, strength in shape.items()
    }
    if number != SILENCE and shown:
        strengths["upper"] = strengths.get("upper", 0.0) + shown
    return strengths
