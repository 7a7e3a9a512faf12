"""pocketsphinx as the engine uses it: sound in, its en-us models, and ARPAbet as IPA.

A decoder that was used keeps what it heard and hears the next sound differently, so each is used once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder, get_model_path
from scipy.ndimage import binary_closing, binary_opening
from scipy.signal import resample_poly

Samples = npt.NDArray[np.float32]

RATE_HZ = 16_000
FRAME_S = 0.010
# A decoder frame is named by its start, but it describes the middle of a 25.6 ms window.
WINDOW_MIDDLE_S = 0.0128
MODELS = Path(get_model_path()) / "en-us"
# Silence: within 8 dB of the floor, 42 dB under the loudest parts, or nothing at all.
_FLOOR_DB, _PEAK_DB, _NOTHING_DB = 8.0, -42.0, -65.0
_SHORTEST_PAUSE_FRAMES, _SHORTEST_SOUND_FRAMES = 8, 3
IPA_OF = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d",
    "DH": "ð", "EH": "ɛ", "ER": "ɚ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i",
    "JH": "dʒ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p",
    "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w",
    "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip


def resample_to_16k(samples: Samples, rate_hz: int) -> Samples:
    """Mono samples [n] at the decoder's rate, their highest peak at 0.7."""
    shared = int(np.gcd(rate_hz, RATE_HZ))
    sound = resample_poly(samples.astype(np.float32), RATE_HZ // shared, rate_hz // shared)
    return (sound / max(float(np.abs(sound).max(initial=0.0)), 1e-6) * 0.7).astype(np.float32)


def create_decoder(**settings: str | float | None) -> Decoder:
    """A new decoder; the values of ``dict``, ``lm`` and ``allphone`` are names of the wheel's files."""
    files = {
        name: str(MODELS / value) if isinstance(value, str) else value for name, value in settings.items()
    }
    return Decoder(hmm=str(MODELS / "en-us"), cmn="batch", loglevel="FATAL", **files)


def run_decoder(decoder: Decoder, sound: Samples) -> None:
    """Let it hear samples [n] at 16 kHz as one utterance."""
    decoder.start_utt()
    decoder.process_raw((sound * 32_767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()


def measure_levels_db(sound: Samples) -> npt.NDArray[np.float64]:
    """The level of each 10 ms [frames] of samples at 16 kHz, in dB of full scale."""
    step = int(FRAME_S * RATE_HZ)
    whole = np.pad(sound, (0, -len(sound) % step)).reshape(-1, step).astype(np.float64)  # [frames, step]
    return np.asarray(10 * np.log10((whole**2).mean(axis=1) + 1e-10))


def find_quiet_frames(sound: Samples) -> npt.NDArray[np.bool_]:
    """Whether each 10 ms [frames] of samples at 16 kHz is silence; blips and dips too short to be either are
    ignored."""
    level_db = measure_levels_db(sound)
    loud_db, floor_db = np.percentile(level_db, 99.5), np.percentile(level_db, 5)
    # A floor well under speech is noise; without pauses the lowest tenth is speech itself.
    limit_db = max(loud_db + _PEAK_DB, min(floor_db + _FLOOR_DB, loud_db - 28.0), _NOTHING_DB)
    quiet = np.pad(level_db < limit_db, 50, mode="edge")
    quiet = binary_opening(quiet, np.ones(_SHORTEST_PAUSE_FRAMES))
    return binary_closing(quiet, np.ones(_SHORTEST_SOUND_FRAMES))[50:-50].astype(bool)
