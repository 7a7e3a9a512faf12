"""A cut is told from everything that moves in a take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from renderer.take.cuts import find_cuts, find_shots, mark_breaks, widen_breaks

FRAMES, CUT = 120, 70
Floats = npt.NDArray[np.float32]
Thumbs = npt.NDArray[np.uint8]


def filmed(moved_px: Floats | None = None) -> tuple[Floats, Thumbs]:
    """A textured picture of a face of 200 px that sways, or stands where ``moved_px`` [T] says."""
    rng = np.random.default_rng(4)
    moved = 4 * np.sin(np.arange(FRAMES) / 9) if moved_px is None else moved_px
    points = rng.uniform(300, 500, (1, 478, 2)) + np.stack([moved, 0 * moved], -1)[:, None]
    wide = np.repeat(rng.integers(30, 220, (36, 40, 3)), 4, axis=1).astype(float)
    thumbs = np.stack([_shift(wide, 40 + at / 8)[:, :64] for at in moved])
    return points.astype(np.float32), (thumbs + rng.normal(0, 1.5, thumbs.shape)).clip(0, 255).astype(
        np.uint8
    )


def _shift(wide: npt.NDArray[np.float64], by: float) -> npt.NDArray[np.float64]:
    whole, part = int(by), by - int(by)
    return np.asarray((1 - part) * wide[:, whole : whole + 64] + part * wide[:, whole + 1 : whole + 65])


def cut_frames(points: Floats, thumbs: Thumbs) -> list[int]:
    return np.flatnonzero(find_cuts(points, thumbs)).tolist()


@pytest.mark.parametrize("jump_px", [12.0, 60.0])
def test_a_jump_cut_is_found_where_it_is(jump_px: float) -> None:
    sway = 4 * np.sin(np.arange(FRAMES) / 9)
    assert cut_frames(*filmed(sway + jump_px * (np.arange(FRAMES) >= CUT))) == [CUT]


def test_another_picture_is_a_cut_even_where_the_face_stays() -> None:
    points, thumbs = filmed()
    thumbs[CUT:] = 255 - thumbs[CUT:]
    assert cut_frames(points, thumbs) == [CUT]


def test_two_cuts_beside_each_other_are_both_found() -> None:
    sway = 4 * np.sin(np.arange(FRAMES) / 9)
    steps = 60.0 * (np.arange(FRAMES) >= CUT) - 40.0 * (np.arange(FRAMES) >= CUT + 4)
    assert cut_frames(*filmed(sway + steps)) == [CUT, CUT + 4]


def test_a_fast_nod_is_no_cut() -> None:
    frames = np.arange(FRAMES)
    assert cut_frames(*filmed(4 * np.sin(frames / 9) + 40 / (1 + np.exp(-(frames - CUT) / 1.5)))) == []


def test_a_camera_that_stands_still_has_no_cuts() -> None:
    assert cut_frames(*filmed()) == []


def test_a_shot_ends_before_the_frames_beside_a_cut_that_carry_no_mouth() -> None:
    ok = np.ones(50, bool)
    ok[[18, 19, 20, 21, 22, 35, 36]] = False
    breaks = widen_breaks(np.arange(50) == 20, ok)
    assert [shot for shot in find_shots(breaks) if shot[1] - shot[0] > 1] == [(0, 18), (23, 50)]


def test_frames_without_a_mouth_elsewhere_break_nothing() -> None:
    ok = np.ones(50, bool)
    ok[[0, 1, 35, 48, 49]] = False
    assert not widen_breaks(np.zeros(50, bool), ok).any()


def test_a_gap_is_a_break_from_its_second_frame_on() -> None:
    breaks = mark_breaks(np.arange(50) == 10, [(20, 24)])
    assert np.flatnonzero(breaks).tolist() == [10, 21, 22, 23, 24]
    assert find_shots(breaks) == [(0, 10), (10, 21), (21, 22), (22, 23), (23, 24), (24, 50)]
