"""A line's speech, synthesised once: a content-addressed cache over renderer.speech."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import VoiceConfig, fingerprint
from renderer.runtime.profiling import span
from renderer.runtime.store import Store
from renderer.speech.speech import Phone, Speech, Word
from renderer.voices.registry import find_engine
from renderer.voices.text_to_speech import speak
from renderer.words.pronunciations import Pronunciations, select_pronunciations

STAGE_VERSION = "speech-2"


def compute_speech_key(text: str, voice: VoiceConfig, known: Pronunciations = ()) -> str:
    """Everything that can change a sample of a line; a voice that is a file counts by its content.

    Raises RenderError for an engine that is not in the table, or that needs settings that are not there.
    """
    engine = find_engine(voice.engine)
    files = engine.find_model_files(voice.voice)
    model = [_sha256(path.resolve(), *_read_file_state(path)) for path in files] or voice.voice
    told: list[object] = [voice.locale] if voice.locale else []  # what is not given leaves the key as it was
    if engine.finder and not Path(voice.voice).is_file():
        told.append({"named": voice.voice})  # several voices may share one file
    told += [settings] if (settings := engine.read_settings()) else []
    told += [asdict(one) for one in select_pronunciations(text, known)]
    return fingerprint(STAGE_VERSION, text, engine.name, voice.rate, model, *told)


def _read_file_state(path: Path) -> tuple[int, int, int]:
    """What changes when a file does: time of change, size and inode."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=8)
def _sha256(path: Path, *state: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def compute_content_key(speech: Speech) -> str:
    """A key of speech that was recorded instead of synthesised."""
    timing = [[asdict(p) for p in speech.phones], [asdict(w) for w in speech.words]]
    return fingerprint(speech.samples.tobytes(), timing)


@span("speech")
def speak_cached(text: str, voice: VoiceConfig, store: Store, known: Pronunciations = ()) -> Speech:
    """The line's sound and timing, synthesised at most once per store.

    Raises RenderError when the voice cannot say the text.
    """
    return store.use(
        "speech",
        compute_speech_key(text, voice, known),
        ".safetensors",
        lambda target: save_speech(speak(text, voice, known), target),
        _load_shared,
    )


@lru_cache(maxsize=64)
def _load_shared(path: Path) -> Speech:
    """The lines that messages share; a file in the store never changes."""
    return load_speech(path)


def save_speech(speech: Speech, path: Path) -> None:
    timing = {
        "phones": json.dumps([asdict(p) for p in speech.phones], ensure_ascii=False),
        "words": json.dumps([asdict(w) for w in speech.words], ensure_ascii=False),
        "rate_hz": str(speech.rate_hz),
    }
    save_file({"samples": np.ascontiguousarray(speech.samples)}, path, metadata=timing)


def load_speech(path: Path) -> Speech:
    with safe_open(path, "np") as file:
        timing = file.metadata()
        return Speech(
            samples=file.get_tensor("samples"),
            phones=tuple(Phone(**p) for p in json.loads(timing["phones"])),
            words=tuple(Word(**w) for w in json.loads(timing["words"])),
            rate_hz=int(timing["rate_hz"]),
        )
