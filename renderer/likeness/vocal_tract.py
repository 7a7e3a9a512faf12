"""Measures of a voice that no fit aims at: its formants, and the shape of its long-term spectrum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.fft import dct
from scipy.linalg import solve_toeplitz
from scipy.signal import resample_poly

from renderer.speech.pitch import track_pitch

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

FORMANTS = 3
_RATE_HZ, _ORDER = 10_000, 12
_HOP, _WINDOW = 100, 300
_LOWEST_HZ, _HIGHEST_HZ, _WIDEST_HZ = 200.0, 4_500.0, 500.0
_EMPHASIS = 0.97
_BANDS, _CEPSTRA, _SPECTRUM = 24, 12, 512
# A cepstrum of natural logarithms of power, in dB, as mel-cepstral distances are given.
_DB = 10 / np.log(10) * np.sqrt(2) / 2


def measure_formants(samples: Floats, rate_hz: int) -> Doubles:
    """Medians of the lowest formants [FORMANTS] in Hz over the voiced frames of mono sound [n].

    By linear prediction; zeros where nothing is voiced.
    """
    shared = int(np.gcd(rate_hz, _RATE_HZ))
    sound = resample_poly(samples.astype(np.float64), _RATE_HZ // shared, rate_hz // shared)
    emphasised = np.append(sound[:1], sound[1:] - _EMPHASIS * sound[:-1])
    voiced = np.flatnonzero(track_pitch(samples, rate_hz) > 0)
    found = [_find_formants(emphasised[at * _HOP : at * _HOP + _WINDOW]) for at in voiced]
    whole = np.array([one for one in found if len(one) == FORMANTS])
    return np.asarray(np.median(whole, 0) if len(whole) else np.zeros(FORMANTS))


def measure_spectrum_gap_db(one: Floats, one_hz: int, other: Floats, other_hz: int) -> float:
    """How far the mean spectra of two voices lie apart: the distance of their mel cepstra 1 to 12, in dB."""
    return float(np.linalg.norm(_average_cepstrum(one, one_hz) - _average_cepstrum(other, other_hz)))


def _find_formants(window: Doubles) -> Doubles:
    if len(window) < _WINDOW:
        return np.zeros(0)
    tapered = window * np.hamming(_WINDOW)
    correlation = np.correlate(tapered, tapered, "full")[_WINDOW - 1 : _WINDOW + _ORDER]
    correlation[0] = correlation[0] * 1.0001 + 1e-9
    predictor = solve_toeplitz(correlation[:-1], correlation[1:])
    roots = np.roots(np.concatenate([[1.0], -predictor]))
    roots = roots[roots.imag > 0]
    hertz = np.angle(roots) * _RATE_HZ / (2 * np.pi)
    width = -np.log(np.abs(roots) + 1e-12) * _RATE_HZ / np.pi
    kept = np.sort(hertz[(hertz > _LOWEST_HZ) & (hertz < _HIGHEST_HZ) & (width < _WIDEST_HZ)])
    return np.asarray(kept[:FORMANTS])


def _average_cepstrum(samples: Floats, rate_hz: int) -> Doubles:
    """Cepstra 1 to 12 [_CEPSTRA] of the mean log mel spectrum of the voiced frames, up to 5 kHz."""
    shared = int(np.gcd(rate_hz, _RATE_HZ))
    sound = resample_poly(samples.astype(np.float64), _RATE_HZ // shared, rate_hz // shared)
    voiced = np.flatnonzero(track_pitch(samples, rate_hz) > 0)
    voiced = voiced[voiced * _HOP + _SPECTRUM <= len(sound)]
    windows = np.stack([sound[at * _HOP : at * _HOP + _SPECTRUM] for at in voiced])
    power = np.abs(np.fft.rfft(windows * np.hanning(_SPECTRUM))) ** 2 @ _build_filters().T
    level = np.log(power + 1e-8 * power.max()).mean(0)
    return np.asarray(_DB * dct(level, norm="ortho")[1 : _CEPSTRA + 1])


def _build_filters() -> Doubles:
    low, high = (np.log1p(hertz / 700) for hertz in (100.0, _RATE_HZ / 2))
    edges = 700 * np.expm1(np.linspace(low, high, _BANDS + 2))
    bins = np.fft.rfftfreq(_SPECTRUM, 1 / _RATE_HZ)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rise, fall = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.asarray(np.clip(np.minimum(rise, fall), 0, None))
