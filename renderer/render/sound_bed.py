"""The room's tone under a message, in parts that follow each other in any order.

AAC packets of two parts may follow each other where both have the same block of sound. Every part therefore
begins and ends with one block, the anchor, and between them the tone is new each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from renderer.config import fingerprint
from renderer.take.room_tone import RoomTone
from renderer.video.sound import BLOCK_SAMPLES, Packets, Samples, encode_sound

_RISE = np.sin(np.linspace(0, np.pi / 2, BLOCK_SAMPLES)).astype(np.float32)  # two noises keep their power
_FALL = _RISE[::-1]


@dataclass(frozen=True, eq=False)
class SoundBed:
    """``tone`` at its level of full scale times ``gain``; without a tone, digital silence. ``key`` names what
    it sounds like."""

    tone: RoomTone | None = None
    gain: float = 1.0
    key: str = ""

    def lay(self, blocks: int, name: str) -> Samples:
        """Tone [(blocks + 4) * 1024]: so many blocks (1 or more) between two anchors, with a block before the
        first and one after the last for the encoder. Another ``name`` gives other noise."""
        before, anchor, after = self._anchor.reshape(3, BLOCK_SAMPLES)
        inner = self._generate(blocks * BLOCK_SAMPLES, name)
        head, tail = slice(0, BLOCK_SAMPLES), slice(len(inner) - BLOCK_SAMPLES, None)
        inner[head] = inner[head] * _RISE + after * _FALL
        inner[tail] = (inner[tail] if blocks > 1 else after) * _FALL + before * _RISE
        return np.concatenate([before, anchor, inner, anchor, after])

    @cached_property
    def _anchor(self) -> Samples:
        return self._generate(3 * BLOCK_SAMPLES, "anchor")

    def _generate(self, samples: int, name: str) -> Samples:
        if self.tone is None:
            return np.zeros(samples, np.float32)
        seed = int(fingerprint(self.key, name)[:16], 16)
        return self.tone.generate(samples, np.random.default_rng(seed)) * np.float32(self.gain)


def encode_part(samples: Samples, bit_rate: int) -> Packets:
    """Packets of what `SoundBed.lay` made (and what was mixed into it): from the one that leads out of the
    first anchor to the one that leads into the last."""
    return encode_sound(samples, bit_rate)[2 : len(samples) // BLOCK_SAMPLES - 1]
