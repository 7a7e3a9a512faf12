"""A speech server as a voice: any that speaks OpenAI's ``POST /v1/audio/speech``.

Such servers give sound without times, so its words and phones are aligned to the text that was asked for. The
models for that are English: in other languages the times are the nearest that English sounds give.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.speech.arpabet import choose_pronounce
from renderer.speech.known_text import KnownText, align_known_text
from renderer.speech.recognition import recognise_phones
from renderer.speech.speech import Phone
from renderer.speech.text_mismatch import TextMismatch
from renderer.speech.utterance import NO_IPA, Utterance
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.recorded_sound import read_recorded_sound
from renderer.voices.speech_places import take_place
from renderer.voices.speech_request import request_speech
from renderer.voices.speech_server import SpeechServer, read_speech_server
from renderer.words.script_words import ScriptWord

Samples = npt.NDArray[np.float32]

_PCM_RATE_HZ = 24_000  # of the API's raw samples, 16 bits each
_LONGEST_S = 600.0
_INAUDIBLE = 1e-3  # -60 dB of full scale
_EXTRA_SHARE = 1 / 3  # of an answer's length that says none of the words


@dataclass(frozen=True)
class HttpVoice:
    """One voice of a speech server."""

    server: SpeechServer
    voice: str

    @property
    def language(self) -> str:
        return self.server.language

    def say(self, words: Sequence[str], rate: float, ipa: Mapping[int, str] = NO_IPA) -> Utterance:
        if ipa:
            raise RenderError(
                f"The speech server {self.server.place} cannot be told sounds: “{words[min(ipa)]}” has some "
                "in IPA. Respell the word with letters, or choose a voice that reads IPA."
            )
        text = " ".join(word for word in words if word)
        with take_place(self.server):
            answer = request_speech(self.server, text, self.voice, rate)
        samples, rate_hz = _decode_answer(answer, self.server)
        phones, word_of = _time_phones(samples, rate_hz, words, self.server)
        return Utterance(samples, rate_hz, phones, word_of)


def load_http(voice: str) -> HttpVoice:
    """The voice named, or the one of the settings for "". Raises RenderError where no server is set."""
    server = read_speech_server()
    return HttpVoice(server, voice or server.voice)


def describe_server() -> dict[str, str]:
    """What decides how a voice of the server sounds beside its name: part of a line's cache key.

    Raises RenderError where no server is set.
    """
    server = read_speech_server()
    return {
        "url": server.url,
        "model": server.model,
        "voice": server.voice,
        "format": server.sound,
        "language": server.language,
    }


def _decode_answer(answer: bytes, server: SpeechServer) -> tuple[Samples, int]:
    if server.sound == "pcm":
        whole = np.frombuffer(answer[: len(answer) // 2 * 2], "<i2")
        samples, rate_hz = (whole / 32_768).astype(np.float32), _PCM_RATE_HZ
    else:
        samples, rate_hz = _decode_file(answer, server), SOUND_RATE_HZ
    if not np.any(np.abs(samples) > _INAUDIBLE):
        raise RenderError(
            f"The speech server {server.place} sent silence. Check its log, and the voice.", permanent=False
        )
    return samples, rate_hz


def _decode_file(answer: bytes, server: SpeechServer) -> Samples:
    with tempfile.TemporaryDirectory(prefix="byname-speech-") as folder:
        file = Path(folder) / f"answer.{server.sound}"
        try:
            file.write_bytes(answer)
        except OSError as error:
            raise RenderError(
                f"The sound of the speech server could not be stored ({error.strerror}). Free some space, "
                "then try again.",
                permanent=False,
            ) from error
        try:
            sound = read_recorded_sound(file, most_s=_LONGEST_S)
        except RenderError:
            sound = None
    if sound is None:
        raise RenderError(
            f"What the speech server {server.place} sent is no sound of at most {_LONGEST_S:.0f} s that can "
            f"be read. Check that it can make {server.sound}, or set SPEECH_SERVER_FORMAT to another format."
        )
    return sound.samples


def _time_phones(
    samples: Samples, rate_hz: int, words: Sequence[str], server: SpeechServer
) -> tuple[tuple[Phone, ...], tuple[int | None, ...]]:
    """The phones of an answer and their words. An English answer has to say the text."""
    is_english = server.language.partition("-")[0] == "en"
    known = _align(samples, rate_hz, words, server)
    if known is None and not is_english:
        phones = recognise_phones(samples, rate_hz)
        return phones, _share_phones(phones, words)
    if known is None or (is_english and _says_another_text(known, len(samples) / rate_hz)):
        raise RenderError(
            f"The speech server {server.place} did not say “{' '.join(filter(None, words))}”. Try again, or "
            "choose another voice or model; SPEECH_SERVER_LANGUAGE has to be the language of its voices.",
            permanent=False,
        )
    return known.phones, known.word_of


def _align(samples: Samples, rate_hz: int, words: Sequence[str], server: SpeechServer) -> KnownText | None:
    script_words = [ScriptWord(word, word) for word in words]
    try:
        return align_known_text(samples, rate_hz, script_words, choose_pronounce(server.language))
    except TextMismatch:
        return None


def _says_another_text(known: KnownText, length_s: float) -> bool:
    """Servers read numbers and names in their own ways, so single words are no reason, not even in a short
    line: most words have to be others."""
    unheard = sum(confidence < 0.5 for confidence in known.confidences)
    return unheard > len(known.confidences) / 2 or known.extra_s > _EXTRA_SHARE * length_s


def _share_phones(phones: Sequence[Phone], words: Sequence[str]) -> tuple[int | None, ...]:
    """The word of each phone where nothing tells it: words share the phones by their letters."""
    ends = np.cumsum([len(word) for word in words])
    count = sum(1 for phone in phones if phone.symbol)
    at = iter(np.searchsorted(ends, (np.arange(count) + 0.5) / max(count, 1) * ends[-1], side="right"))
    return tuple(int(next(at)) if phone.symbol else None for phone in phones)
