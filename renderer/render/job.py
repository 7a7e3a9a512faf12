"""One message to make, and what came of it: plain values that load neither torch nor a video library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from renderer.config import EngineConfig
from renderer.progress import Progress, ignore_progress
from renderer.runtime.used_parts import TellParts, tell_no_parts
from renderer.speech.speech import Speech
from renderer.take.filmed import FilmedLine
from renderer.take.plan import Slots
from renderer.words.pronunciations import Pronunciation

Source = Literal["filmed", "recorded", "spoken"]
Lines = Sequence[tuple[str, str]]  # (line id, text)


@dataclass(frozen=True, eq=False)
class MessageJob:
    """A message to make at ``out_stem`` (.mp4, .jpg and .vtt are appended), and who watches it.

    ``recorded`` holds lines whose sound was recorded instead of synthesised; ``pronunciations`` say how words
    of the others sound, and ``locales``, by line id, how figures and dates are read where it is not as the
    config says. ``filmed`` are lines that the take itself says; those that are in the message, and were not
    recorded, are shown as they were filmed where they can be. When ``progress`` raises, this message is given
    up with that error; others that are made with it go on. ``tell_parts`` learns which parts of the store are
    made of it, each before it is made.
    """

    lines: tuple[tuple[str, str], ...]
    presenter: Path
    take: Path
    slots: Slots
    out_stem: Path
    config: EngineConfig = field(default_factory=EngineConfig)
    recorded: Mapping[str, Speech] = field(default_factory=dict)
    pronunciations: tuple[Pronunciation, ...] = ()
    filmed: tuple[FilmedLine, ...] = ()
    locales: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = ignore_progress
    tell_parts: TellParts = tell_no_parts


@dataclass(frozen=True)
class ShownLine:
    """Where a line is heard in the finished video, and whether its frames were rendered before; ``source`` is
    where its sound comes from."""

    line_id: str
    text: str
    start_s: float
    end_s: float
    cached: bool
    source: Source = "spoken"


@dataclass(frozen=True)
class MessageResult:
    """The files of one message and what is known of them; ``work_s`` is what it took beyond the messages
    that were finished before it in the same batch."""

    video: Path
    poster: Path
    captions: Path
    content_hash: str
    duration_s: float
    segments: tuple[ShownLine, ...]
    scores: dict[str, float]
    flags: tuple[str, ...]
    work_s: float
    cache_hits: int


def order_script(messages: Sequence[Lines]) -> list[str]:
    """Every line id once, each placed right after the line that precedes it where it is first seen."""
    order: list[str] = []
    for lines in messages:
        at = 0
        for line_id, _ in lines:
            if line_id in order:
                at = order.index(line_id) + 1
            else:
                order.insert(at, line_id)
                at += 1
    return order
