"""A recording's lines, aligned once: a content-addressed cache over `renderer.speech.recorded_lines`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import fingerprint
from renderer.errors import RenderError
from renderer.runtime.store import Store
from renderer.speech.recorded_lines import STAGE_VERSION, Lines, RecordedLines, read_recorded_lines
from renderer.speech.speech import Phone, Speech, Word
from renderer.words.pronunciations import Pronunciations, select_pronunciations


def read_recorded_cached(
    path: Path,
    name: str,
    lines: Lines,
    language: str,
    store: Store,
    locale: str = "",
    known: Pronunciations = (),
) -> RecordedLines:
    """As `read_recorded_lines`, at most once per store for the same content and texts."""
    key = _compute_key(path, name, lines, language, locale, known)
    return store.use(
        "recorded",
        key,
        ".safetensors",
        lambda target: _save(read_recorded_lines(path, name, lines, language, locale, known), target),
        _load,
    )


def _compute_key(
    path: Path, name: str, lines: Lines, language: str, locale: str, known: Pronunciations
) -> str:
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RenderError(f"{name} cannot be read ({error.strerror}).") from error
    texts = [text for _, text in lines]
    told = [asdict(one) for one in select_pronunciations(" ".join(texts), known)]
    # The name too: the notes hold it.
    return fingerprint(STAGE_VERSION, content, name, texts, language, locale, told)


def _save(recorded: RecordedLines, path: Path) -> None:
    timing = [
        {"phones": [asdict(one) for one in speech.phones], "words": [asdict(one) for one in speech.words]}
        for speech in recorded.speeches
    ]
    samples = {str(at): np.ascontiguousarray(speech.samples) for at, speech in enumerate(recorded.speeches)}
    save_file(samples, path, metadata={"lines": json.dumps(timing), "notes": json.dumps(recorded.notes)})


def _load(path: Path) -> RecordedLines:
    with safe_open(path, "np") as file:
        told = file.metadata()
        speeches = tuple(
            Speech(
                samples=file.get_tensor(str(at)),
                phones=tuple(Phone(**one) for one in line["phones"]),
                words=tuple(Word(**one) for one in line["words"]),
            )
            for at, line in enumerate(json.loads(told["lines"]))
        )
        return RecordedLines(speeches, tuple(json.loads(told["notes"])))
