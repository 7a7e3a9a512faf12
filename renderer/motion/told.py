"""What the second ear is told of each moment: the phones as they were heard, their timing, and the sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import Gesture, viseme_weights, voiced_gate
from renderer.motion.visemes import REST, VISEMES
from renderer.speech.sound import BANDS, bands_at

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Bands are looked up a little before and after each moment.
_EARS_S = (-0.01, 0.01)
_TIMING = 6
PULLS = slice(0, len(VISEMES))
SOUND = slice(2 * len(VISEMES) + _TIMING, 2 * len(VISEMES) + _TIMING + len(_EARS_S) * BANDS)
TOLD = SOUND.stop
# What a presenter's own regression hears: the bands at these moments, in so many directions.
_AROUND_S = (-0.06, -0.02, 0.02, 0.06)
_AXES, _LOUD = 16, 8.0
# Speech spreads twice as far; what is more even than this is noise, and tells nothing.
_EVEN = 3.0


def told_of(found: Sequence[Gesture], times: Doubles, bands: Floats) -> Floats:
    """Gestures, times [n] s and `renderer.speech.sound.heard_bands` from time 0 → [n, TOLD].

    The first columns, ``PULLS``, are the phones' pull as it was heard.
    """
    return np.concatenate([heard_of(found, times), sound_of(bands, times)], 1)


def sound_of(bands: Floats, times: Doubles) -> Floats:
    """[n, E * BANDS]: the sound around each moment."""
    return np.concatenate([bands_at(bands, times + ear_s) - 1.0 for ear_s in _EARS_S], 1).astype(np.float32)


def heard_of(found: Sequence[Gesture], times: Doubles) -> Floats:
    """[n, 2 V + 6]: pulls, the viseme that sounds, its stress, time since its start and to its end, its
    length, speaking rate, and the silence gate."""
    current = np.zeros((len(times), len(VISEMES) + _TIMING), np.float32)
    times = np.round(times, 6)
    for gesture in found:
        here = slice(*np.searchsorted(times, (gesture.start_s, gesture.end_s)))
        current[here, : len(VISEMES)] = 0
        current[here, gesture.viseme] = 1
        current[here, -6] = 5 * (gesture.gain - 1)
        current[here, -5] = np.clip((times[here] - gesture.start_s) * 10, 0, 2)
        current[here, -4] = np.clip((gesture.end_s - times[here]) * 10, 0, 2)
        current[here, -3] = np.clip((gesture.end_s - gesture.start_s) * 10, 0, 2)
    starts = np.sort([gesture.start_s for gesture in found if gesture.viseme != REST])
    near = np.searchsorted(starts, times + 0.5) - np.searchsorted(starts, times - 0.5)
    current[:, -2] = near / 10 - 1
    current[:, -1] = voiced_gate(found, times)
    return np.concatenate([viseme_weights(found, times), current], 1).astype(np.float32)


def sounds_at(bands: Floats, times: Doubles) -> Floats:
    """[n, S]: a one, and the bands around each moment in which a presenter's own regression listens."""
    around = [bands_at(bands, times + away_s) - 1.0 for away_s in _AROUND_S]
    return np.concatenate([np.ones((len(times), 1), np.float32), *around], 1)


def sounding_axes(sounds: Floats) -> Floats | None:
    """[S, A]: the principal axes of rows of `sounds_at`, from their mean, scaled so that a ridge which suits
    phone pull suits them too; None for sound as even as noise."""
    heard = sounds[:, 1:].astype(np.float64)
    mean = heard.mean(0)
    axes = np.linalg.svd(heard - mean, full_matrices=False)[2][:_AXES].T
    usual = float(np.sqrt((((heard - mean) @ axes) ** 2).sum(1).mean()))
    if usual < _EVEN:
        return None
    axes *= _LOUD / usual
    return np.concatenate([-mean[None] @ axes, axes]).astype(np.float32)
