"""Phones → what a face does in every frame: 52 face units, head and gaze.

Every phone draws the mouth towards its viseme, by a weight (dominance) that is highest at its own
time (dominance blending after Cohen and Massaro, 1993). On top, lips truly meet for /p b m/, the lower
lip reaches the teeth for /f v/, and in silence the mouth is closed. How far, how fast and how evenly
depends on a sampled speaking style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.speech.speech import Phone
from renderer.synthetic.body import UNITS
from renderer.synthetic.idle_motion import (
    animate_eyes_and_brows,
    animate_gaze,
    animate_head,
    sample_smooth_noise,
)
from renderer.synthetic.lip_gap import compute_closing_gap_m, compute_gap_m
from renderer.synthetic.speaking_style import SpeakingStyle, sample_style
from renderer.synthetic.visemes import CHANNELS, CLOSED, LIP_TEETH, SILENCE, VISEMES, VOWELS, find_visemes

Floats = npt.NDArray[np.float32]
Curve = npt.NDArray[np.float64]
Curves = dict[str, Curve]

_BEFORE_S, _AFTER_S, _SHARPNESS = 0.055, 0.045, 1.35
_STRESS_GAIN = (1.0, 1.22, 1.1)
_SETTLE_S = 0.13
_SHOULDER_S = 0.04
_TOUCH_S = 0.06
_PRESSED_M = 0.0006  # lips that meet press into each other a little
_TOUCH_GAP_M = 0.0022
_TONGUE_REACH, _TONGUE_JAW = 0.25, 0.2  # jaw at which a lasting tongue is wholly there
_ONE_SIDED = ("smile", "stretch", "upper", "lower", "press")


@dataclass(frozen=True, eq=False)
class Performance:
    """``units``: each of the 52 names → [n] 0..1; ``head_rad`` [n, 3] yaw, pitch, roll;
    ``gaze_rad`` [n, 2] yaw, pitch relative to the head (see `Human.compute_vertices` for the signs).
    """

    units: dict[str, Floats]
    head_rad: Floats
    gaze_rad: Floats


def perform(
    phones: Sequence[Phone],
    frames: int,
    fps: Fraction,
    rng: np.random.Generator,
    smile: float = 0.0,
    tongue: float = 0.0,
) -> Performance:
    """A performance of ``frames`` frames in which the phones sound at their own times from frame 0.

    The speaking style is sampled from ``rng``; the same state of it gives the same performance. ``smile``
    0..1 is the least that is worn all the time, ``tongue`` 0..1 how far it comes forward in an open mouth.
    """
    style = sample_style(rng)
    style = replace(style, smile=max(style.smile, smile))
    times_s = np.arange(frames) / float(fps)
    visemes = _place_visemes(phones, style, rng)
    curves: Curves = {name: np.zeros(frames) for name in UNITS}
    curves.update(_animate_mouth(visemes, times_s, style, float(fps), rng))
    curves["tongueOut"] += _TONGUE_REACH * tongue * np.clip(curves["jawOpen"] / _TONGUE_JAW, 0, 1)
    stresses_s = [viseme.centre_s for viseme in visemes if viseme.stressed]
    curves.update(animate_eyes_and_brows(times_s, stresses_s, style.liveliness, rng))
    head = animate_head(times_s, stresses_s, style.liveliness, rng)
    gaze = animate_gaze(times_s, head, rng)
    units = {name: np.clip(curve, 0, 1).astype(np.float32) for name, curve in curves.items()}
    return Performance(units, head.astype(np.float32), gaze.astype(np.float32))


@dataclass(frozen=True)
class _TimedViseme:
    """One viseme in time, by its ``number`` in VISEMES; a diphthong has two."""

    number: int
    start_s: float
    end_s: float
    gain: float = 1.0
    stressed: bool = False

    @property
    def centre_s(self) -> float:
        return (self.start_s + self.end_s) / 2

    @property
    def half_s(self) -> float:
        return max((self.end_s - self.start_s) / 2, 0.018)


def _place_visemes(
    phones: Sequence[Phone], style: SpeakingStyle, rng: np.random.Generator
) -> list[_TimedViseme]:
    found: list[_TimedViseme] = []
    for phone in phones:
        shapes = find_visemes(phone.symbol)
        stressed = phone.stress == 1 and any(letter in VOWELS for letter in phone.symbol)
        gain = _STRESS_GAIN[phone.stress] if stressed else 1.0
        for i, shape in enumerate(shapes):
            part_s = (phone.end_s - phone.start_s) / len(shapes)
            start_s = phone.start_s + i * part_s - style.lead_s
            own = gain * rng.lognormal(0, style.unevenness)
            found.append(_TimedViseme(shape, start_s, start_s + part_s, own, stressed))
    return found


def _animate_mouth(
    visemes: Sequence[_TimedViseme],
    times_s: Curve,
    style: SpeakingStyle,
    fps: float,
    rng: np.random.Generator,
) -> Curves:
    lips = _blend(visemes, times_s, style, style.reach)
    jaw = _blend(visemes, times_s, style, style.reach * style.jaw_reach)
    channels = {**lips, "jaw": jaw["jaw"], "tongue": jaw["tongue"]}
    shut = _compute_hold(visemes, times_s, CLOSED, style.hold_s)
    touch = _compute_hold(visemes, times_s, LIP_TEETH, _TOUCH_S) * (1 - shut)
    _make_room(channels, shut, touch)
    gate = _compute_sounding(visemes, times_s)
    curves = _to_units({name: curve * gate for name, curve in channels.items()}, style, rng)
    _add_smile(curves, style, times_s, fps, rng)
    _close_lips(curves, shut, touch, gate)
    return curves


def _blend(visemes: Sequence[_TimedViseme], times_s: Curve, style: SpeakingStyle, reach: float) -> Curves:
    """Every channel [n]: the average of all visemes' targets, weighted by their dominance."""
    total = np.full(len(times_s), 1e-3)
    channels = {name: np.zeros(len(times_s)) for name in CHANNELS}
    for viseme in visemes:
        dominance = _compute_dominance(viseme, times_s, reach)
        total += dominance
        for name, strength in style.shapes[viseme.number].items():
            channels[name] += dominance * strength * viseme.gain
    return {name: curve / total for name, curve in channels.items()}


def _compute_dominance(viseme: _TimedViseme, times_s: Curve, reach: float) -> npt.NDArray[np.float64]:
    kind = VISEMES[viseme.number]
    away = times_s - viseme.centre_s
    beyond = np.maximum(np.abs(away) - 0.6 * viseme.half_s, 0)
    spread = np.where(away < 0, _BEFORE_S, _AFTER_S) * kind.reach * reach
    return np.asarray(kind.dominance * np.exp(-((beyond / spread) ** _SHARPNESS)))


def _compute_hold(
    visemes: Sequence[_TimedViseme], times_s: Curve, number: int, hold_s: float
) -> npt.NDArray[np.float64]:
    """[n] 0..1: 1 while a viseme of that number must be fully reached, with smooth shoulders."""
    level = np.zeros(len(times_s))
    for viseme in visemes:
        if viseme.number == number:
            half_s = max(viseme.half_s, hold_s / 2)
            level = np.maximum(level, _ease(np.abs(times_s - viseme.centre_s) - half_s, _SHOULDER_S))
    return level


def _compute_sounding(visemes: Sequence[_TimedViseme], times_s: Curve) -> npt.NDArray[np.float64]:
    """[n] 1 where something sounds, exactly 0 from ``_SETTLE_S`` away from any sound."""
    gap_s = np.full(len(times_s), np.inf)
    for viseme in visemes:
        if viseme.number != SILENCE:
            gap_s = np.minimum(gap_s, np.maximum(viseme.start_s - times_s, times_s - viseme.end_s))
    return _ease(gap_s, _SETTLE_S)


def _ease(away_s: npt.NDArray[np.float64], within_s: float) -> npt.NDArray[np.float64]:
    near = 1 - np.clip(away_s, 0, within_s) / within_s
    return np.asarray(near * near * (3 - 2 * near))


def _make_room(channels: Curves, shut: npt.NDArray[np.float64], touch: npt.NDArray[np.float64]) -> None:
    """Lips on their way to meeting neither funnel nor bare the teeth; the jaw follows halfway."""
    channels["jaw"] *= 1 - 0.6 * shut - 0.6 * touch
    for name in ("upper", "lower", "funnel", "tongue"):
        channels[name] *= 1 - shut
    for name in ("lower", "funnel", "tongue"):
        channels[name] *= 1 - touch


def _to_units(channels: Curves, style: SpeakingStyle, rng: np.random.Generator) -> Curves:
    curves: Curves = {}
    for name, curve in channels.items():
        for unit, share in CHANNELS[name].items():
            side = 1 if unit.endswith("Left") else -1 if unit.endswith("Right") else 0
            own = 1 + side * style.tilt if name in _ONE_SIDED else 1.0
            curves[unit] = curve * share * own
    opened = curves["jawOpen"]
    curves["mouthLeft"] = max(style.slant, 0.0) * (0.4 + opened)
    curves["mouthRight"] = max(-style.slant, 0.0) * (0.4 + opened)
    curves["jawLeft"], curves["jawRight"] = 0.5 * curves["mouthLeft"], 0.5 * curves["mouthRight"]
    curves["jawForward"] = float(rng.uniform(0, 0.15)) * curves["mouthFunnel"]
    return curves


def _add_smile(
    curves: Curves, style: SpeakingStyle, times_s: Curve, fps: float, rng: np.random.Generator
) -> None:
    smile = style.smile * np.clip(1 + 0.5 * sample_smooth_noise(len(times_s), 1.2, fps, rng), 0, 1.8)
    for side in ("Left", "Right"):
        # Rounded lips leave less of a smile.
        curves["mouthSmile" + side] += smile * (1 - 0.8 * np.clip(curves["mouthPucker"], 0, 1))
        curves["cheekSquint" + side] = 0.35 * curves["mouthSmile" + side]
        curves["mouthDimple" + side] = 0.2 * curves["mouthSmile" + side]


def _close_lips(
    curves: Curves,
    shut: npt.NDArray[np.float64],
    touch: npt.NDArray[np.float64],
    gate: npt.NDArray[np.float64],
) -> None:
    """mouthClose, so that lips meet for closures and in silence and come near the teeth for /f v/."""
    gap = compute_gap_m(curves)
    wanted = gap + touch * (np.minimum(gap, _TOUCH_GAP_M) - gap)
    met = np.maximum(shut, 1 - gate)
    wanted = wanted + met * (np.minimum(wanted, -_PRESSED_M) - wanted)
    curves["mouthClose"] = np.maximum(gap - wanted, 0) / compute_closing_gap_m()
