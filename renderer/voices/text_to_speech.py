"""Text → Speech, by the voice that the settings name.

Engines differ in how they make sound; what follows is the same for all: words matched to phones, silence
trimmed at both ends, 48 kHz, -16 LUFS. The same text and settings always give the same samples.
"""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from renderer.config import VoiceConfig
from renderer.speech.alignment import time_words
from renderer.speech.loudness import normalise
from renderer.speech.speech import Speech
from renderer.speech.trimming import trim_silence
from renderer.speech.utterance import refuse_ipa
from renderer.timeline import SOUND_RATE_HZ
from renderer.voices.registry import load_voice
from renderer.words.pronunciations import Pronunciations
from renderer.words.script_words import build_unspeakable_error, parse_script_words

log = logging.getLogger(__name__)


def speak(text: str, config: VoiceConfig, known: Pronunciations = ()) -> Speech:
    """One line as sound with phone and word times.

    Raises RenderError, naming the text, when the voice cannot say it, and when the voice is missing.
    """
    voice = load_voice(config)
    words = parse_script_words(text, voice.language, config.locale, known)
    refuse_ipa(voice, {word.written: word.ipa for word in words if word.ipa})
    ipa = {at: word.ipa for at, word in enumerate(words) if word.ipa}
    utterance = trim_silence(voice.say([word.spoken for word in words], config.rate, ipa))
    if not any(phone.symbol for phone in utterance.phones):
        raise build_unspeakable_error(text)
    sound = normalise(resample(utterance.samples, utterance.rate_hz), SOUND_RATE_HZ)
    log.debug("spoke %d words in %.2f s", len(words), len(sound) / SOUND_RATE_HZ)
    return Speech(
        samples=sound,
        phones=tuple(utterance.phones),
        words=time_words([word.written for word in words], utterance.phones, utterance.word_of),
    )


def resample(samples: npt.NDArray[np.float32], rate_hz: int) -> npt.NDArray[np.float32]:
    """Mono samples [n] at 48 kHz."""
    if rate_hz == SOUND_RATE_HZ or not len(samples):
        return samples.astype(np.float32)
    shared = int(np.gcd(rate_hz, SOUND_RATE_HZ))
    return resample_poly(samples, SOUND_RATE_HZ // shared, rate_hz // shared).astype(np.float32)
