"""One spoken line as a value: samples, and when each phone and word sounds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from renderer.timeline import SOUND_RATE_HZ


@dataclass(frozen=True)
class Phone:
    """One sounded phone: an IPA symbol without stress or length marks, or "" for silence."""

    symbol: str
    start_s: float
    end_s: float
    stress: int = 0  # 0 none, 1 primary, 2 secondary


@dataclass(frozen=True)
class Word:
    """One word as written in the script, and when it is heard."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class Speech:
    """Mono float32 samples [n] in -1..1 at 48 kHz, with phones and words in time order.

    Silence before the first and after the last phone is trimmed to at most 20 ms.
    """

    samples: npt.NDArray[np.float32]
    phones: tuple[Phone, ...]
    words: tuple[Word, ...]
    rate_hz: int = field(default=SOUND_RATE_HZ)

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz
