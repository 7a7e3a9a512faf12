"""The viseme denoiser's conditioning of each moment: recognised phones, their timing, and the sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import Gesture, compute_speech_gate, compute_viseme_activations
from renderer.motion.visemes import SILENCE, VISEMES
from renderer.speech.log_mel import BANDS, sample_bands

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Bands are looked up a little before and after each moment.
_BAND_OFFSETS_S = (-0.01, 0.01)
_TIMING = 6
ACTIVATIONS = slice(0, len(VISEMES))
SOUND = slice(2 * len(VISEMES) + _TIMING, 2 * len(VISEMES) + _TIMING + len(_BAND_OFFSETS_S) * BANDS)
CONDITIONING_SIZE = SOUND.stop
# What a presenter's own regression reads of the sound: the bands at these moments, on so many axes.
_SOUND_OFFSETS_S = (-0.06, -0.02, 0.02, 0.06)
_AXES, _AXES_RMS = 16, 8.0
# Speech spreads twice as far; what is more even than this is noise, and tells nothing.
_SPREAD_MIN = 3.0


def build_conditioning(gestures: Sequence[Gesture], times: Doubles, bands: Floats) -> Floats:
    """Gestures, times [n] s and `renderer.speech.log_mel.compute_log_mel_bands` from time 0 → [n,
    CONDITIONING_SIZE].

    The first columns, ``ACTIVATIONS``, are the viseme activations of the recognised phones.
    """
    return np.concatenate([build_phone_features(gestures, times), build_sound_features(bands, times)], 1)


def build_sound_features(bands: Floats, times: Doubles) -> Floats:
    """[n, E * BANDS]: the sound around each moment."""
    return np.concatenate(
        [sample_bands(bands, times + offset_s) - 1.0 for offset_s in _BAND_OFFSETS_S], 1
    ).astype(np.float32)


def build_phone_features(gestures: Sequence[Gesture], times: Doubles) -> Floats:
    """[n, 2 V + 6]: activations, the viseme that sounds, its stress, time since its start and to its end, its
    length, speaking rate, and the silence gate.
    """
    current = np.zeros((len(times), len(VISEMES) + _TIMING), np.float32)
    times = np.round(times, 6)
    for gesture in gestures:
        here = slice(*np.searchsorted(times, (gesture.start_s, gesture.end_s)))
        current[here, : len(VISEMES)] = 0
        current[here, gesture.viseme] = 1
        current[here, -6] = 5 * (gesture.gain - 1)
        current[here, -5] = np.clip((times[here] - gesture.start_s) * 10, 0, 2)
        current[here, -4] = np.clip((gesture.end_s - times[here]) * 10, 0, 2)
        current[here, -3] = np.clip((gesture.end_s - gesture.start_s) * 10, 0, 2)
    starts = np.sort([gesture.start_s for gesture in gestures if gesture.viseme != SILENCE])
    near = np.searchsorted(starts, times + 0.5) - np.searchsorted(starts, times - 0.5)
    current[:, -2] = near / 10 - 1
    current[:, -1] = compute_speech_gate(gestures, times)
    return np.concatenate([compute_viseme_activations(gestures, times), current], 1).astype(np.float32)


def sample_sound(bands: Floats, times: Doubles) -> Floats:
    """[n, S]: a one, and the log-mel bands around each moment that a presenter's own regression reads."""
    around = [sample_bands(bands, times + offset_s) - 1.0 for offset_s in _SOUND_OFFSETS_S]
    return np.concatenate([np.ones((len(times), 1), np.float32), *around], 1)


def fit_sound_axes(sounds: Floats) -> Floats | None:
    """[S, A]: the principal axes of rows of `sample_sound`, from their mean, scaled so that a ridge which
    suits viseme activations suits them too; None for sound as even as noise.
    """
    bands = sounds[:, 1:].astype(np.float64)
    mean = bands.mean(0)
    axes = np.linalg.svd(bands - mean, full_matrices=False)[2][:_AXES].T
    rms = float(np.sqrt((((bands - mean) @ axes) ** 2).sum(1).mean()))
    if rms < _SPREAD_MIN:
        return None
    axes *= _AXES_RMS / rms
    return np.concatenate([-mean[None] @ axes, axes]).astype(np.float32)
