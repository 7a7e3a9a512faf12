"""Synthetic voices in other rooms, before other microphones: the wave itself is changed, before analysis."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

Floats = npt.NDArray[np.float32]

_ROOM_SHARE, _BABBLE_SHARE, _LINE_SHARE, _LOUD_SHARE = 0.6, 0.25, 0.3, 0.3
_MUTE_LEVEL = 1e-6


def record_elsewhere(samples: Floats, rate_hz: int, rng: np.random.Generator) -> Floats:
    """Mono samples [n] as another place and microphone would give them; times stay as they are.

    A room's echo, the microphone's colour, noise and other talkers, a narrow line, and a limiter.
    """
    sound = samples.astype(np.float64)
    if rng.random() < _ROOM_SHARE:
        sound = _add_room(sound, rate_hz, rng)
    sound = lfilter([1, float(rng.uniform(-0.6, 0.6))], [1, float(rng.uniform(-0.4, 0.4))], sound)
    sound = _add_noise(sound, rng)
    if rng.random() < _LINE_SHARE:
        sound = _narrow_band(sound, rate_hz, rng)
    if rng.random() < _LOUD_SHARE:
        drive = float(rng.uniform(2, 8)) / max(float(np.abs(sound).max()), _MUTE_LEVEL)
        sound = np.tanh(drive * sound)
    return np.asarray(sound / max(float(np.abs(sound).max()), _MUTE_LEVEL) * 0.7, np.float32)


def _add_room(
    sound: npt.NDArray[np.float64], rate_hz: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Exponentially falling noise after the direct sound, 4 to 25 dB under it in all."""
    fall_s = float(rng.uniform(0.1, 0.7))
    times = np.arange(round(fall_s * rate_hz)) / rate_hz
    tail = rng.normal(size=len(times)) * 10 ** (-3 * times / fall_s)
    tail[: round(float(rng.uniform(0.001, 0.012)) * rate_hz)] = 0
    tail *= 10 ** (-float(rng.uniform(4, 25)) / 20) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    return np.asarray(fftconvolve(sound, tail)[: len(sound)])


def _add_noise(sound: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Coloured noise 8 to 55 dB under the speech, and sometimes a talker who cannot be understood."""
    loud = max(float(np.sqrt((sound**2).mean())), _MUTE_LEVEL)
    noise = lfilter([1], [1, -float(rng.uniform(0, 0.97))], rng.normal(size=len(sound)))
    sound = sound + noise * loud * 10 ** (-float(rng.uniform(8, 55)) / 20) / max(float(noise.std()), 1e-9)
    if rng.random() < _BABBLE_SHARE:
        backwards = np.roll(sound[::-1], int(rng.integers(len(sound))))
        sound = sound + backwards * 10 ** (-float(rng.uniform(8, 25)) / 20)
    return np.asarray(sound)


def _narrow_band(
    sound: npt.NDArray[np.float64], rate_hz: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    band_hz = [float(rng.uniform(50, 350)), float(rng.uniform(3_200, 0.42 * rate_hz))]
    return np.asarray(sosfilt(butter(2, band_hz, "bandpass", fs=rate_hz, output="sos"), sound))
