"""Synthetic talkers as lessons for the motion model: what was said, what was drafted, what the mouth did.

Nothing is drawn. A random identity performs practice speech in face units; the tracker's points follow from
them. Each half of the talk is drafted by the style that the other half taught, as a real take's held-out
parts are, so that the model learns to mend drafts with the faults that drafts have.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from renderer.motion import landmarks as lm
from renderer.motion.coarticulation import heard_gestures, times_s, viseme_weights, voiced_gate
from renderer.motion.lessons import Talk
from renderer.motion.style import MotionStyle, fit_style
from renderer.motion.told import told_of
from renderer.speech.phones import joined_silence
from renderer.speech.sound import HOP_S
from renderer.speech.speech import Phone
from renderer.studio.human import UNITS, Human
from renderer.studio.identity import random_identity
from renderer.studio.landmarks import face_points
from renderer.studio.performance import perform
from renderer.timeline import SOUND_RATE_HZ
from renderer.training.motion_speech import PracticeSpeech

Floats = npt.NDArray[np.float32]

RATES = (Fraction(25), Fraction(25), Fraction(30), Fraction(24))
_FACE_PX = 140.0  # the face's width in a lower-face crop
_TREMBLE_PX = (0.05, 0.35)  # the tracker's own noise
_LATE_S = 0.06  # takes are out of step by up to this much
_HEARD_SHARE = 0.7  # of talks, whose phones were taken down by a listener; the others' are exact
_HUM = 0.01  # the sound of the room in which a listener takes phones down: its pauses are breaths
_STRAIGHT = (0.0, 0.0, 0.0)


def talks_of(speech: PracticeSpeech, rng: np.random.Generator) -> list[Talk]:
    """Two lessons, the halves of one talker's performance, each drafted by what the other one taught."""
    fps = RATES[rng.integers(len(RATES))]
    frames = int(speech.duration_s * fps)
    points = acted(speech.phones, frames, fps, rng)
    late_s = float(rng.uniform(-_LATE_S, _LATE_S))
    made = _late(speech.phones, late_s)
    listened = rng.random() < _HEARD_SHARE
    said = _late(speech.heard, late_s) if listened else made
    hum = np.full(round(speech.duration_s * SOUND_RATE_HZ), _HUM, np.float32) if listened else None
    # The sound is out of step with the picture by as much as the phones are.
    bands = np.roll(speech.bands, round(late_s / HOP_S), axis=0)
    half = frames // 2
    halves = (slice(0, half), slice(half, frames))
    return [
        _lesson(points, made, said, hum, fps, known, asked, bands) for known, asked in (halves, halves[::-1])
    ]


def acted(phones: tuple[Phone, ...], frames: int, fps: Fraction, rng: np.random.Generator) -> Floats:
    """Points [n, 478, 2] px, in a crop, of a random person who says ``phones``."""
    rest, moves = unit_moves(Human(random_identity(rng)))
    performance = perform(phones, frames, fps, rng)
    units = np.stack([performance.units[name] for name in UNITS], 1)
    tremble = rng.normal(size=(frames, *rest.shape)) * rng.uniform(*_TREMBLE_PX)
    return (rest + np.tensordot(units, moves, axes=1) + gaussian_filter1d(tremble, 0.6, axis=0)).astype(
        np.float32
    )


def unit_moves(human: Human) -> tuple[Floats, Floats]:
    """A person's resting points [478, 2] px, and [52, 478, 2] how each face unit moves them."""
    rest = _flat(face_points(human, {}, _STRAIGHT))
    scale = _FACE_PX / float(np.linalg.norm(rest[lm.FACE_SIDES[0]] - rest[lm.FACE_SIDES[1]]))
    moves = np.stack([_flat(face_points(human, {name: 1.0}, _STRAIGHT)) - rest for name in UNITS])
    return (rest * scale).astype(np.float32), (moves * scale).astype(np.float32)


def _flat(points: Floats) -> Floats:
    """Metres [478, 3] → seen from the front [478, 2], down being positive."""
    return np.stack([points[:, 0], -points[:, 2]], -1)


def _lesson(
    points: Floats,
    made: tuple[Phone, ...],
    said: tuple[Phone, ...],
    hum: Floats | None,
    fps: Fraction,
    known: slice,
    asked: slice,
    bands: Floats,
) -> Talk:
    style = _style_of(points, said, hum, fps, known)
    found = heard_gestures(said, hum)
    times = times_s(asked.stop, fps, style.lag_s)[asked]
    draft = style.drafted(found, times)
    scale = style.scale()
    shares = scale.shares(draft)
    told = told_of(found, times, shares, bands)
    counts = (voiced_gate(found, times) > 0).astype(np.float32)
    truly = viseme_weights(heard_gestures(made, hum), times)
    return Talk(told, shares, scale.shares(style.space.encode(points[asked])), counts, truly)


def _style_of(
    points: Floats, said: tuple[Phone, ...], hum: Floats | None, fps: Fraction, known: slice
) -> MotionStyle:
    start_s, end_s = known.start / float(fps), known.stop / float(fps)
    inside = [
        replace(p, start_s=max(p.start_s, start_s) - start_s, end_s=min(p.end_s, end_s) - start_s)
        for p in said
        if p.end_s > start_s and p.start_s < end_s
    ]
    seen = points[known]
    return fit_style(seen, np.ones(len(seen), bool), fps, joined_silence(inside), hum)


def _late(phones: tuple[Phone, ...], by_s: float) -> tuple[Phone, ...]:
    return tuple(replace(p, start_s=p.start_s + by_s, end_s=p.end_s + by_s) for p in phones)
