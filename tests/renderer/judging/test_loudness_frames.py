from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from renderer.judging.loudness_frames import find_silent_frames

FPS = Fraction(25)
ROOM = np.random.default_rng(1).normal(0, 0.003, 4 * 48_000).astype(np.float32)  # -50 dB


def spoken_in(room: np.ndarray) -> np.ndarray:
    """Two seconds of sound between a second of the room on both sides."""
    samples = room.astype(np.float32)
    samples[48_000:144_000] += np.random.default_rng(2).normal(0, 0.1, 96_000).astype(np.float32)
    return samples


@pytest.mark.parametrize("room", [ROOM, np.zeros_like(ROOM)])
def test_a_message_is_silent_where_only_its_room_is_heard(room: np.ndarray) -> None:
    silent = find_silent_frames(spoken_in(room), 100, FPS, in_room=True)
    assert silent[:20].all()
    assert silent[-20:].all()
    assert not silent[24:76].any()


def test_a_take_is_silent_only_where_nothing_at_all_is_heard() -> None:
    assert not find_silent_frames(spoken_in(ROOM), 100, FPS).any()
    assert find_silent_frames(spoken_in(np.zeros_like(ROOM)), 100, FPS)[:20].all()


def test_speech_without_a_pause_has_no_silence() -> None:
    loud = np.random.default_rng(3).normal(0, 0.1, 48_000).astype(np.float32)
    assert not find_silent_frames(loud, 25, FPS, in_room=True).any()
