"""pyttsx3 speaking through eSpeak NG: small, fast, many languages, plainly a machine.

The library and its data come from the wheel ``espeakng-loader``; no system package is needed. The sound
is what pyttsx3's driver saves; phones and words are eSpeak's own events of that same synthesis.
"""

from __future__ import annotations

import bisect
import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.speech.phones import parse_phones, parse_stress, spread_phones
from renderer.speech.speech import Phone
from renderer.speech.utterance import NO_IPA, Utterance

DEFAULT_VOICE = "en-us"
# eSpeak NG lists British English as plain "en", and knows no "en-gb" by that name.
_LISTED_AS = {"en-gb": "gmw/en"}
_WORDS_PER_MINUTE = 165
_RANGE_WPM = (80, 450)
_TIMEOUT_S = 120.0
_WORD = 1


@dataclass(frozen=True)
class EspeakSpeaker:
    """An eSpeak NG voice by name, such as "en-gb", "de" or "fr"."""

    voice: str = DEFAULT_VOICE
    reads_ipa: ClassVar[bool] = False

    @property
    def language(self) -> str:
        # Ids may be paths ("gmw/en-US") and carry a variant ("en-us+f3").
        return self.voice.rpartition("/")[2].partition("+")[0].lower()

    def say(self, words: Sequence[str], rate: float, ipa: Mapping[int, str] = NO_IPA) -> Utterance:
        text = " ".join(word for word in words if word)
        try:
            with tempfile.TemporaryDirectory(prefix="byname-espeak-") as folder:
                events = _run_espeak(text, self.voice, rate, Path(folder))
                samples, rate_hz = _read_wave(Path(folder) / "sound.wav")
        except OSError as error:
            raise RenderError(
                f"The sound of “{text}” could not be written to a temporary folder ({error.strerror}). "
                "Free some space, then try again.",
                permanent=False,
            ) from error
        phones, word_of = _build_phones(events, len(samples), rate_hz, _find_word_starts(words))
        return Utterance(samples, rate_hz, phones, word_of)


def load_espeak(voice: str) -> EspeakSpeaker:
    """The voice named, or "en-us" for ""."""
    return EspeakSpeaker(voice or DEFAULT_VOICE)


def _run_espeak(text: str, voice: str, rate: float, folder: Path) -> list[list[Any]]:
    """eSpeak's events of one line; the sound is left in ``folder``/sound.wav."""
    words_per_minute = int(np.clip(round(_WORDS_PER_MINUTE * rate), *_RANGE_WPM))
    name, plus, variant = voice.partition("+")
    listed = _LISTED_AS.get(name.lower(), name) + plus + variant
    request = {"text": text, "voice": listed, "words_per_minute": words_per_minute}
    request |= {"sound": str(folder / "sound.wav"), "events": str(folder / "events.json")}
    asked = folder / "request.json"
    asked.write_text(json.dumps(request), encoding="utf-8")
    # -P keeps this folder, whose modules have plain names, out of the child's import path.
    command = [sys.executable, "-P", str(Path(__file__).with_name("espeak_process.py")), str(asked)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise RenderError(
            f"eSpeak did not finish “{text}” in {_TIMEOUT_S:.0f} s.", permanent=False
        ) from error
    if done.returncode:
        raise RenderError(f"eSpeak failed on “{text}”: {done.stderr.strip()[-400:]}", permanent=False)
    answer = json.loads((folder / "events.json").read_text(encoding="utf-8"))
    if answer["problems"]:
        raise RenderError(
            f"pyttsx3 has no voice called “{voice}”. Give an eSpeak NG voice such as en-us, en-gb, de or fr."
        )
    events: list[list[Any]] = answer["events"]
    return events


def _read_wave(path: Path) -> tuple[npt.NDArray[np.float32], int]:
    if not path.is_file():
        return np.zeros(0, np.float32), 22_050
    with wave.open(str(path), "rb") as file:
        whole = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return np.asarray(whole.astype(np.float32) / 32_768, np.float32), file.getframerate()


def _find_word_starts(words: Sequence[str]) -> list[tuple[int, int]]:
    """(first character, counted from 1, in the spoken text; word index) of each word that is spoken."""
    spoken = [(index, word) for index, word in enumerate(words) if word]
    ends = accumulate(len(word) + 1 for _, word in spoken)
    return [(end - len(word), index) for end, (index, word) in zip(ends, spoken, strict=True)]


def _build_phones(
    events: list[list[Any]], samples: int, rate_hz: int, starts: list[tuple[int, int]]
) -> tuple[tuple[Phone, ...], tuple[int | None, ...]]:
    """Each phoneme lasts until the next; a phoneme without a symbol is a pause."""
    phones: list[Phone] = []
    word_of: list[int | None] = []
    current = starts[0][1] if starts else 0
    ends = [*[event[2] for event in events if event[0] != _WORD][1:], samples]
    sounds = iter(ends)
    for kind, position, sample, symbol in events:
        if kind == _WORD:
            # eSpeak may point into a number's middle, and never before an earlier word.
            at = bisect.bisect_right(starts, (position, len(starts) + position)) - 1
            current = max(current, starts[max(at, 0)][1])
            continue
        begin_s, end_s = sample / rate_hz, next(sounds) / rate_hz
        symbols = parse_phones(symbol)
        own = spread_phones(symbols or [""], begin_s, max(end_s, begin_s), parse_stress(symbol))
        phones.extend(own)
        word_of.extend([current if symbols else None] * len(own))
    return tuple(phones), tuple(word_of)
