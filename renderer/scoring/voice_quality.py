"""What a voice is worth, measured on lines that it says: pace, pitch, quality, being understood."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from statistics import median

import numpy as np
import numpy.typing as npt
import onnxruntime
from scipy.signal import resample_poly

from renderer.config import VoiceConfig
from renderer.speech.phone_errors import count_edits, spell_plainly
from renderer.speech.pitch import measure_pitch_hz
from renderer.speech.recognition import recognise_phones
from renderer.speech.speech import Speech
from renderer.voices.text_to_speech import speak

Floats = npt.NDArray[np.float32]

# Every sound of English, questions, lists and names; none of it was heard by a fit.
LINES = (
    "Hello Anna, thank you for being with us these five years.",
    "Your new adviser Michael will call you on Thursday, just before lunch.",
    "Which of these three courses would you choose to begin with?",
    "We measured the pleasure of both groups, and the younger one enjoyed the voyage.",
    "Please check the shipping address, pay the charge, and join us in July.",
    "Good morning George, the weather should be warm and bright all week.",
)
_MOS_RATE_HZ, _MOS_S = 16_000, 9.01
# The polynomials by which DNSMOS turns its network's answer into a mean opinion score (P.835, overall).
_OVERALL = (-0.06766283, 1.11546468, 0.04602535)


@dataclass(frozen=True)
class VoiceMeasures:
    """``speed`` is the time to speak ÷ the time that it lasts, on one core; ``pitch_hz`` a median; ``heard``
    the share of phones that pocketsphinx hears as they were said, less what it hears besides; ``mos`` the
    overall mean opinion score of DNSMOS, 1 to 5, 0 where the package `speechmos` is missing."""

    speed: float
    pitch_hz: float
    heard: float
    mos: float


def measure_voice(config: VoiceConfig, lines: Sequence[str] = LINES) -> VoiceMeasures:
    """Speaks the lines and measures them. Raises RenderError when the voice cannot be had."""
    speak(lines[0], config)  # loads what is loaded once
    began_s = time.process_time()
    said = [speak(line, config) for line in lines]
    spent_s = time.process_time() - began_s
    return VoiceMeasures(
        speed=spent_s / sum(one.duration_s for one in said),
        pitch_hz=median(measure_pitch_hz(one.samples, one.rate_hz) for one in said),
        heard=measure_heard(said),
        mos=measure_mos(np.concatenate([one.samples for one in said]), said[0].rate_hz),
    )


def measure_heard(said: Sequence[Speech]) -> float:
    """1 less the phone error rate of pocketsphinx over some lines."""
    wrong = total = 0
    for one in said:
        spoken = spell_plainly(phone.symbol for phone in one.phones)
        heard = spell_plainly(phone.symbol for phone in recognise_phones(one.samples, one.rate_hz))
        wrong += count_edits(spoken, heard)
        total += len(spoken)
    return 1 - wrong / max(total, 1)


def measure_mos(samples: Floats, rate_hz: int) -> float:
    """DNSMOS P.835, overall, of mono samples [n]: the mean over pieces of nine seconds."""
    network = _load_mos()
    if network is None:
        return 0.0
    shared = int(np.gcd(rate_hz, _MOS_RATE_HZ))
    sound = resample_poly(samples, _MOS_RATE_HZ // shared, rate_hz // shared).astype(np.float32)
    length = int(_MOS_S * _MOS_RATE_HZ)
    sound = np.clip(np.tile(sound, -(-length // len(sound))) if len(sound) < length else sound, -1, 1)
    starts = range(0, len(sound) - length + 1, _MOS_RATE_HZ)
    raw = [float(network.run(None, {"input_1": sound[None, at : at + length]})[0][0][2]) for at in starts]
    return float(np.mean(np.polyval(_OVERALL, raw)))


@lru_cache(maxsize=1)
def _load_mos() -> onnxruntime.InferenceSession | None:
    try:
        model = files("speechmos") / "dnsmos_models" / "sig_bak_ovr.onnx"
    except ModuleNotFoundError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])
