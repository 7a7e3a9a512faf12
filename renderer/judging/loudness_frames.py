"""Which frames of a video are spoken in, and which are silent."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.scoring.sync import loudness_envelope
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

# Sound this far under the loudest is a room, not a voice; under -60 dB nothing is heard at all.
_SPEECH_DB = 30.0
_ROOM_DB = 4.0  # by which a steady tone comes and goes, over the quietest twentieth
_MARGIN_S = 0.12  # lips begin before the sound and end after it


def find_spoken_frames(samples: Floats, frames: int, fps: Fraction) -> Flags:
    """Frames [n] within 120 ms of a voice: louder than 30 dB under the loudest."""
    level_db = loudness_envelope(samples, frames, fps, SOUND_RATE_HZ)
    loud = level_db > max(float(np.quantile(level_db, 0.98)) - _SPEECH_DB, 0.0) if frames else level_db > 0
    return _grow(np.asarray(loud), fps)


def find_silent_frames(samples: Floats, frames: int, fps: Fraction, *, in_room: bool = False) -> Flags:
    """Frames [n] at least 120 ms away from all that can be heard: digital silence, or, ``in_room``, nothing
    but the steady tone of a room that lies under the whole sound."""
    level_db = loudness_envelope(samples, frames, fps, SOUND_RATE_HZ)
    limit_db = 0.0
    if in_room and frames:
        floor_db, loud_db = np.quantile(level_db, [0.05, 0.98]).tolist()
        limit_db = max(min(floor_db + _ROOM_DB, loud_db - _SPEECH_DB), 0.0)
    return ~_grow(level_db > limit_db, fps)


def _grow(flags: Flags, fps: Fraction) -> Flags:
    reach = round(_MARGIN_S * float(fps))
    around = np.convolve(np.pad(flags.astype(float), reach), np.ones(2 * reach + 1), "same")
    return np.asarray(around[reach : reach + len(flags)] > 0.5)
