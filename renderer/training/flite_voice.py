"""Training voices built from recordings of people: Flite, a program of its own, which prints its segments.

Flite's licence is BSD-like and so is that of its voices; Debian and Ubuntu have it as the package ``flite``.
It speaks only while the viseme denoiser is trained: nothing of it is shipped.
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from renderer.errors import RenderError
from renderer.speech.phone_decoder import IPA_OF
from renderer.speech.phones import join_silence, spread_phones
from renderer.speech.speech import Phone
from renderer.speech.utterance import NO_IPA, Utterance

# Three people of the CMU ARCTIC recordings, and diphones of a fourth.
FLITE_VOICES = ("slt", "rms", "awb", "kal16")
_PROGRAM = "flite"
_TIMEOUT_S = 60.0
# Flite writes ARPAbet in lower case, the weakest vowel apart, and "pau" for a pause.
_OWN_IPA = {"ax": "ə", "pau": "", "ssil": "", "brth": ""}
_UNSTRESSED = frozenset({"ax"})


@dataclass(frozen=True)
class FliteSpeaker:
    """One of `FLITE_VOICES`, speaking about ``pitch_hz`` high; None is the voice's own pitch."""

    voice: str
    pitch_hz: float | None = None

    @property
    def language(self) -> str:
        return "en-us"

    def say(self, words: Sequence[str], rate: float, ipa: Mapping[int, str] = NO_IPA) -> Utterance:
        """Speak plain words as one line; ``rate`` 1 is the voice's own pace, 2 twice as fast.

        Phones belong to no word. Raises RenderError when Flite is missing or fails.
        """
        text = " ".join(word for word in words if word)
        with tempfile.TemporaryDirectory(prefix="byname-flite-") as folder:
            sound = Path(folder) / "sound.wav"
            printed = _run_flite(
                text, [*self._build_options(), "--setf", f"duration_stretch={1 / rate:.3f}"], sound
            )
            with wave.open(str(sound), "rb") as file:
                rate_hz, whole = file.getframerate(), file.readframes(file.getnframes())
        samples = np.asarray(np.frombuffer(whole, np.int16).astype(np.float32) / 32_768, np.float32)
        phones = parse_printed_phones(printed)
        return Utterance(samples, rate_hz, phones, (None,) * len(phones))

    def _build_options(self) -> list[str]:
        pitch = [] if self.pitch_hz is None else ["--setf", f"int_f0_target_mean={self.pitch_hz:.1f}"]
        return ["-voice", self.voice, *pitch]


def parse_printed_phones(printed: str) -> tuple[Phone, ...]:
    """What ``flite -psdur`` prints, such as "pau:0.2 m:0.3 ay:0.45" (segments with their ends in seconds).

    Raises RenderError for anything else, or for a segment that has no known sound.
    """
    phones: list[Phone] = []
    now_s = 0.0
    for segment in printed.split():
        name, _, end = segment.rpartition(":")
        try:
            symbols, end_s = _OWN_IPA[name] if name in _OWN_IPA else IPA_OF[name.upper()], float(end)
        except (KeyError, ValueError):
            raise RenderError(
                f"Flite printed “{segment}”, which is no known sound with its end. Use version 2.2 of Flite."
            ) from None
        phones += spread_phones(list(symbols) or [""], now_s, end_s, stress=name not in _UNSTRESSED)
        now_s = end_s
    return join_silence(phones)


def _run_flite(text: str, options: Sequence[str], sound: Path) -> str:
    """What Flite prints of one line; the sound is left in a file."""
    command = [_PROGRAM, *options, "-psdur", "-t", text, "-o", str(sound)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except FileNotFoundError as error:
        raise RenderError(
            "The program flite is not installed. Install the package flite of your system, or train with "
            "--voices espeak."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"Flite did not finish “{text}” in {_TIMEOUT_S:.0f} s.", permanent=False) from error
    if done.returncode or not sound.is_file():
        raise RenderError(f"Flite failed on “{text}”: {done.stderr.strip()[-400:]}", permanent=False)
    return done.stdout
