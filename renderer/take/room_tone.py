"""The tone of the room in which a take was filmed: its noise between the words, without end and without a
loop.

The spectrum is that of the take's quietest stretches; the noise is new, so no word, breath or click of the
take is in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_opening
from scipy.signal import fftconvolve

from renderer.timeline import SOUND_RATE_HZ

Samples = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_STEP = SOUND_RATE_HZ // 100
_WINDOW = 1024
# Under this a pause is digital: a cut, a noise gate, or a file that was computed.
_DIGITAL_DB = -95.0
# The room is what lies within 6 dB of the quietest twentieth; 50 ms of it at a time are no gap in a word.
_FLOOR_PERCENTILE, _ABOVE_FLOOR_DB, _SHORTEST_STEPS = 5, 6.0, 5
# What is less than this under the loud parts is speech without a pause, or music.
_UNDER_SPEECH_DB = 20.0
_LEAST_S = 0.25  # of room tone, or its spectrum is chance
_MEDIAN_OF_POWER = float(np.log(2))  # the median of noise's power, ÷ its mean


@dataclass(frozen=True, eq=False)
class RoomTone:
    """``power`` [513]: what white noise of variance 1 is coloured with, up to 24 kHz (power, linear)."""

    power: Doubles

    @property
    def level_db(self) -> float:
        """Of full scale (root mean square)."""
        both_sides = np.concatenate([self.power, self.power[-2:0:-1]])
        return float(10 * np.log10(max(float(both_sides.mean()), 1e-12)))

    def generate(self, samples: int, rng: np.random.Generator) -> Samples:
        """So many samples of the tone; two calls have nothing in common but the sound."""
        shape = np.fft.fftshift(np.fft.irfft(np.sqrt(self.power))) * np.hanning(_WINDOW)
        lost = np.sqrt(float(self.power.mean()) / max(float((shape**2).sum()), 1e-30))  # by the window
        white = rng.standard_normal(samples + _WINDOW - 1)
        return np.asarray(fftconvolve(white, shape * min(lost, 2.0), "valid"), np.float32)


def measure_room_tone(samples: Samples) -> RoomTone | None:
    """Of a take's mono sound [n] at 48 kHz; None where it has no pause, or only digital silence in pauses."""
    level_db = measure_levels_db(samples)
    audible = level_db > _DIGITAL_DB
    if audible.sum() * _STEP < _LEAST_S * SOUND_RATE_HZ:
        return None
    floor_db = float(np.percentile(level_db[audible], _FLOOR_PERCENTILE))
    limit_db = min(floor_db + _ABOVE_FLOOR_DB, float(np.percentile(level_db, 98)) - _UNDER_SPEECH_DB)
    quiet = binary_opening(audible & (level_db < limit_db), np.ones(_SHORTEST_STEPS))
    if quiet.sum() * _STEP < _LEAST_S * SOUND_RATE_HZ or quiet.sum() < (~audible).sum():
        return None
    return RoomTone(_average_power(samples, quiet))


def measure_levels_db(samples: Samples) -> Doubles:
    """The level of each 10 ms, in dB of full scale; a rest at the end is left out."""
    steps = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64)
    return np.asarray(10 * np.log10((steps**2).mean(axis=1) + 1e-13))


def _average_power(samples: Samples, quiet: npt.NDArray[np.bool_]) -> Doubles:
    """Over windows that lie in quiet steps as a whole; the median leaves out a click or a creak."""
    flags = np.repeat(quiet, _STEP)
    starts = np.arange(0, len(flags) - _WINDOW, _WINDOW // 4)
    inside = np.cumsum(np.concatenate([[0], flags]))
    whole = starts[inside[starts + _WINDOW] - inside[starts] == _WINDOW]
    window = np.hanning(_WINDOW)
    cut = np.stack([samples[at : at + _WINDOW] for at in whole.tolist()]).astype(np.float64)
    power = np.abs(np.fft.rfft(cut * window, axis=1)) ** 2 / (window**2).sum()
    typical = np.median(power, axis=0) / _MEDIAN_OF_POWER
    return np.asarray(np.convolve(np.pad(typical, 1, mode="edge"), [0.25, 0.5, 0.25], "valid"))
