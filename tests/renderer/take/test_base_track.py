from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from renderer.take.base_track import TRANSITION_FRAMES, BaseTrack, PathFrame, build_base_track
from renderer.take.cuts import mark_breaks

Floats = npt.NDArray[np.float32]
FACE_PX = 200.0
PERIOD_FRAMES = 97  # a head that sways, and comes back to where it was


def swaying(frames: int, period: float = PERIOD_FRAMES) -> Floats:
    """Face points [T, 478, 2] of a head that moves on a circle and opens its mouth at random."""
    angle = 2 * np.pi * np.arange(frames) / period
    rng = np.random.default_rng(2)
    face = rng.uniform(0, FACE_PX, (478, 2))
    points = face + 12 * np.stack([np.cos(angle), np.sin(angle)], -1)[:, None]
    lips = [0, 13, 14, 17, 61, 291]
    points[:, lips] += rng.normal(0, 15, (frames, len(lips), 2))
    return points.astype(np.float32)


def still_thumbs(frames: int) -> npt.NDArray[np.uint8]:
    return np.full((frames, 24, 36, 3), 120, np.uint8)


def base_track_of(frames: int) -> BaseTrack:
    return build_base_track(swaying(frames), still_thumbs(frames), FACE_PX)


def test_frames_are_alike_where_the_head_is_in_the_same_place_whatever_the_lips_do() -> None:
    distance = base_track_of(250).distance
    assert distance[100, 100 + PERIOD_FRAMES] < 0.2
    assert distance[100, 100 + PERIOD_FRAMES // 2] > 10


def test_frames_are_not_alike_when_the_head_moves_the_other_way() -> None:
    there = 12 * np.sin(2 * np.pi * np.arange(250) / PERIOD_FRAMES)
    points = np.random.default_rng(2).uniform(0, FACE_PX, (1, 478, 2)) + np.zeros((250, 1, 1))
    points[..., 0] += there[:, None]
    distance = build_base_track(points.astype(np.float32), still_thumbs(250), FACE_PX).distance
    at = 60
    same_place_other_way = round(PERIOD_FRAMES / 2 - at) % PERIOD_FRAMES + PERIOD_FRAMES
    assert distance[at, at + PERIOD_FRAMES] + 1 < distance[at, same_place_other_way]


def test_a_hand_in_the_picture_makes_frames_unlike() -> None:
    thumbs = still_thumbs(250)
    thumbs[150:, 12:20, 4:12] = 200
    points = swaying(250)
    with_hand = build_base_track(points, thumbs, FACE_PX).distance
    without = build_base_track(points, still_thumbs(250), FACE_PX).distance
    assert with_hand[100, 100 + PERIOD_FRAMES] > without[100, 100 + PERIOD_FRAMES] + 3


def transitions(base_track: BaseTrack, positions: int = 7500) -> list[PathFrame]:
    shown = [base_track.frame_at(position) for position in range(positions)]
    return [frame for frame in shown if frame.mix == pytest.approx(0.5)]


def test_runs_join_where_the_take_looks_alike() -> None:
    base_track = base_track_of(250)
    assert all((f.a - f.b) % PERIOD_FRAMES in (0, 1, 2, PERIOD_FRAMES - 1) for f in transitions(base_track))


def test_the_take_is_first_shown_nearly_to_its_end() -> None:
    first = transitions(base_track_of(586))[0]
    assert first.a > 400


def test_runs_are_long_and_do_not_follow_each_other_in_one_short_loop() -> None:
    base_track = base_track_of(586)
    at = [p for p in range(7500) if base_track.frame_at(p).mix == pytest.approx(0.5)]
    assert min(after - before for before, after in pairwise(at)) >= 60
    assert len({(f.a, f.b) for f in transitions(base_track)}) > 1


@pytest.mark.parametrize("frames", [125, 250, 586])
def test_the_base_track_never_ends_and_never_leaves_the_take(frames: int) -> None:
    base_track = base_track_of(frames)
    shown = [base_track.frame_at(position) for position in range(7500)]
    assert all(0 <= f.a < frames and 0 <= f.b < frames and 0 <= f.mix < 1 for f in shown)


def test_the_base_track_goes_frame_by_frame_and_crosses_over_softly() -> None:
    base_track = base_track_of(250)
    shown = [base_track.frame_at(position) for position in range(1000)]
    for before, after in pairwise(shown):
        if after.mix:
            assert after.a == before.a + 1
            assert 0 < after.mix - before.mix <= 1 / (TRANSITION_FRAMES + 1) + 1e-9
        else:
            assert after.a == (before.b if before.mix else before.a) + 1
    assert [base_track.is_transition(p) for p in range(1000)] == [f.mix > 0 for f in shown]


def test_a_walk_is_the_same_after_saving() -> None:
    base_track = base_track_of(250)
    again = BaseTrack.from_arrays(base_track.to_arrays())
    assert [base_track.frame_at(p) for p in range(600)] == [again.frame_at(p) for p in range(600)]
    assert np.array_equal(base_track.distance, again.distance)


def test_a_track_with_other_points_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="478 face points"):
        build_base_track(np.zeros((50, 68, 2), np.float32), still_thumbs(50), FACE_PX)


# --- takes with breaks ---


def two_shots(frames: int, cut: int, zoom: float) -> tuple[BaseTrack, npt.NDArray[np.bool_]]:
    """The swaying head, nearer to the camera from the frame ``cut`` on."""
    points, thumbs = swaying(frames), still_thumbs(frames)
    points[cut:] *= zoom
    thumbs[cut:, 4:16, 6:20] += np.uint8(100 * (zoom - 1))
    breaks = np.arange(frames) == cut
    return build_base_track(points, thumbs, FACE_PX, breaks), breaks


def crossings(base_track: BaseTrack, breaks: npt.NDArray[np.bool_], positions: int = 7500) -> int:
    """How often the base track goes over a break as if there were none."""
    shown = [base_track.frame_at(position) for position in range(positions)]
    runs = [(f.a, f.b) for f in shown]
    steps = [(b[0], a[0]) for b, a in pairwise(runs)] + [
        (b.b, a.b) for b, a in pairwise(shown) if b.mix and a.mix
    ]
    return sum(after == before + 1 and bool(breaks[after]) for before, after in steps)


@pytest.mark.parametrize("cut", [40, 150, 300, 560])
def test_no_run_crosses_a_cut(cut: int) -> None:
    base_track, breaks = two_shots(586, cut, zoom=1.3)
    assert crossings(base_track, breaks) == 0
    assert base_track.take_frame(0) == (0 if cut >= 293 else cut)


def test_a_change_of_zoom_is_never_morphed() -> None:
    base_track, breaks = two_shots(586, 250, zoom=1.3)
    assert len({bool(f.a >= 250) for f in map(base_track.frame_at, range(7500))}) == 1
    assert all((f.a >= 250) == (f.b >= 250) for f in map(base_track.frame_at, range(7500)))
    assert breaks.sum() == 1


def test_shots_that_look_alike_are_both_shown() -> None:
    base_track, breaks = two_shots(586, 250, zoom=1.0)
    assert crossings(base_track, breaks) == 0
    assert len({bool(f.a >= 250) for f in map(base_track.frame_at, range(7500))}) == 2


def test_the_standing_picture_of_a_gap_is_never_shown() -> None:
    breaks = mark_breaks(np.zeros(586, bool), [(200, 215)])
    base_track = build_base_track(swaying(586), still_thumbs(586), FACE_PX, breaks)
    shown = {frame for f in map(base_track.frame_at, range(7500)) for frame in (f.a, f.b)}
    assert not shown & set(range(201, 215)) and crossings(base_track, breaks) == 0


def test_a_take_that_is_cut_all_the_time_is_shown_all_the_same() -> None:
    breaks = np.arange(250) % 20 == 10
    base_track = build_base_track(swaying(250), still_thumbs(250), FACE_PX, breaks)
    assert all(0 <= base_track.take_frame(position) < 250 for position in range(2000))


def test_breaks_are_the_same_after_saving() -> None:
    base_track, breaks = two_shots(586, 150, zoom=1.3)
    again = BaseTrack.from_arrays(base_track.to_arrays())
    assert np.array_equal(again.breaks, breaks)
    assert [base_track.frame_at(p) for p in range(600)] == [again.frame_at(p) for p in range(600)]
    assert "breaks" not in base_track_of(250).to_arrays()
