"""How a take sounds: its loudness, the long-term spectrum of its voice, and the tone of its room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

from renderer.speech.loudness import measure_lufs, measure_true_peak
from renderer.take.room_tone import RoomTone, measure_room_tone
from renderer.timeline import SOUND_RATE_HZ

Samples = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_WINDOW = 2048
# Half an octave each: wide enough that a line's own vowels are not taken for the colour of a microphone.
_BAND_EDGES_HZ = np.geomspace(90.0, 11_600.0, 15)
_SPOKEN_DB = 25.0  # under the loudest windows: a voice, and not the room
# A line is brought this part of the way, and by no more than this, so that a voice stays itself.
_SHARE, _LARGEST_DB = 0.7, 6.0


@dataclass(frozen=True, eq=False)
class TakeSound:
    """``lufs`` and true peak ``peak_db`` of a take's sound, the voice's level in half octaves ``bands_db``
    [14], and its room's ``tone``, where it has one."""

    lufs: float
    peak_db: float
    bands_db: Doubles
    tone: RoomTone | None

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        arrays = {"levels": np.array([self.lufs, self.peak_db]), "bands_db": self.bands_db}
        return arrays if self.tone is None else arrays | {"tone": self.tone.power}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> TakeSound:
        lufs, peak_db = (float(value) for value in arrays["levels"])
        tone = RoomTone(arrays["tone"]) if "tone" in arrays else None
        return cls(lufs, peak_db, arrays["bands_db"], tone)


def measure_take_sound(samples: Samples) -> TakeSound | None:
    """Of mono sound [n] at 48 kHz; None where nothing can be heard."""
    lufs = measure_lufs(samples, SOUND_RATE_HZ)
    if not np.isfinite(lufs):
        return None
    peak_db = 20 * float(np.log10(measure_true_peak(samples)))
    return TakeSound(lufs, peak_db, measure_bands_db(samples), measure_room_tone(samples))


def measure_bands_db(samples: Samples) -> Doubles:
    """The mean level of the spoken parts in each half octave [14]."""
    padded = np.pad(samples.astype(np.float64), (0, max(_WINDOW - len(samples), 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[:: _WINDOW // 2]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1)) ** 2
    total_db = 10 * np.log10(power.sum(1) + 1e-9)
    spoken = power[total_db >= total_db.max() - _SPOKEN_DB].mean(0)
    hertz = np.fft.rfftfreq(_WINDOW, 1 / SOUND_RATE_HZ)
    edges = pairwise(_BAND_EDGES_HZ.tolist())
    return np.array(
        [10 * np.log10(spoken[(hertz >= low) & (hertz < high)].mean() + 1e-9) for low, high in edges]
    )


def bring_near(samples: Samples, bands_db: Doubles) -> Samples:
    """A line [n] with a spectrum nearer to ``bands_db``: by 6 dB at most, and no louder on the whole."""
    apart_db = bands_db - measure_bands_db(samples)
    level = np.pad(_SHARE * (apart_db - np.median(apart_db)), 1, mode="edge")
    gains_db = np.convolve(level, [0.25, 0.5, 0.25], "valid").clip(-_LARGEST_DB, _LARGEST_DB)
    middles_hz = np.sqrt(_BAND_EDGES_HZ[:-1] * _BAND_EDGES_HZ[1:])
    hertz = np.fft.rfftfreq(_WINDOW, 1 / SOUND_RATE_HZ)
    curve = 10 ** (np.interp(np.log(hertz + 1), np.log(middles_hz + 1), gains_db) / 20)
    response = np.fft.fftshift(np.fft.irfft(curve)) * np.hanning(_WINDOW)
    return np.asarray(fftconvolve(samples, response)[_WINDOW // 2 :][: len(samples)], np.float32)
