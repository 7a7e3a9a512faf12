"""Whether a picture changes slowly over a long message (§7 drift)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_RESAMPLES = 1000
_EDGE_SHARE = 0.15
_WANDER_FRAMES = 40


@dataclass(frozen=True)
class Drift:
    """``slope`` per minute with its 95 % interval ``low``..``high``; ``ends`` is |first 15 % - last 15 %|."""

    slope: float
    low: float
    high: float
    ends: float

    @property
    def holds_zero(self) -> bool:
        return self.low <= 0 <= self.high


def drift(curve: Floats, fps: float, block_s: float = 2.0, seed: int = 0) -> Drift:
    """The least-squares slope of a curve [n], with a block bootstrap of what is left over.

    Neighbouring frames are alike, so whole blocks of ``block_s`` are resampled, never single frames.
    """
    minutes = np.arange(len(curve)) / fps / 60
    values = curve.astype(np.float64)
    slope, level = np.polyfit(minutes, values, 1)
    left_over = values - (slope * minutes + level)
    block = int(np.clip(round(block_s * fps), 1, max(len(curve) // 4, 1)))
    slopes = slope + _bootstrap_slopes(minutes, left_over, block, seed)
    low, high = np.quantile(slopes, [0.025, 0.975])
    edge = max(round(_EDGE_SHARE * len(curve)), 1)
    ends = abs(float(values[:edge].mean() - values[-edge:].mean()))
    return Drift(float(slope), float(low), float(high), ends)


def wander(curve: Floats, real: Floats) -> float:
    """Spread of 40-frame means ÷ that of the real curve."""
    return float(_block_means(curve).std()) / max(float(_block_means(real).std()), 1e-9)


def _block_means(curve: Floats) -> Floats:
    size = min(_WANDER_FRAMES, max(len(curve) // 2, 1))
    return np.asarray(curve[: len(curve) // size * size].reshape(-1, size).mean(1), np.float32)


def _bootstrap_slopes(
    minutes: npt.NDArray[np.float64], left_over: npt.NDArray[np.float64], block: int, seed: int
) -> npt.NDArray[np.float64]:
    """Slopes that the left-over alone would show [draws], its blocks laid in random order."""
    generator = np.random.default_rng(seed)
    count = len(left_over)
    centred = minutes - minutes.mean()
    starts = generator.integers(0, count - block + 1, (_RESAMPLES, -(-count // block)))
    places = (starts[:, :, None] + np.arange(block)).reshape(_RESAMPLES, -1)[:, :count]
    drawn = left_over[places]
    return np.asarray(drawn @ centred / max(float(centred @ centred), 1e-12))
