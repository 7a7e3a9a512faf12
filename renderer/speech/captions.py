"""WebVTT captions whose cues follow the words as they are spoken."""

from __future__ import annotations

import html
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from renderer.errors import RenderError
from renderer.runtime.profiling import span
from renderer.speech.speech import Speech, Word

LINE_CHARACTERS = 42
_LINES = 2
_LINGER_S = 0.25
_SHORTEST_S = 0.80
_PAUSE_S = 0.60


@dataclass(frozen=True)
class Cue:
    """One caption: at most two lines, and when it is shown, in seconds of the video."""

    lines: tuple[str, ...]
    start_s: float
    end_s: float


@span("captions")
def write_vtt(cues: Sequence[tuple[float, Speech]], path: Path) -> None:
    """Captions of a message. Each speech comes with the second of the video at which it starts.

    Raises RenderError when the file cannot be written; nothing half-written is left.
    """
    text = "WEBVTT\n" + "".join(
        _format_cue(number, cue) for number, cue in enumerate(build_cues(cues), start=1)
    )
    try:
        _write(text, path)
    except OSError as error:
        raise RenderError(
            f"The captions {path} could not be written ({error.strerror}). Free some space or choose "
            "another folder, then try again.",
            permanent=False,
        ) from error


def build_cues(cues: Sequence[tuple[float, Speech]]) -> tuple[Cue, ...]:
    """The cues in time order; none overlaps the next."""
    raw = [
        Cue(_wrap_lines(words), start_s + words[0].start_s, start_s + words[-1].end_s)
        for start_s, speech in cues
        for words in _group_words(speech.words)
    ]
    limits_s = [*(cue.start_s for cue in raw[1:]), float("inf")]
    return tuple(_extend_cue(cue, limit_s) for cue, limit_s in zip(raw, limits_s, strict=False))


def _group_words(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words in groups that fit a caption; a pause or a full stop ends one early once a line is full."""
    chunk: list[Word] = []
    for word in words:
        if chunk and (len(_wrap_lines([*chunk, word])) > _LINES or _ends_early(chunk, word)):
            yield chunk
            chunk = []
        chunk.append(word)
    if chunk:
        yield chunk


def _ends_early(chunk: Sequence[Word], following: Word) -> bool:
    if following.start_s - chunk[-1].end_s > _PAUSE_S:
        return True
    return len(_wrap_lines(chunk)) == _LINES and chunk[-1].text.endswith((".", "!", "?", ";", ":"))


def _wrap_lines(words: Sequence[Word]) -> tuple[str, ...]:
    """Wrapped text; a word longer than a line keeps a line to itself."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word.text) <= LINE_CHARACTERS:
            lines[-1] += " " + word.text
        else:
            lines.append(word.text)
    return tuple(lines)


def _extend_cue(cue: Cue, limit_s: float) -> Cue:
    """A cue stays a little after its last word, and long enough to be read, but never into the next."""
    wanted_s = max(cue.end_s + _LINGER_S, cue.start_s + _SHORTEST_S)
    return Cue(cue.lines, cue.start_s, max(min(wanted_s, limit_s), cue.start_s + 0.001))


def _format_cue(number: int, cue: Cue) -> str:
    text = "\n".join(html.escape(line, quote=False) for line in cue.lines)
    return f"\n{number}\n{_format_time(cue.start_s)} --> {_format_time(cue.end_s)}\n{text}\n"


def _format_time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def _write(text: str, path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
