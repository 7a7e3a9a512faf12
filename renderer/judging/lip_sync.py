"""Whether the lips move with the sound: r with what an ear expects, what chance reaches, and the lag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.judging.ear import Ear, EnergyEar, NetworkEar, RidgeEar, predict_by_folds
from renderer.judging.fault import Fault
from renderer.judging.footage import Footage
from renderer.judging.loudness_frames import find_spoken_frames
from renderer.weights import base_ear

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_NEAR_FRAMES = 3  # lips this early or late still belong to the sound
_REACH_FRAMES = 10
_LAG_MAX_FRAMES = 1.5
# Blocks of an unrelated sound disagree by 8 frames and more (twenty made-up pairs of ten seconds).
_LAG_SPAN_MAX_FRAMES = 4.0
_DRAWS = 400
_BLOCK_S = 0.6  # about two syllables: blocks this long can be drawn one by one
_LEAST_S = 2.0
_CHANCE = 0.95
_SURE = 0.9


@dataclass(frozen=True)
class SoundMatch:
    """``r`` of the apertures with what is heard, at most three frames apart; ``chance``: what 95 % of all
    other moments of the sound stay under; ``late_frames`` the lips come after the sound, with the span that
    holds 90 % of what resampled blocks say."""

    r: float
    chance: float
    late_frames: float
    late_low: float
    late_high: float

    @property
    def is_heard(self) -> bool:
        """Whether the lips move with the sound more than by chance."""
        return self.r > self.chance

    def find_lag_s(self, fps: Fraction) -> float:
        """By how many seconds the lips come late, 0 where that is not known."""
        return self.late_frames / float(fps) if self.is_heard and self.is_lag_known else 0.0

    @property
    def is_lag_known(self) -> bool:
        """Whether the resampled blocks agree when the lips come."""
        return self.late_high - self.late_low <= _LAG_SPAN_MAX_FRAMES


@dataclass(frozen=True, eq=False)
class LipSync:
    """The ears that listen to a take's messages, and how the take itself sounds to them."""

    ears: tuple[Ear, ...]
    own: SoundMatch

    @classmethod
    def of(cls, take: Footage, ear: Ear | None = None) -> LipSync:
        """From a take; ``ear`` is another one to ask beside the energy and the shipped network."""
        shipped = base_ear()
        general: list[Ear] = [
            EnergyEar(),
            *([NetworkEar(shipped)] if shipped else []),
            *([ear] if ear else []),
        ]
        own = match_own_sound(take.apertures, take.samples, take.fps, tuple(general))
        learned = (RidgeEar.fit(take, own.find_lag_s(take.fps)),) if own.is_heard else ()
        return cls((*general, *learned), own)

    def judge(self, message: Footage) -> tuple[dict[str, float], list[Fault]]:
        """Scores and faults of a message; nothing where hardly anything is said."""
        fps = float(message.fps)
        if find_spoken_frames(message.samples, len(message), message.fps).sum() < _LEAST_S * fps:
            return {}, []
        heard = [ear.hear(message.samples, len(message), message.fps) for ear in self.ears]
        found = match(message.apertures, heard, fps)
        scores = {
            "sound_r": found.r, "sound_r_by_chance": found.chance, "late_frames": found.late_frames,
            "late_frames_low": found.late_low, "late_frames_high": found.late_high,
        }  # fmt: skip
        late = self._tell_lag(found) if found.is_lag_known else []
        return scores, late or _tell_match(found)

    def _tell_lag(self, found: SoundMatch) -> list[Fault]:
        own = self.own.late_frames if self.own.is_heard else 0.0
        low, high = min(0.0, own) - _LAG_MAX_FRAMES, max(0.0, own) + _LAG_MAX_FRAMES
        if found.late_low <= high and found.late_high >= low:
            return []
        side = "later" if found.late_frames > 0 else "earlier"
        says = f"The lips move {abs(found.late_frames):.0f} frames {side} than the sound"
        return [Fault("late", says)]


def match_own_sound(
    gaps: Floats, samples: Floats, fps: Fraction, general: Sequence[Ear] = (EnergyEar(),)
) -> SoundMatch:
    """How filmed apertures [n] move with their own sound, by ears that know no person and by ridge ears.

    An ear fitted to all of it would know the lips by heart, so each fifth is asked of the other four. The lag
    is that of the ``general`` ears, because a fitted one expects the lips as late as they are.
    """
    heard = [ear.hear(samples, len(gaps), fps) for ear in general]
    rough = match(gaps, heard, float(fps))
    lag_s = rough.find_lag_s(fps)
    fitted = match(gaps, [*heard, predict_by_folds(gaps, samples, fps, lag_s)], float(fps))
    return replace(rough, r=fitted.r, chance=fitted.chance)


def match(gaps: Floats, heard: Sequence[Floats], fps: float) -> SoundMatch:
    """The best match of apertures [n] with any of the curves ``heard`` [n], and the same by chance."""
    round_r = np.max([_correlate_round(gaps, curve) for curve in heard], axis=0)
    near = np.max([np.roll(round_r, by) for by in range(-_NEAR_FRAMES, _NEAR_FRAMES + 1)], axis=0)
    elsewhere = near[_REACH_FRAMES:-_REACH_FRAMES]
    chance = float(np.quantile(elsewhere, _CHANCE)) if len(elsewhere) else 1.0
    best = max(heard, key=lambda curve: float(_correlate_lags(gaps, curve).max()))
    late, low, high = _estimate_lag(gaps, best, fps)
    r = max(float(_correlate_lags(gaps, curve)[_near()].max()) for curve in heard)
    return SoundMatch(r, chance, late, low, high)


def _tell_match(found: SoundMatch) -> list[Fault]:
    if found.is_heard:
        return []
    says = f"The lips do not move with the sound (r {found.r:.2f}; by chance {found.chance:.2f} is reached)"
    return [Fault("sound", says)]


def _near() -> slice:
    return slice(_REACH_FRAMES - _NEAR_FRAMES, _REACH_FRAMES + _NEAR_FRAMES + 1)


def _correlate_round(gaps: Floats, heard: Floats) -> Doubles:
    """Pearson's r [n] of the gaps with what is heard, turned round by 0, 1, ... n - 1 frames."""
    spectra = [np.fft.rfft(curve.astype(np.float64) - curve.mean()) for curve in (gaps, heard)]
    products = np.fft.irfft(spectra[0] * spectra[1].conj(), len(gaps))
    return np.asarray(products / max(len(gaps) * float(gaps.std()) * float(heard.std()), 1e-12))


def _correlate_lags(gaps: Floats, heard: Floats) -> Doubles:
    """r with the gaps ``_REACH_FRAMES`` early to as many late."""
    return _correlations_of(_sum_blocks(gaps, heard, len(gaps)).sum(0))


def _estimate_lag(gaps: Floats, heard: Floats, fps: float) -> tuple[float, float, float]:
    """By how many frames the gaps come late, and the span of 90 % of what drawn blocks say."""
    blocks = _sum_blocks(gaps, heard, max(round(_BLOCK_S * fps), 4))
    late = float(np.argmax(_correlations_of(blocks.sum(0))) - _REACH_FRAMES)
    generator = np.random.default_rng(0)
    draws = generator.integers(0, len(blocks), (_DRAWS, len(blocks)))
    lags = [float(np.argmax(_correlations_of(blocks[draw].sum(0))) - _REACH_FRAMES) for draw in draws]
    low, high = np.quantile(lags, [(1 - _SURE) / 2, (1 + _SURE) / 2])
    return late, float(low), float(high)


def _sum_blocks(gaps: Floats, heard: Floats, block: int) -> Doubles:
    """Sums of 1, x, y, xx, yy, xy [blocks, lags, 6] over blocks of frames."""
    count = len(gaps)
    reach = min(_REACH_FRAMES, max((count - 4) // 2, 0))
    x = gaps.astype(np.float64)[reach : count - reach]
    out = []
    for lag in range(-_REACH_FRAMES, _REACH_FRAMES + 1):
        by = int(np.clip(lag, -reach, reach))
        y = heard.astype(np.float64)[reach - by : count - reach - by]
        terms = np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], 1)
        out.append(np.add.reduceat(terms, np.arange(0, len(x), block), axis=0))
    return np.stack(out, axis=1)


def _correlations_of(sums: Doubles) -> Doubles:
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    n = np.maximum(n, 1)
    spread = np.sqrt(np.maximum(xx / n - (x / n) ** 2, 1e-18) * np.maximum(yy / n - (y / n) ** 2, 1e-18))
    return np.asarray((xy / n - x * y / n**2) / spread)
