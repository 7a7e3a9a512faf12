"""Phones → what a face does in every frame: 52 face units, head and gaze.

Every phone pulls the mouth towards its class, most at its own time (dominance blending after Cohen and
Massaro, 1993). On top, lips truly meet for /p b m/, the lower lip reaches the teeth for /f v/, and in
silence the mouth is closed. How far, how fast and how evenly is the talker's own way, drawn by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.speech.speech import Phone
from renderer.studio.human import UNITS
from renderer.studio.life import eyes_and_brows, gaze_motion, head_motion, wander
from renderer.studio.lips import closing_gap_m, gap_of_units_m
from renderer.studio.talker import Talker, random_talker
from renderer.studio.visemes import CHANNELS, CLOSED, LIP_TEETH, REST, VISEMES, VOWELS, visemes_of

Floats = npt.NDArray[np.float32]
Curves = dict[str, npt.NDArray[np.float64]]

_BEFORE_S, _AFTER_S, _SHARPNESS = 0.055, 0.045, 1.35
_STRESS_GAIN = (1.0, 1.22, 1.1)
_SETTLE_S = 0.13
_SHOULDER_S = 0.04
_TOUCH_S = 0.06
_PRESSED_M = 0.0006  # lips that meet press into each other a little
_TOUCH_GAP_M = 0.0022
_ONE_SIDED = ("smile", "stretch", "upper", "lower", "press")


@dataclass(frozen=True, eq=False)
class Performance:
    """``units``: each of the 52 names → [n] 0..1; ``head_rad`` [n, 3] yaw, pitch, roll;
    ``gaze_rad`` [n, 2] yaw, pitch relative to the head (see `Human.vertices` for the signs).
    """

    units: dict[str, Floats]
    head_rad: Floats
    gaze_rad: Floats


def perform(phones: Sequence[Phone], frames: int, fps: Fraction, rng: np.random.Generator) -> Performance:
    """A performance of ``frames`` frames in which the phones sound at their own times from frame 0.

    The talker's style is drawn from ``rng``; the same state of it gives the same performance.
    """
    talker = random_talker(rng)
    times_s = np.arange(frames) / float(fps)
    strokes = _strokes(phones, talker, rng)
    curves: Curves = {name: np.zeros(frames) for name in UNITS}
    curves.update(_mouth(strokes, times_s, talker, float(fps), rng))
    stresses_s = [stroke.centre_s for stroke in strokes if stroke.stressed]
    curves.update(eyes_and_brows(times_s, stresses_s, talker.liveliness, rng))
    head = head_motion(times_s, stresses_s, talker.liveliness, rng)
    gaze = gaze_motion(times_s, head, rng)
    units = {name: np.clip(curve, 0, 1).astype(np.float32) for name, curve in curves.items()}
    return Performance(units, head.astype(np.float32), gaze.astype(np.float32))


@dataclass(frozen=True)
class _Stroke:
    """One viseme in time; a diphthong makes two."""

    viseme: int
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


def _strokes(phones: Sequence[Phone], talker: Talker, rng: np.random.Generator) -> list[_Stroke]:
    found: list[_Stroke] = []
    for phone in phones:
        shapes = visemes_of(phone.symbol)
        stressed = phone.stress == 1 and any(letter in VOWELS for letter in phone.symbol)
        gain = _STRESS_GAIN[phone.stress] if stressed else 1.0
        for i, shape in enumerate(shapes):
            part_s = (phone.end_s - phone.start_s) / len(shapes)
            start_s = phone.start_s + i * part_s - talker.lead_s
            own = gain * rng.lognormal(0, talker.unevenness)
            found.append(_Stroke(shape, start_s, start_s + part_s, own, stressed))
    return found


def _mouth(
    strokes: Sequence[_Stroke], times_s: Floats, talker: Talker, fps: float, rng: np.random.Generator
) -> Curves:
    lips = _blend(strokes, times_s, talker, talker.reach)
    jaw = _blend(strokes, times_s, talker, talker.reach * talker.jaw_reach)
    channels = {**lips, "jaw": jaw["jaw"], "tongue": jaw["tongue"]}
    shut = _held(strokes, times_s, CLOSED, talker.hold_s)
    touch = _held(strokes, times_s, LIP_TEETH, _TOUCH_S) * (1 - shut)
    _make_room(channels, shut, touch)
    gate = _sounding(strokes, times_s)
    curves = _to_units({name: curve * gate for name, curve in channels.items()}, talker, rng)
    _wear_smile(curves, talker, times_s, fps, rng)
    _close(curves, shut, touch, gate)
    return curves


def _blend(strokes: Sequence[_Stroke], times_s: Floats, talker: Talker, reach: float) -> Curves:
    """Every channel [n], the balance of all strokes' pulls."""
    total = np.full(len(times_s), 1e-3)
    channels = {name: np.zeros(len(times_s)) for name in CHANNELS}
    for stroke in strokes:
        pull = _pull(stroke, times_s, reach)
        total += pull
        for name, strength in talker.shapes[stroke.viseme].items():
            channels[name] += pull * strength * stroke.gain
    return {name: curve / total for name, curve in channels.items()}


def _pull(stroke: _Stroke, times_s: Floats, reach: float) -> npt.NDArray[np.float64]:
    viseme = VISEMES[stroke.viseme]
    away = times_s - stroke.centre_s
    beyond = np.maximum(np.abs(away) - 0.6 * stroke.half_s, 0)
    spread = np.where(away < 0, _BEFORE_S, _AFTER_S) * viseme.reach * reach
    return np.asarray(viseme.pull * np.exp(-((beyond / spread) ** _SHARPNESS)))


def _held(strokes: Sequence[_Stroke], times_s: Floats, viseme: int, hold_s: float) -> npt.NDArray[np.float64]:
    """[n] 0..1: 1 while a stroke of that class must be fully reached, with smooth shoulders."""
    level = np.zeros(len(times_s))
    for stroke in strokes:
        if stroke.viseme == viseme:
            half_s = max(stroke.half_s, hold_s / 2)
            level = np.maximum(level, _near(np.abs(times_s - stroke.centre_s) - half_s, _SHOULDER_S))
    return level


def _sounding(strokes: Sequence[_Stroke], times_s: Floats) -> npt.NDArray[np.float64]:
    """[n] 1 where something sounds, exactly 0 from ``_SETTLE_S`` away from any sound."""
    gap_s = np.full(len(times_s), np.inf)
    for stroke in strokes:
        if stroke.viseme != REST:
            gap_s = np.minimum(gap_s, np.maximum(stroke.start_s - times_s, times_s - stroke.end_s))
    return _near(gap_s, _SETTLE_S)


def _near(away_s: npt.NDArray[np.float64], within_s: float) -> npt.NDArray[np.float64]:
    near = 1 - np.clip(away_s, 0, within_s) / within_s
    return np.asarray(near * near * (3 - 2 * near))


def _make_room(channels: Curves, shut: npt.NDArray[np.float64], touch: npt.NDArray[np.float64]) -> None:
    """Lips on their way to meeting neither funnel nor bare the teeth; the jaw follows halfway."""
    channels["jaw"] *= 1 - 0.6 * shut - 0.6 * touch
    for name in ("upper", "lower", "funnel", "tongue"):
        channels[name] *= 1 - shut
    for name in ("lower", "funnel", "tongue"):
        channels[name] *= 1 - touch


def _to_units(channels: Curves, talker: Talker, rng: np.random.Generator) -> Curves:
    curves: Curves = {}
    for name, curve in channels.items():
        for unit, share in CHANNELS[name].items():
            side = 1 if unit.endswith("Left") else -1 if unit.endswith("Right") else 0
            own = 1 + side * talker.tilt if name in _ONE_SIDED else 1.0
            curves[unit] = curve * share * own
    opened = curves["jawOpen"]
    curves["mouthLeft"] = max(talker.slant, 0.0) * (0.4 + opened)
    curves["mouthRight"] = max(-talker.slant, 0.0) * (0.4 + opened)
    curves["jawLeft"], curves["jawRight"] = 0.5 * curves["mouthLeft"], 0.5 * curves["mouthRight"]
    curves["jawForward"] = float(rng.uniform(0, 0.15)) * curves["mouthFunnel"]
    return curves


def _wear_smile(
    curves: Curves, talker: Talker, times_s: Floats, fps: float, rng: np.random.Generator
) -> None:
    worn = talker.smile * np.clip(1 + 0.5 * wander(len(times_s), 1.2, fps, rng), 0, 1.8)
    for side in ("Left", "Right"):
        # Rounded lips leave less of a smile.
        curves["mouthSmile" + side] += worn * (1 - 0.8 * np.clip(curves["mouthPucker"], 0, 1))
        curves["cheekSquint" + side] = 0.35 * curves["mouthSmile" + side]
        curves["mouthDimple" + side] = 0.2 * curves["mouthSmile" + side]


def _close(
    curves: Curves,
    shut: npt.NDArray[np.float64],
    touch: npt.NDArray[np.float64],
    gate: npt.NDArray[np.float64],
) -> None:
    """mouthClose, so that lips meet for closures and in silence and come near the teeth for /f v/."""
    gap = gap_of_units_m(curves)
    wanted = gap + touch * (np.minimum(gap, _TOUCH_GAP_M) - gap)
    met = np.maximum(shut, 1 - gate)
    wanted = wanted + met * (np.minimum(wanted, -_PRESSED_M) - wanted)
    curves["mouthClose"] = np.maximum(gap - wanted, 0) / closing_gap_m()
