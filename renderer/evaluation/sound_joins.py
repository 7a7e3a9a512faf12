"""How the sound of a finished message holds together at its joins: dead air, floor, level, colour, clicks.

Joins lie in pauses, and what follows is measured in every pause of the file as a listener gets it. The take
itself, measured alike, tells what is natural.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from renderer.errors import RenderError
from renderer.speech.loudness import measure_lufs
from renderer.take.pauses import STEP_S, Pauses
from renderer.take.room_tone import measure_levels_db
from renderer.take.take_sound import measure_bands_db
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.decode import read_sound

Samples = npt.NDArray[np.float32]

_PAUSE_S = 0.25  # a shorter one is no end of a sentence
_LINE_S = 0.4  # a shorter sound says nothing about loudness
_DIGITAL_DB = -95.0
_EDGE_S = 0.03  # of a pause, where words die away
_NEAR_SAMPLES, _OWN_SAMPLES = 481, 7
_INAUDIBLE = 10 ** (-90 / 20)  # a smaller bend clicks for nobody
_STEP_SAMPLES = round(STEP_S * SOUND_RATE_HZ)


@dataclass(frozen=True)
class SoundJoins:
    """``digital_silence``: the share of the file; ``dead_air_s``: the longest of it; ``floor_db``: the median
    pause. Largest steps from one pause, or one line, to the next: ``floor_step_db``, ``level_step_db`` (LUFS)
    and ``colour_step_db`` (mean over half octaves). ``click``: the sharpest bend in a pause ÷ the root mean
    square of those around it; noise has 4 to 5. NaN where there is nothing to measure."""

    pauses: int
    digital_silence: float
    dead_air_s: float
    floor_db: float
    floor_step_db: float
    level_step_db: float
    colour_step_db: float
    click: float


_SAYS = {
    "pauses": "pauses of 0.25 s or more",
    "digital_silence": "digital silence, share",
    "dead_air_s": "longest digital silence, s",
    "floor_db": "floor in the pauses, dB",
    "floor_step_db": "largest step of the floor, dB",
    "level_step_db": "largest step of the level, dB",
    "colour_step_db": "largest step of the colour, dB",
    "click": "sharpest click in a pause",
}


def measure_sound_joins(samples: Samples) -> SoundJoins:
    """Of mono sound [n] at 48 kHz."""
    runs = Pauses(samples).list_runs(_PAUSE_S)
    digital = measure_levels_db(samples) < _DIGITAL_DB
    lines = [
        samples[end * _STEP_SAMPLES : first * _STEP_SAMPLES]
        for (_, end), (first, _) in pairwise([(0, 0), *runs, (len(digital), len(digital))])
        if (first - end) * STEP_S >= _LINE_S
    ]
    edge = round(_EDGE_S / STEP_S)
    inner = [samples[(a + edge) * _STEP_SAMPLES : (b - edge) * _STEP_SAMPLES] for a, b in runs]
    floors = np.array([float(np.median(measure_levels_db(pause))) for pause in inner])
    return SoundJoins(
        len(runs),
        float(digital.mean()),
        _find_longest(digital) * STEP_S,
        float(np.median(floors)) if len(floors) else float("nan"),
        _find_largest_step(floors),
        _find_largest_step(np.array([measure_lufs(line, SOUND_RATE_HZ) for line in lines])),
        _find_largest_colour_step([measure_bands_db(line) for line in lines]),
        max((_measure_click(pause) for pause in inner), default=float("nan")),
    )


def run_joins(files: Sequence[Path]) -> str:
    """A table with a column for each file. Raises RenderError for one without sound."""
    measured = [asdict(measure_sound_joins(_read(path))) for path in files]
    lines = [f"{'':<32}" + "".join(f"{path.stem[:16]:>18}" for path in files)]
    for name, says in _SAYS.items():
        lines.append(f"{says:<32}" + "".join(f"{float(one[name]):>18.3g}" for one in measured))
    return "\n".join(lines) + "\n"


def _read(path: Path) -> Samples:
    samples = read_sound(path)
    if samples is None or not len(samples):
        raise RenderError(f"{path} has no sound track. Name finished messages, or takes with sound.")
    return samples


def _find_longest(flags: npt.NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _find_largest_step(levels: npt.NDArray[np.float64]) -> float:
    known = levels[np.isfinite(levels)]
    return float(np.abs(np.diff(known)).max()) if len(known) > 1 else float("nan")


def _find_largest_colour_step(bands: Sequence[npt.NDArray[np.float64]]) -> float:
    steps = [before - after for before, after in pairwise(bands)]
    return max((float(np.abs(step - np.median(step)).mean()) for step in steps), default=float("nan"))


def _measure_click(pause: Samples) -> float:
    """The sharpest bend ÷ the root mean square of those within 5 ms, but for a few samples around it."""
    power = np.diff(pause.astype(np.float64), 2) ** 2
    if len(power) < _NEAR_SAMPLES:
        return 0.0
    near = uniform_filter1d(power, _NEAR_SAMPLES, mode="nearest") * _NEAR_SAMPLES
    own = uniform_filter1d(power, _OWN_SAMPLES, mode="nearest") * _OWN_SAMPLES
    beside = np.maximum(near - own, 0) / (_NEAR_SAMPLES - _OWN_SAMPLES) + _INAUDIBLE**2
    return float(np.sqrt((power / beside).max()))
