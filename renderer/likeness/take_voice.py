"""The voice of a take: what a fit aims at, and whether the take's sound can be fitted to at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from renderer.errors import RenderError
from renderer.likeness.heard import measure_pace
from renderer.likeness.speaker import RATE_HZ, cut_silence, embed_voice, resample
from renderer.speech.pitch import track_pitch
from renderer.speech.recognition import recognise_phones
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.decode import read_sound

Floats = npt.NDArray[np.float32]

SPEECH_LEAST_S = 4.0
# Parts of this length, sorted into the two groups that differ most: where one person speaks the groups have a
# cosine of 0.84 and more, where two do 0.74 and less (four filmed clips, and pairs of them).
_PART_S, _ONE_VOICE, _PARTS_LEAST, _ROUNDS = 2.0, 0.79, 2, 10
_VOICED_LEAST = 0.15
# Music shows between the words. A quiet frame lies that far under speech; of its power, more than that share
# lies in narrow peaks where music plays, and a tenth of it where a room only sounds.
_QUIET_DB, _QUIET_LEAST, _FAINT_DB, _TONAL_MOST = 14.0, 0.03, 45.0, 0.4
_SPECTRUM, _PEAK, _NEIGHBOURS = 2048, 6.0, 31


@dataclass(frozen=True, eq=False)
class TakeVoice:
    """``speaker`` [256] of length 1; the median pitch and its spread in octaves; phones in a second."""

    speaker: Floats
    pitch_hz: float
    spread: float
    pace: float


def hear_take(path: Path) -> TakeVoice:
    """Raises RenderError, permanent, when nobody speaks, or more than one, or with music."""
    samples = read_sound(path)
    if samples is None:
        raise _refuse(path, "has no sound")
    return hear_voice(np.asarray(samples, np.float32), SOUND_RATE_HZ, path)


def hear_voice(samples: Floats, rate_hz: int, path: Path) -> TakeVoice:
    """As `hear_take`, of mono sound [n] that was read from ``path``."""
    sound = resample(samples, rate_hz)
    speech = cut_silence(sound)
    curve = track_pitch(sound, RATE_HZ)
    voiced = curve[curve > 0]
    speech_s = len(speech) / RATE_HZ
    if speech_s < SPEECH_LEAST_S or len(voiced) < _VOICED_LEAST * speech_s * 100:
        raise _refuse(
            path, f"has too little speech: {min(speech_s, len(voiced) / 60):.1f} s of it were found"
        )
    if _find_music(sound):
        raise _refuse(path, "has music or a tone under the voice: it sounds on between the words")
    if _find_other_voice(speech):
        raise _refuse(path, "has more than one voice: parts of it sound like somebody else")
    pace = measure_pace(recognise_phones(sound, RATE_HZ))
    return TakeVoice(embed_voice(sound, RATE_HZ), float(np.median(voiced)), measure_spread(curve), pace)


def measure_spread(curve: Floats) -> float:
    """How lively: the middle 50 % of the voiced values of a pitch curve, in octaves."""
    low, high = np.percentile(np.log2(curve[curve > 0]), (25, 75))
    return float(high - low)


def _find_music(sound: Floats) -> bool:
    """Whether the level hardly ever falls under that of speech, or tones are left where it does."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, _SPECTRUM)[:: _SPECTRUM // 4]
    power = np.abs(np.fft.rfft(frames * np.hanning(_SPECTRUM)))[:, 20:512] ** 2  # 0.15 to 4 kHz
    level_db = 10 * np.log10(power.mean(1) + 1e-10)
    loud_db = np.percentile(level_db, 90)
    quiet = level_db < loud_db - _QUIET_DB
    if quiet.mean() < _QUIET_LEAST:
        return True
    lowest = level_db <= np.percentile(level_db, 10)
    if np.median(level_db[lowest]) < loud_db - _FAINT_DB:
        return False
    around = median_filter(power[lowest], (1, _NEIGHBOURS), mode="nearest")
    peaks = np.where(power[lowest] > _PEAK * around, power[lowest], 0)
    return bool(np.median(peaks.sum(1) / power[lowest].sum(1)) > _TONAL_MOST)


def _find_other_voice(speech: Floats) -> bool:
    """Whether the parts of a speech fall into two groups that are different voices."""
    size = int(_PART_S * RATE_HZ)
    starts = range(0, len(speech) - size + 1, size)
    parts = np.stack([embed_voice(speech[at : at + size], RATE_HZ) for at in starts])
    first, second = np.unravel_index(np.argmin(parts @ parts.T), (len(parts), len(parts)))
    centres = parts[[first, second]]
    for _ in range(_ROUNDS):
        nearer = np.argmax(parts @ centres.T, 1)
        if min(np.bincount(nearer, minlength=2)) < _PARTS_LEAST:
            return False
        means = [parts[nearer == group].mean(0) for group in (0, 1)]
        centres = np.stack([mean / np.linalg.norm(mean) for mean in means])
    return bool(centres[0] @ centres[1] < _ONE_VOICE)


def _refuse(path: Path, why: str) -> RenderError:
    return RenderError(
        f"{path.name} {why}, so no voice can be fitted to it. Film a take in which the presenter alone "
        "speaks for at least ten seconds, without music; until then a stock voice speaks.",
        permanent=True,
    )
