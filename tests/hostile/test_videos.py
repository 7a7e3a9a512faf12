"""Takes that somebody damaged on purpose: 500 of them are read or refused, within time and memory."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import pytest

from renderer.errors import RenderError
from renderer.video.decode import TakeReader
from renderer.video.probe import probe
from renderer.video.recorded_sound import read_recorded_sound
from tests import takes
from tests.hostile.child import MEMORY_MAX_MB, measure

MUTANTS = 500
FRAMES_READ = 30
BOXES = (b"moov", b"stsz", b"stco", b"stts", b"mdhd", b"tkhd", b"avcC", b"elst", b"ctts", b"stsd")
NUMBERS = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1")


def mutate(whole: bytes, dice: random.Random) -> bytes:
    """Bits flipped, parts cut out, repeated or overwritten; half of it in the boxes of the index."""
    content = bytearray(whole)
    for _ in range(dice.choice((1, 2, 5, 40))):
        head = dice.random() < 0.5
        boxes = [at for name in BOXES if (at := content.find(name)) >= 0]
        at = dice.choice(boxes) + dice.randrange(-4, 40) if head and boxes else dice.randrange(len(content))
        at = max(0, min(at, len(content) - 8))
        size = dice.choice((1, 4, 8, 100, 5_000))
        kind = dice.randrange(6)
        if kind == 0:
            content[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            content[at : at + 4] = dice.choice(NUMBERS)
        elif kind == 2:
            del content[at : at + size]
        elif kind == 3:
            content[at:at] = content[at : at + size]
        elif kind == 4:
            content[at : at + size] = dice.randbytes(min(size, len(content) - at))
        else:
            del content[dice.randrange(1, len(content)) :]
        if len(content) < 16:
            break
    return bytes(content)


def build() -> tuple[Sequence[str], Callable[[int], str]]:
    """For the child: the mutants' names, and what is done with each."""
    folder = Path(tempfile.mkdtemp())
    whole = takes.too_short(folder / "whole.mp4").read_bytes()

    def attempt(number: int) -> str:
        path = folder / "mutant.mp4"
        path.write_bytes(mutate(whole, random.Random(number)))
        said = ""
        for use in (_look, _listen):
            try:
                use(path)
            except RenderError as refused:
                said = refused.message
        return said

    return [f"mutant {number}" for number in range(MUTANTS)], attempt


def _look(path: Path) -> None:
    facts = probe(path)
    with TakeReader(path, cache_bytes=0) as reader:
        for _ in islice(reader.frames(range(min(facts.frames, FRAMES_READ))), FRAMES_READ):
            pass


def _listen(path: Path) -> None:
    read_recorded_sound(path)


@pytest.mark.slow
def test_no_damaged_take_crashes_hangs_or_fills_the_memory() -> None:
    outcome = measure("tests.hostile.test_videos", "build")
    assert outcome.bad == []
    assert outcome.answered == MUTANTS and 100 < outcome.refused < 490
    assert outcome.memory_mb < MEMORY_MAX_MB
