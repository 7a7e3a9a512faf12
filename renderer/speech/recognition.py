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

from renderer.errors import RenderError
from renderer.speech.loudness import normalise
from renderer.speech.phone_decoder import (
    FRAME_S,
    IPA_OF,
    WINDOW_MIDDLE_S,
    create_decoder,
    find_quiet_frames,
    resample_to_16k,
    run_decoder,
)
from renderer.speech.phones import join_silence, spread_phones
from renderer.speech.speech import Phone, Speech
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.decode import read_sound

Samples = npt.NDArray[np.float32]

_INAUDIBLE = 1e-4


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
    sound = resample_to_16k(samples, rate_hz)
    quiet = find_quiet_frames(sound)
    phones = [phone for phone in _decode_phones(sound) if phone.start_s < length_s]
    return _insert_silence(phones, quiet, length_s)


def _read_audible_sound(path: Path) -> Samples:
    samples = read_sound(path)
    if samples is None:
        raise RenderError(f"{path} has no sound track. Choose a recording in which somebody speaks.")
    if not np.any(np.abs(samples) > _INAUDIBLE):
        raise RenderError(f"{path} is silent. Choose a recording in which somebody speaks.")
    return samples


def _decode_phones(sound: Samples) -> list[Phone]:
    return _align_words(sound) or _decode_without_words(sound)


def _align_words(sound: Samples) -> list[Phone]:
    """Phones of the recognised words, [] when none was recognised."""
    # 3,000 states per frame give the same phones as the default 30,000, in three quarters of the time.
    decoder = create_decoder(lm="en-us.lm.bin", dict="cmudict-en-us.dict", maxhmmpf=3000)
    run_decoder(decoder, sound)
    if decoder.hyp() is None or not decoder.hyp().hypstr:
        return []
    decoder.set_alignment()
    run_decoder(decoder, sound)
    alignment = decoder.get_alignment() or ()
    return _build_phones((phone.name, phone.start, phone.duration) for word in alignment for phone in word)


def _decode_without_words(sound: Samples) -> list[Phone]:
    decoder = create_decoder(allphone="en-us-phone.lm.bin", lw=2.0)
    run_decoder(decoder, sound)
    found = decoder.seg() or ()
    return _build_phones((one.word, one.start_frame, one.end_frame + 1 - one.start_frame) for one in found)


def _build_phones(segments: Iterable[tuple[str, int, int]]) -> list[Phone]:
    """From (ARPAbet, first frame, number of frames)."""
    phones: list[Phone] = []
    for name, start, duration in segments:
        start_s = start * FRAME_S + WINDOW_MIDDLE_S
        phones.extend(
            spread_phones(list(IPA_OF.get(name, "")) or [""], start_s, start_s + duration * FRAME_S)
        )
    return phones


def _insert_silence(phones: list[Phone], quiet: npt.NDArray[np.bool_], length_s: float) -> tuple[Phone, ...]:
    """One symbol per 10 ms with silence put in, joined to phones again."""
    owner = np.full(len(quiet), -1)
    for index, phone in enumerate(phones):
        owner[round(phone.start_s / FRAME_S) : round(phone.end_s / FRAME_S)] = index if phone.symbol else -1
    owner[quiet] = -1
    edges = np.flatnonzero(np.diff(owner)) + 1
    bounds = [0, *edges.tolist(), len(owner)]
    out = []
    for start, end in pairwise(bounds):
        symbol = phones[owner[start]].symbol if owner[start] >= 0 else ""
        out.append(Phone(symbol, start * FRAME_S, min(end * FRAME_S, length_s)))
    return join_silence(out)
