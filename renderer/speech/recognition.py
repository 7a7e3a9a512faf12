"""Recorded sound → phones with times, by pocketsphinx and the sound's energy.

pocketsphinx first recognises words with the en-us models that its wheel carries, then aligns their phones:
on natural speech that puts about two thirds of all 10 ms frames in the right mouth shape, where decoding
phones without words reaches about half (measured on synthetic speech with known phones). The recognised
words themselves are too often wrong to show, so they are dropped. Sound in which no word is recognised is
decoded as phones.

Its ARPAbet symbols map to IPA one to one, except that diphthongs and affricates become two phones that
share the time ("EY" → e ɪ, "CH" → t ʃ). Noise, breath and silence are "". Where the sound's energy is near
its floor the phone is "" whatever the decoder thought. The models are English: speech in another language
gets the nearest English phones, which keeps openings and closures but not every sound.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder, get_model_path
from scipy.ndimage import binary_closing, binary_opening
from scipy.signal import resample_poly

from renderer.errors import RenderError
from renderer.speech.loudness import normalise
from renderer.speech.phones import join_silence, spread_phones
from renderer.speech.speech import Phone, Speech
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.decode import read_sound

Samples = npt.NDArray[np.float32]

_RATE_HZ = 16_000
_FRAME_S = 0.010
_INAUDIBLE = 1e-4
# A decoder frame is named by its start, but it describes the middle of a 25.6 ms window.
_WINDOW_MIDDLE_S = 0.0128
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


def load_recording(path: Path) -> Speech:
    """The sound of an audio or video file at 48 kHz and -16 LUFS, with its phones; it has no words.

    Nothing is cut, so times count from the first picture of a video, or from the start of a sound file.
    Raises RenderError when the file is missing, cannot be read, has no sound, or is silent.
    """
    samples = normalise(_read_audible_sound(path), SOUND_RATE_HZ)
    return Speech(samples=samples, phones=recognise_phones(samples, SOUND_RATE_HZ), words=())


def recognise_phones(samples: Samples, rate_hz: int) -> tuple[Phone, ...]:
    """Phones of mono samples [n], from 0 to their end without a gap; silence is ""."""
    length_s = len(samples) / rate_hz
    if not length_s:
        return ()
    sound = _resample_to_16k(samples, rate_hz)
    quiet = _find_quiet_frames(sound)
    phones = [phone for phone in _decode_phones(sound) if phone.start_s < length_s]
    return _insert_silence(phones, quiet, length_s)


def _read_audible_sound(path: Path) -> Samples:
    samples = read_sound(path)
    if samples is None:
        raise RenderError(f"{path} has no sound track. Choose a recording in which somebody speaks.")
    if not np.any(np.abs(samples) > _INAUDIBLE):
        raise RenderError(f"{path} is silent. Choose a recording in which somebody speaks.")
    return samples


def _resample_to_16k(samples: Samples, rate_hz: int) -> Samples:
    shared = int(np.gcd(rate_hz, _RATE_HZ))
    sound = resample_poly(samples.astype(np.float32), _RATE_HZ // shared, rate_hz // shared)
    return (sound / max(float(np.abs(sound).max()), 1e-6) * 0.7).astype(np.float32)


def _decode_phones(sound: Samples) -> list[Phone]:
    pcm = (sound * 32_767).astype(np.int16).tobytes()
    return _align_words(pcm) or _decode_without_words(pcm)


def _align_words(pcm: bytes) -> list[Phone]:
    """Phones of the recognised words, [] when none was recognised."""
    # 3,000 states per frame give the same phones as the default 30,000, in three quarters of the time.
    decoder = _create_decoder(lm="en-us.lm.bin", dict="cmudict-en-us.dict", maxhmmpf=3000)
    _run_decoder(decoder, pcm)
    if decoder.hyp() is None or not decoder.hyp().hypstr:
        return []
    decoder.set_alignment()
    _run_decoder(decoder, pcm)
    alignment = decoder.get_alignment() or ()
    return _build_phones((phone.name, phone.start, phone.duration) for word in alignment for phone in word)


def _decode_without_words(pcm: bytes) -> list[Phone]:
    decoder = _create_decoder(allphone="en-us-phone.lm.bin", lw=2.0)
    _run_decoder(decoder, pcm)
    found = decoder.seg() or ()
    return _build_phones((one.word, one.start_frame, one.end_frame + 1 - one.start_frame) for one in found)


def _create_decoder(**settings: str | float) -> Decoder:
    """A new decoder each time: a used one keeps what it decoded, and decodes the next sound differently."""
    folder = Path(get_model_path()) / "en-us"
    files = {
        name: str(folder / value) if isinstance(value, str) else value for name, value in settings.items()
    }
    return Decoder(hmm=str(folder / "en-us"), cmn="batch", loglevel="FATAL", **files)


def _run_decoder(decoder: Decoder, pcm: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()


def _build_phones(segments: Iterable[tuple[str, int, int]]) -> list[Phone]:
    """From (ARPAbet, first frame, number of frames)."""
    phones: list[Phone] = []
    for name, start, duration in segments:
        start_s = start * _FRAME_S + _WINDOW_MIDDLE_S
        phones.extend(
            spread_phones(list(IPA_OF.get(name, "")) or [""], start_s, start_s + duration * _FRAME_S)
        )
    return phones


def _find_quiet_frames(sound: Samples) -> npt.NDArray[np.bool_]:
    """Whether each 10 ms [frames] is silence; blips and dips too short to be either are ignored."""
    step = int(_FRAME_S * _RATE_HZ)
    whole = np.pad(sound, (0, -len(sound) % step)).reshape(-1, step).astype(np.float64)  # [frames, step]
    level_db = 10 * np.log10((whole**2).mean(axis=1) + 1e-10)
    loud_db, floor_db = np.percentile(level_db, 99.5), np.percentile(level_db, 5)
    # A floor well under speech is noise; without pauses the lowest tenth is speech itself.
    limit_db = max(loud_db + _PEAK_DB, min(floor_db + _FLOOR_DB, loud_db - 28.0), _NOTHING_DB)
    quiet = np.pad(level_db < limit_db, 50, mode="edge")
    quiet = binary_opening(quiet, np.ones(_SHORTEST_PAUSE_FRAMES))
    return binary_closing(quiet, np.ones(_SHORTEST_SOUND_FRAMES))[50:-50].astype(bool)


def _insert_silence(phones: list[Phone], quiet: npt.NDArray[np.bool_], length_s: float) -> tuple[Phone, ...]:
    """One symbol per 10 ms with silence put in, joined to phones again."""
    owner = np.full(len(quiet), -1)
    for index, phone in enumerate(phones):
        owner[round(phone.start_s / _FRAME_S) : round(phone.end_s / _FRAME_S)] = index if phone.symbol else -1
    owner[quiet] = -1
    edges = np.flatnonzero(np.diff(owner)) + 1
    bounds = [0, *edges.tolist(), len(owner)]
    out = []
    for start, end in pairwise(bounds):
        symbol = phones[owner[start]].symbol if owner[start] >= 0 else ""
        out.append(Phone(symbol, start * _FRAME_S, min(end * _FRAME_S, length_s)))
    return join_silence(out)
