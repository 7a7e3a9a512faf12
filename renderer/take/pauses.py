"""Where nobody speaks in a sound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_closing, binary_opening

from renderer.take.room_tone import measure_levels_db

Samples = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

STEP_S = 0.01
# A breath is quiet: this far under the loud parts (the 95th percentile) or near to the floor (the 5th).
_UNDER_SPEECH_DB, _ABOVE_FLOOR_DB = 28.0, 8.0
_SHORTEST_PAUSE_STEPS, _SHORTEST_SOUND_STEPS = 4, 3
_SLOP_S = 0.1  # by which an aligned word may begin too late, or end too early


class Pauses:
    """The pauses in mono sound [n] at 48 kHz: ``quiet`` [steps] tells it of each 10 ms."""

    def __init__(self, samples: Samples) -> None:
        level_db = measure_levels_db(samples)
        loud_db, floor_db = np.percentile(level_db, 95), np.percentile(level_db, 5)
        limit_db = max(loud_db - _UNDER_SPEECH_DB, min(floor_db + _ABOVE_FLOOR_DB, loud_db - 6.0))
        self.quiet = _mend(np.asarray(level_db < limit_db))

    def find_before(self, word_s: float) -> tuple[float, float]:
        """(where a word's sound begins, where the pause before it begins), near an aligned start."""
        start, begin = self._search(self.quiet, min(round(word_s / STEP_S), len(self.quiet)))
        return start * STEP_S, begin * STEP_S

    def find_after(self, word_s: float) -> tuple[float, float]:
        """(where a word's sound ends, where the pause after it ends), near an aligned end."""
        steps = len(self.quiet)
        end, until = self._search(self.quiet[::-1], steps - min(round(word_s / STEP_S), steps))
        return (steps - end) * STEP_S, (steps - until) * STEP_S

    def list_runs(self, least_s: float) -> list[tuple[int, int]]:
        """Pauses (first step, end) of at least so many seconds."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], self.quiet.astype(np.int8), [0]])))
        runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        return [(first, end) for first, end in runs if (end - first) * STEP_S >= least_s]

    def _search(self, quiet: Flags, at: int) -> tuple[int, int]:
        slop = round(_SLOP_S / STEP_S)
        start = at
        while start < min(at + slop, len(quiet)) and quiet[start]:
            start += 1
        while start > max(at - slop, 0) and not quiet[start - 1]:
            start -= 1
        begin = start
        while begin > 0 and quiet[begin - 1]:
            begin -= 1
        return start, begin


def _mend(quiet: Flags) -> Flags:
    """Without dips and blips that are too short to be a pause, or a sound; beyond the ends it is quiet."""
    room = np.pad(quiet, 10, constant_values=True)
    room = binary_closing(room, np.ones(_SHORTEST_SOUND_STEPS))
    return np.asarray(binary_opening(room, np.ones(_SHORTEST_PAUSE_STEPS))[10:-10])
