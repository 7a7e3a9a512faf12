"""Whether the lips' outline looks as it was filmed: no tear, no fold, no second edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.judging.fault import Fault, find_ranges
from renderer.judging.footage import Footage
from renderer.judging.patches import STEP, bar_near_frames, cut_patches, measure_distances
from renderer.scoring.mouth_map import LOWER_LIP, SKIN_ABOVE, SKIN_BELOW, UPPER_LIP

Floats = npt.NDArray[np.float32]

NEAR_S = 0.4  # frames this near show the same sound: they would judge the take by itself
_USUAL = 0.99  # of a place's patches
# Times the strangest frame of the take itself. Five takes encoded again (CRF 28, or three quarters of the
# size) need 1.0 to 1.4; the torn lips of two messages are told up to 3.
_SLACK = 1.75
_LEAST_FRAMES = 2
_UPPER = slice(SKIN_ABOVE.start // STEP, UPPER_LIP.stop // STEP)
_LOWER = slice(LOWER_LIP.start // STEP, SKIN_BELOW.stop // STEP)
_COLUMNS = slice(1, -1)  # at the very corners all lines meet


@dataclass(frozen=True, eq=False)
class LipOutline:
    """The filmed patches along both lips, and how strange each frame of the take is to the others."""

    patches: Floats
    usual: Floats  # [rows, columns] distance that 99 % of the take's own patches keep
    strangest: dict[str, float]

    @classmethod
    def of(cls, take: Footage) -> LipOutline:
        """From a take."""
        patches = cut_patches(take.maps[take.seen])
        near = bar_near_frames(np.flatnonzero(take.seen), round(NEAR_S * take.fps))
        own = measure_distances(patches, patches, near)
        known = np.isfinite(own[:, 0, 0])
        if not known.any():
            return cls(patches, np.full(own.shape[1:], np.inf, np.float32), {"upper": 1.0, "lower": 1.0})
        usual = np.asarray(np.quantile(own[known], _USUAL, axis=0), np.float32)
        strange = _measure_strangeness(own[known], usual)
        # The outermost of 200 frames is left to the tracker's slips.
        return cls(patches, usual, {lip: float(np.quantile(s, 0.995)) for lip, s in strange.items()})

    def judge(self, message: Footage) -> tuple[dict[str, float], list[Fault]]:
        """Scores and faults of a message."""
        distances = measure_distances(cut_patches(message.maps), self.patches)
        scores: dict[str, float] = {}
        faults: list[Fault] = []
        for lip, strange in _measure_strangeness(distances, self.usual).items():
            torn = message.seen & (strange > _SLACK * self.strangest[lip])
            scores[f"{lip}_lip_torn"] = float(torn.mean())
            ranges = find_ranges(torn, _LEAST_FRAMES)
            if ranges:
                faults.append(Fault("outline", f"The outline of the {lip} lip is torn or folded", ranges))
        return scores, faults


def _measure_strangeness(distances: Floats, usual: Floats) -> dict[str, Floats]:
    """Per frame [n] the strangest place along each lip; 1 is what one patch in a hundred of the take is."""
    shares = distances / np.maximum(usual, 1e-3)
    return {
        lip: np.asarray(shares[:, rows, _COLUMNS].max((1, 2)), np.float32)
        for lip, rows in (("upper", _UPPER), ("lower", _LOWER))
    }
