"""What the motion model is told of each frame: phones and their timing, the drafted motion, and the sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import Gesture, viseme_weights, voiced_gate
from renderer.motion.shares import SHARES
from renderer.motion.visemes import REST, VISEMES
from renderer.speech.sound import BANDS, bands_at

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Bands are looked up a little before, at and after each frame.
_EARS_S = (-0.02, 0.0, 0.02)
_TIMING = 6
DRAFT = slice(2 * len(VISEMES) + _TIMING, 2 * len(VISEMES) + _TIMING + len(SHARES))
SOUND = slice(DRAFT.stop, None)
TOLD = DRAFT.stop + len(_EARS_S) * BANDS + 1


def told_of(found: Sequence[Gesture], times: Doubles, draft: Floats, bands: Floats | None) -> Floats:
    """Gestures, times [n] s and drafted shares [n, M] → [n, TOLD].

    ``bands`` are `renderer.speech.sound.heard_bands` from time 0, or None where the sound is not to be
    heard; the last column says which.
    """
    pulls = viseme_weights(found, times)
    if bands is None:
        sound = np.zeros((len(times), len(_EARS_S) * BANDS + 1), np.float32)
    else:
        ears = [bands_at(bands, times + ear_s) - 1.0 for ear_s in _EARS_S]
        sound = np.concatenate([*ears, np.ones((len(times), 1), np.float32)], 1)
    return np.concatenate([pulls, _current(found, times), draft, sound], 1).astype(np.float32)


def _current(found: Sequence[Gesture], times: Doubles) -> Floats:
    """[n, V + 6]: the viseme that sounds, its stress, time since its start and to its end, its length,
    speaking rate, and the silence gate."""
    current = np.zeros((len(times), len(VISEMES) + _TIMING), np.float32)
    for gesture in found:
        here = (times >= gesture.start_s) & (times < gesture.end_s)
        current[here, : len(VISEMES)] = 0
        current[here, gesture.viseme] = 1
        current[here, -6] = 5 * (gesture.gain - 1)
        current[here, -5] = np.clip((times[here] - gesture.start_s) * 10, 0, 2)
        current[here, -4] = np.clip((gesture.end_s - times[here]) * 10, 0, 2)
        current[here, -3] = np.clip((gesture.end_s - gesture.start_s) * 10, 0, 2)
    starts = np.array([gesture.start_s for gesture in found if gesture.viseme != REST])
    near = np.abs(times[:, None] - starts[None]) < 0.5 if len(starts) else np.zeros((len(times), 1))
    current[:, -2] = near.sum(1) / 10 - 1
    current[:, -1] = voiced_gate(found, times)
    return current
