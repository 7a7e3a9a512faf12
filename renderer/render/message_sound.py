"""The sound of a message: each line encoded once, at one of eight places within an AAC block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import fingerprint
from renderer.runtime.store import Store
from renderer.video.sound import BLOCK_SAMPLES, Packets, Samples, block_of, encode_sound

STAGE_VERSION = "sound-2"
# Lines begin on this grid, at most 1.3 ms from their frame, so that few places in a block exist.
GRID_SAMPLES = 128


@dataclass(frozen=True, eq=False)
class PlacedSound:
    """Mono samples [n] at 48 kHz, where they begin in the message, and a key of their content."""

    start: int
    samples: Samples
    key: str


def encode_message_sound(
    sounds: Sequence[PlacedSound], bit_rate: int, store: Store
) -> list[tuple[int, Packets]]:
    """Encoded pieces for `renderer.video.mux.join_segments`. Lines that no silence separates share a
    piece."""
    return [_encode_run(run, bit_rate, store) for run in _group_runs([_snap_to_grid(one) for one in sounds])]


def _snap_to_grid(one: PlacedSound) -> PlacedSound:
    return PlacedSound(round(one.start / GRID_SAMPLES) * GRID_SAMPLES, one.samples, one.key)


def _group_runs(sounds: Sequence[PlacedSound]) -> Iterator[list[PlacedSound]]:
    run: list[PlacedSound] = []
    end = 0
    for one in sorted(sounds, key=lambda one: one.start):
        if run and block_of(one.start) <= block_of(end) + 1:
            run.append(one)
        else:
            if run:
                yield run
            run = [one]
        end = max(end if len(run) > 1 else 0, one.start + len(one.samples))
    if run:
        yield run


def _encode_run(run: Sequence[PlacedSound], bit_rate: int, store: Store) -> tuple[int, Packets]:
    first = block_of(run[0].start)
    places = [one.start - first * BLOCK_SAMPLES for one in run]
    key = fingerprint(
        STAGE_VERSION, bit_rate, [[one.key, place] for one, place in zip(run, places, strict=True)]
    )

    def write(target: Path) -> None:
        _save(encode_sound(_mix_run(run, places), bit_rate), target)

    return first, store.use("sound", key, ".safetensors", write, _load)


def _mix_run(run: Sequence[PlacedSound], places: Sequence[int]) -> Samples:
    ends = [place + len(one.samples) for one, place in zip(run, places, strict=True)]
    mixed = np.zeros(max(ends), np.float32)
    for one, place, end in zip(run, places, ends, strict=True):
        mixed[place:end] += one.samples
    return mixed


def _save(packets: Packets, path: Path) -> None:
    sizes = np.array([len(packet) for packet in packets], np.int64)
    save_file({"data": np.frombuffer(b"".join(packets), np.uint8), "sizes": sizes}, path)


def _load(path: Path) -> Packets:
    with safe_open(path, "np") as file:
        data, ends = file.get_tensor("data").tobytes(), np.cumsum(file.get_tensor("sizes"))
    return tuple(data[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True))
