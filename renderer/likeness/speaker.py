"""Whose voice a sound is: the GE2E speaker encoder (Wan et al. 2018, arXiv:1710.10467), differentiable.

The weights are Resemblyzer's (Apache-2.0; NOTICE in `renderer/weights`). Two sounds of one voice have a
cosine of 0.8 to 0.95, those of two strangers one of 0.45 to 0.7.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from scipy.ndimage import binary_dilation, uniform_filter1d
from scipy.signal import resample_poly
from torch import Tensor, nn

from renderer.weights import speaker_weights

Floats = npt.NDArray[np.float32]

RATE_HZ = 16_000
SIZE = 256
_BANDS, _WINDOW, _HOP = 40, 400, 160
# A window of the encoder is 1.6 s; windows follow each other every 0.77 s, as in Resemblyzer.
WINDOW_FRAMES, _STEP_FRAMES = 160, 77
_LEVEL_RMS = 10 ** (-30 / 20)
# Silence is what lies that far under the loudest 30 ms, or near the floor, unless that is speech itself;
# longer ones than 0.2 s are cut.
_SILENT_DB, _FLOOR_DB, _SPEECH_DB = 40.0, 6.0, 20.0
_FRAME_SAMPLES, _KEPT_FRAMES = 480, 7


class SpeakerEncoder(nn.Module):
    """Mel power [n, frames, 40] → directions [n, SIZE]."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(_BANDS, SIZE, 3, batch_first=True)
        self.linear = nn.Linear(SIZE, SIZE)

    def forward(self, bands: Tensor) -> Tensor:
        _, (hidden, _) = self.lstm(bands)
        return nn.functional.normalize(torch.relu(self.linear(hidden[-1])), dim=1)

    def embed(self, sound: Tensor) -> Tensor:
        """Sound [s] at `RATE_HZ` without long silences → the mean direction of its windows [SIZE]."""
        bands = compute_bands(sound / (sound.square().mean().sqrt() + 1e-8) * _LEVEL_RMS)
        missing = max(WINDOW_FRAMES - len(bands), 0)
        bands = nn.functional.pad(bands, (0, 0, 0, missing))
        windows = bands.unfold(0, WINDOW_FRAMES, _STEP_FRAMES).transpose(1, 2)
        return nn.functional.normalize(self(windows).mean(0), dim=0)


@cache
def load_speaker_encoder() -> SpeakerEncoder:
    """The encoder, without gradients of its weights."""
    with torch.inference_mode(False):  # a fit sends gradients through them, whoever loads them first
        encoder = SpeakerEncoder()
        encoder.load_state_dict({name: torch.from_numpy(value) for name, value in speaker_weights().items()})
        return encoder.requires_grad_(False)


def embed_voice(samples: Floats, rate_hz: int) -> Floats:
    """Mono sound [n] → its speaker's direction [SIZE], of length 1."""
    sound = cut_silence(resample(samples, rate_hz))
    with torch.no_grad():
        return np.asarray(load_speaker_encoder().embed(torch.from_numpy(sound)).numpy(), np.float32)


def resample(samples: Floats, rate_hz: int) -> Floats:
    """Samples [n] at `RATE_HZ`."""
    shared = int(np.gcd(rate_hz, RATE_HZ))
    return np.asarray(resample_poly(samples, RATE_HZ // shared, rate_hz // shared), np.float32)


def cut_silence(sound: Floats) -> Floats:
    """Sound [n] at `RATE_HZ` without silences of more than 0.2 s."""
    audible = np.repeat(find_audible_frames(sound), _FRAME_SAMPLES)
    return sound[: len(audible)][audible[: len(sound)]]


def find_audible_frames(sound: Floats) -> npt.NDArray[np.bool_]:
    """For each 30 ms [n] of a sound at `RATE_HZ` whether it, or a neighbour, is speech by its level."""
    whole = sound[: len(sound) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
    level_db = 10 * np.log10(np.square(whole, dtype=np.float64).mean(1) + 1e-10)
    if not len(level_db):
        return np.zeros(0, np.bool_)
    floor_db, top_db = np.percentile(level_db, (5, 99))
    loud = level_db > max(top_db - _SILENT_DB, min(floor_db + _FLOOR_DB, top_db - _SPEECH_DB))
    smooth = uniform_filter1d(loud.astype(np.float64), 3, mode="nearest") > 0.5
    return np.asarray(binary_dilation(smooth, np.ones(_KEPT_FRAMES)), np.bool_)


def compute_bands(sound: Tensor) -> Tensor:
    """Sound [s] at `RATE_HZ` → mel power [s / 160 + 1, 40], as librosa computes it; not a logarithm."""
    spectrum = torch.stft(
        sound, _WINDOW, _HOP, window=torch.hann_window(_WINDOW), pad_mode="constant", return_complex=True
    )
    return (_build_mel_filters() @ spectrum.abs().square()).T


@cache
def _build_mel_filters() -> Tensor:
    """[40, 201] triangles of Slaney's mel scale up to 8 kHz, each of area 1."""
    edges = _mel_to_hz(np.linspace(0, _hz_to_mel(RATE_HZ / 2), _BANDS + 2))
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.clip(
        np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)), 0, None
    )
    with torch.inference_mode(False):  # kept, and part of a fit's gradients later
        return torch.from_numpy((triangles * 2 / (right - left)).astype(np.float32))


# Slaney's scale: even up to 1 kHz, 3 mel per 200 Hz; 27 mel per factor of 6.4 above.
def _hz_to_mel(hertz: float) -> float:
    return 15 + 27 * float(np.log(hertz / 1000)) / float(np.log(6.4)) if hertz > 1000 else hertz * 3 / 200


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel > 15, 1000 * 6.4 ** ((mel - 15) / 27), mel * 200 / 3)
