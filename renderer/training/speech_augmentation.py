"""Augments synthetic speech: other rooms, microphones and recognisers, so that the denoiser trusts none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from renderer.motion.visemes import VISEMES, VOWELS
from renderer.speech.log_mel import BANDS
from renderer.speech.phones import join_silence
from renderer.speech.speech import Phone

Floats = npt.NDArray[np.float32]

_VOWELS = sorted(VOWELS)
_CONSONANTS = sorted({phone for viseme in VISEMES for phone in viseme.phones} & set("pbmfvtdnszʃʒkɡŋhθðlɹwj"))
_BLANK_SHARE = 0.1
_MEDIUM_LEVEL = 1.0  # the level that `compute_log_mel_bands` gives to a sound of medium loudness


def simulate_recogniser(phones: Sequence[Phone], rng: np.random.Generator) -> tuple[Phone, ...]:
    """The phones as a fair recogniser finds them: some wrong, some missed, all a little out of time."""
    wrong, missed = rng.uniform(0, 0.15), rng.uniform(0, 0.08)
    loose_s, late_s = rng.uniform(0.005, 0.035), rng.normal(0, 0.012)
    edges = np.array([phone.start_s for phone in phones] + [phones[-1].end_s])
    edges = np.maximum.accumulate(edges + late_s + rng.normal(0, loose_s, len(edges)))
    recognised: list[Phone] = []
    for phone, start_s, end_s in zip(phones, edges, edges[1:], strict=False):
        shifted = replace(phone, start_s=float(start_s), end_s=float(end_s), stress=0)
        if phone.symbol and rng.random() < missed and recognised and recognised[-1].symbol:
            recognised[-1] = replace(recognised[-1], end_s=float(end_s))
        elif phone.symbol and rng.random() < wrong:
            others = _VOWELS if any(mark in VOWELS for mark in phone.symbol) else _CONSONANTS
            recognised.append(replace(shifted, symbol=str(rng.choice(others))))
        elif end_s > start_s:
            recognised.append(shifted)
    return join_silence(recognised)


def augment_bands(bands: Floats, rng: np.random.Generator) -> Floats:
    """As `augment_sound`; and a tenth of the lines tell nothing, so that the recognised phones are kept."""
    return _add_unfamiliar_sound(_augment_sound(bands, rng), rng).astype(np.float32)


def augment_sound(bands: Floats, rng: np.random.Generator) -> Floats:
    """Log-mel bands [B, m, BANDS] as other voices and places would give them, another one for each of B: a
    longer or shorter throat, a microphone's colour, a narrow or a lossy line, an echoing room, and noise.
    """
    return _augment_sound(bands, rng).astype(np.float32)


def _augment_sound(bands: Floats, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    count = len(bands)
    each = (count, 1, 1)
    sound = _shift_bands(bands, rng.uniform(-1.8, 1.8, count))
    sound = (sound - _MEDIUM_LEVEL) * rng.uniform(0.8, 1.2, each) + _MEDIUM_LEVEL
    sound = sound + _smooth(rng.normal(0, 0.3, (count, 1, BANDS)))
    sound = _add_echo(sound, rng)
    sound = sound + rng.normal(0, 1, sound.shape) * rng.uniform(0, 0.2, each)
    floor = rng.uniform(-0.5, 1.1, each) + _smooth(rng.normal(0, 0.25, (count, 1, BANDS)))
    sound = np.maximum(sound, floor) + 0.1 * np.exp(-10 * np.abs(sound - floor))
    return np.where(_draw_lost_bands(count, rng), floor, np.clip(sound, 0, 3.6))


def _add_unfamiliar_sound(
    sound: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Flatter sounds, odd colours, and a tenth of the lines that tell nothing: people sound unlike any of the
    synthetic voices, and then the recognised phones are to be kept.
    """
    each = (len(sound), 1, 1)
    sound = (sound - _MEDIUM_LEVEL) * rng.uniform(0.6, 1.1, each) + _MEDIUM_LEVEL
    sound = sound + rng.normal(0, 0.25, (len(sound), 1, BANDS)) * (rng.random(each) < 0.5)
    return np.clip(np.where(rng.random(each) < _BLANK_SHARE, _MEDIUM_LEVEL, sound), 0, 3.6)


def _shift_bands(bands: Floats, by: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Every spectrum moved up or down by so many bands."""
    place = np.clip(np.arange(BANDS)[None] + by[:, None], 0, BANDS - 1.001)
    below = place.astype(int)[:, None]
    share = (place[:, None] - below) + np.zeros_like(bands)
    low, high = (np.take_along_axis(bands, below + step + np.zeros(bands.shape, int), 2) for step in (0, 1))
    return np.asarray(low * (1 - share) + high * share)


def _smooth(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    padded = np.pad(rows, ((0, 0), (0, 0), (2, 2)), mode="edge")
    return np.asarray(sum(padded[..., at : at + BANDS] for at in range(5)) / 5**0.5)


def _add_echo(sound: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Half the places echo: no band falls faster than the room lets it, a little under the sound itself."""
    rooms_s = rng.uniform(0.15, 0.6, (len(sound), 1))
    fall = 60 / rooms_s * 0.01 / 20
    under = rng.uniform(0.2, 1.0, (len(sound), 1)) + 100.0 * (rng.random((len(sound), 1)) < 0.5)
    tail = np.full(sound[:, 0].shape, -1e3)
    out = sound.copy()
    for at in range(sound.shape[1]):
        out[:, at] = np.maximum(out[:, at], tail - under)
        tail = np.maximum(tail, sound[:, at]) - fall
    return out


def _draw_lost_bands(count: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Bands [B, 1, BANDS] that a third of the lines do not carry: high ones, and sometimes the lowest."""
    place = np.arange(BANDS)[None, None]
    cut = np.where(rng.random((count, 1, 1)) < 0.33, rng.uniform(14, BANDS, (count, 1, 1)), BANDS)
    low = np.where(rng.random((count, 1, 1)) < 0.2, rng.uniform(0, 4, (count, 1, 1)), 0)
    return np.asarray((place >= cut) | (place < low))
