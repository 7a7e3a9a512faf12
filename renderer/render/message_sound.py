"""The sound of a message over the tone of the take's room: each line encoded once, at one of eight places
within an AAC block, and each length of a pause once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import fingerprint
from renderer.render.sound_bed import SoundBed, encode_part
from renderer.render.sound_levels import SoundLevels
from renderer.runtime.store import Store
from renderer.video.sound import BLOCK_SAMPLES, Packets, Samples, block_of

STAGE_VERSION = "sound-3"
# Lines begin on this grid, at most 1.3 ms from their frame, so that few places in a block exist.
GRID_SAMPLES = 128
# Between two runs lie an anchor of each and one block of tone; what is nearer is one run.
_APART_BLOCKS = 4
_CROSSING = 2 * BLOCK_SAMPLES  # from the tone of the bed to that which filmed sound has itself: 43 ms


@dataclass(frozen=True, eq=False)
class PlacedSound:
    """Mono samples [n] at 48 kHz, where they begin in the message, and a key of their content; ``filmed``
    where they are the take's, with its room in them."""

    start: int
    samples: Samples
    key: str
    filmed: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


def encode_message_sound(
    sounds: Sequence[PlacedSound], samples: int, bit_rate: int, store: Store, levels: SoundLevels
) -> list[tuple[int, Packets]]:
    """Encoded pieces for `renderer.video.mux.join_segments` of a message of so many ``samples``. Lines that
    hardly any silence separates share a piece."""
    runs = [_Run.of(group) for group in _group_runs([_snap_to_grid(one) for one in sounds])]
    pieces = [(run.first, _encode_run(run, bit_rate, store, levels)) for run in runs]
    if levels.bed.tone is None:
        return pieces  # silence is laid between them
    length = -(-samples // BLOCK_SAMPLES)
    anchors = [-1, *(block for run in runs for block in (run.first - 1, run.last + 1))]
    anchors.append(max(length, anchors[-1] + 2))
    for before, after in zip(anchors[::2], anchors[1::2], strict=True):
        if after - before > 1:
            pieces.append((before + 1, _encode_pause(after - before - 1, bit_rate, store, levels.bed)))
    return sorted(pieces, key=lambda piece: piece[0])


@dataclass(frozen=True, eq=False)
class _Run:
    """Sounds that are encoded together, in the blocks from ``first`` to ``last``."""

    sounds: tuple[PlacedSound, ...]
    first: int
    last: int

    @classmethod
    def of(cls, sounds: Sequence[PlacedSound]) -> _Run:
        first = block_of(sounds[0].start)
        last = block_of(max(one.end for one in sounds) - 1)
        return cls(tuple(sounds), first if first > 1 else 0, last)

    @property
    def places(self) -> list[int]:
        return [one.start - self.first * BLOCK_SAMPLES for one in self.sounds]


def _snap_to_grid(one: PlacedSound) -> PlacedSound:
    return replace(one, start=round(one.start / GRID_SAMPLES) * GRID_SAMPLES)


def _group_runs(sounds: Sequence[PlacedSound]) -> Iterator[list[PlacedSound]]:
    ordered = sorted((one for one in sounds if len(one.samples)), key=lambda one: one.start)
    run = ordered[:1]
    for one in ordered[1:]:
        if block_of(one.start) < block_of(max(before.end for before in run) - 1) + _APART_BLOCKS:
            run.append(one)
        else:
            yield run
            run = [one]
    if run:
        yield run


def _encode_run(run: _Run, bit_rate: int, store: Store, levels: SoundLevels) -> Packets:
    parts = [
        [one.key, place, levels.describe(filmed=one.filmed)]
        for one, place in zip(run.sounds, run.places, strict=True)
    ]
    key = fingerprint(STAGE_VERSION, bit_rate, levels.bed.key, run.last - run.first, parts)
    return _use(store, key, partial(_mix_run, run, levels, key), bit_rate)


def _encode_pause(blocks: int, bit_rate: int, store: Store, bed: SoundBed) -> Packets:
    key = fingerprint(STAGE_VERSION, bit_rate, bed.key, blocks)
    return _use(store, key, partial(bed.lay, blocks, key), bit_rate)


def _mix_run(run: _Run, levels: SoundLevels, name: str) -> Samples:
    mixed = levels.bed.lay(run.last - run.first + 1, name)
    inner = mixed[2 * BLOCK_SAMPLES : -2 * BLOCK_SAMPLES]
    inner *= _share_of_bed(run, len(inner))
    for one, place in zip(run.sounds, run.places, strict=True):
        heard = levels.apply(one.samples, filmed=one.filmed)
        inner[place : place + len(heard)] += _fade_ends(heard) if one.filmed else heard
    return mixed


def _share_of_bed(run: _Run, samples: int) -> Samples:
    """What is left of the bed at each sample [n]: none where filmed sound has its own tone."""
    own = np.zeros(samples, np.float32)
    for one, place in zip(run.sounds, run.places, strict=True):
        if one.filmed:
            own[place : place + len(one.samples)] = _fade_ends(np.ones(len(one.samples), np.float32))
    return np.sqrt(1 - own**2)


def _fade_ends(samples: Samples) -> Samples:
    count = min(_CROSSING, len(samples) // 2)
    rise = np.sin(np.linspace(0, np.pi / 2, count)).astype(np.float32)
    faded = samples.copy()
    faded[:count] *= rise
    faded[len(faded) - count :] *= rise[::-1]
    return faded


def _use(store: Store, key: str, mix: Callable[[], Samples], bit_rate: int) -> Packets:
    def write(target: Path) -> None:
        _save(encode_part(mix(), bit_rate), target)

    return store.use("sound", key, ".safetensors", write, _load)


def _save(packets: Packets, path: Path) -> None:
    sizes = np.array([len(packet) for packet in packets], np.int64)
    save_file({"data": np.frombuffer(b"".join(packets), np.uint8), "sizes": sizes}, path)


def _load(path: Path) -> Packets:
    with safe_open(path, "np") as file:
        data, ends = file.get_tensor("data").tobytes(), np.cumsum(file.get_tensor("sizes"))
    return tuple(data[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True))
