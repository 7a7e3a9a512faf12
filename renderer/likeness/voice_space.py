"""The stock voices of the network, and the space that they span: where a fit starts and stays.

Kept of each stock voice are the mean of its style over all lengths of a sentence and its direction by the
speaker encoder; of all together what changes with the length. `python -m renderer.training voices` makes the
file (NOTICE in `renderer/weights` says of what).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from renderer.voices.fitted_style import TIMBRE
from renderer.weights import VOICE_SPACE, arrays, read_metadata

Floats = npt.NDArray[np.float32]

# A direction in which the voices hardly differ still gets this share of their mean variance.
_FLOOR = 0.02


@dataclass(frozen=True, eq=False)
class VoiceSpace:
    """Of n voices ``names``, ``means`` [n, 256] and ``speakers`` [n, 256]; ``lengths`` [510, 256] to add."""

    names: tuple[str, ...]
    means: Floats
    lengths: Floats
    speakers: Floats

    def rank(self, speaker: Floats) -> list[int]:
        """The English voices, those nearest to a speaker's direction first."""
        english = [at for at, name in enumerate(self.names) if name[0] in "ab"]
        return sorted(english, key=lambda at: -float(self.speakers[at] @ speaker))

    def build_style(self, voice: int) -> Floats:
        """A stock voice's style [510, 256]."""
        return np.asarray(self.means[voice] + self.lengths, np.float32)

    def compute_axes(self) -> Floats:
        """[128, 128]: a step of 1 along a column is a standard deviation of the stock timbres."""
        timbres = self.means[:, :TIMBRE].astype(np.float64)
        variances, directions = np.linalg.eigh(np.cov(timbres.T))
        floor = _FLOOR * variances.mean()
        return np.asarray(directions * np.sqrt(np.maximum(variances, 0) + floor), np.float32)


@cache
def load_voice_space() -> VoiceSpace:
    stored = arrays(VOICE_SPACE)
    names = tuple(str(name) for name in read_metadata(VOICE_SPACE)["names"])
    return VoiceSpace(names, stored["means"], stored["lengths"], stored["speakers"])
