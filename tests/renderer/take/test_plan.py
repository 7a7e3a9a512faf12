from __future__ import annotations

import gc
import json
import time
import weakref
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from renderer.config import PlanConfig
from renderer.presenter.presenter import Presenter
from renderer.take.base_track import TRANSITION_FRAMES, BaseTrack
from renderer.take.plan import Segment, Slots, plan_segments, plan_slots
from renderer.take.retiming import bridge, retime
from tests.renderer.take.test_base_track import base_track_of, two_shots
from tests.takes import DEMO_TAKE

FPS = Fraction(25)
DEMO_PRESENTER = DEMO_TAKE.with_name("presenter.safetensors")
CONFIG = PlanConfig()
SEAM = CONFIG.seam_frames
ORDER = ["hello", "thanks", "offer", "meet", "bye"]
MEDIANS = {"hello": 40, "thanks": 75, "offer": 90, "meet": 60, "bye": 35}
SLOTS = plan_slots({line: [frames] for line, frames in MEDIANS.items()}, ORDER, FPS, CONFIG)
BASE_TRACK = base_track_of(300)


def plan(
    lengths: dict[str, int], base_track: BaseTrack = BASE_TRACK, slots: Slots = SLOTS
) -> tuple[Segment, ...]:
    return plan_segments(list(lengths.items()), slots, base_track, FPS, CONFIG)


def with_length(line: str, frames: int) -> dict[str, int]:
    return {**MEDIANS, line: frames}


def assert_plays_without_a_cut(segments: tuple[Segment, ...]) -> None:
    """Every step holds, advances one frame or skips one; everything else is crossed over softly."""
    shown = [frame for segment in segments for frame in segment.path]
    for before, after in pairwise(shown):
        if not before.mix and not after.mix:
            assert after.a - before.a in (0, 1, 2)
        elif before.mix and after.mix:
            assert (after.a - before.a, after.b - before.b) in ((0, 0), (1, 1), (2, 2))
            assert 0 <= after.mix - before.mix < 0.35
        else:
            assert max(before.mix, after.mix) < 0.35 or min(before.mix or 1, after.mix or 1) > 0.65


def test_a_slot_is_as_long_as_the_median_recipient_needs() -> None:
    few = plan_slots({"a": [10, 50, 30, 31, 29], "b": [40]}, ["a", "b"], FPS, CONFIG)
    plain = plan_slots({"a": [30], "b": [40]}, ["a", "b"], FPS, CONFIG)
    assert few == plain
    assert few.starts[0] == 0
    assert few.starts[1] > 30
    assert few.end > few.starts[1] + 40


def test_slots_survive_json() -> None:
    assert Slots.from_json(json.loads(json.dumps(SLOTS.to_json()))) == SLOTS


def test_the_same_lines_play_over_another_stretch_of_the_take() -> None:
    usual, other = plan(with_length("offer", 110)), plan(with_length("offer", 110), slots=SLOTS.move_on(1))
    assert [len(segment.path) for segment in other] == [len(segment.path) for segment in usual]
    assert_plays_without_a_cut(other)
    for before, after in zip(usual, other, strict=True):
        assert before.path != after.path
    assert SLOTS.move_on(0) == SLOTS and Slots((), (), 0).move_on(3) == Slots((), (), 0)


def test_lines_of_median_length_show_the_base_track_as_it_is() -> None:
    shown = [frame for segment in plan(MEDIANS) for frame in segment.path]
    assert shown == [BASE_TRACK.frame_at(position) for position in range(SLOTS.end)]


@pytest.mark.parametrize("line", ORDER)
@pytest.mark.parametrize("change", [-30, -12, -4, 5, 14, 30, 80, 400])
def test_every_length_keeps_the_seams_and_has_room_for_the_speech(line: str, change: int) -> None:
    spoken = max(3, MEDIANS[line] + change)
    segments = plan(with_length(line, spoken))
    bounds = [*SLOTS.starts, SLOTS.end]
    for segment, start, end in zip(segments, bounds, bounds[1:], strict=False):
        assert segment.path[:SEAM] == tuple(BASE_TRACK.frame_at(start + k) for k in range(SEAM))
        assert segment.path[-SEAM:] == tuple(BASE_TRACK.frame_at(end - SEAM + k) for k in range(SEAM))
        assert segment.lead_frames >= SEAM
        assert len(segment.path) - segment.lead_frames - segment.spoken_frames >= SEAM
    assert_plays_without_a_cut(segments)


@pytest.mark.parametrize("change", [-30, -12, 14, 30, 400])
def test_a_pause_grows_by_at_most_half_a_second(change: int) -> None:
    segments = plan(with_length("offer", MEDIANS["offer"] + change))
    usual = plan(MEDIANS)
    for segment, own in zip(segments, usual, strict=True):
        grown = (len(segment.path) - segment.spoken_frames) - (len(own.path) - own.spoken_frames)
        assert 0 <= grown <= 13


@pytest.mark.parametrize("change", [-8, 8])
def test_a_small_difference_is_played_faster_or_slower_and_never_jumps(change: int) -> None:
    segment = plan(with_length("offer", MEDIANS["offer"] + change))[2]
    shown = {(frame.a, frame.b) for frame in segment.path}
    usual = {(frame.a, frame.b) for frame in plan(MEDIANS)[2].path}
    assert shown <= usual


def test_a_jump_is_made_between_frames_that_look_alike() -> None:
    segment = plan(with_length("offer", MEDIANS["offer"] + 100))[2]
    usual = {(frame.a, frame.b) for frame in plan(MEDIANS)[2].path}
    own = [f for f in segment.path if f.mix == pytest.approx(0.5) and (f.a, f.b) not in usual]
    assert 1 <= len(own) <= 2
    assert all(BASE_TRACK.distance[f.a, f.b] < 2 for f in own)
    crossing = [f for f in segment.path if f.mix]
    assert len(crossing) >= TRANSITION_FRAMES * len(own)


def base_track_with_a_way_over(take_frames: int = 400) -> BaseTrack:
    """Frames look less alike the further they are apart, but for two pairs."""
    place = np.arange(take_frames, dtype=np.float32)
    distance = np.abs(place[:, None] - place)
    for early, late in ((30, 200), (45, 225)):
        distance[early, late] = distance[late, early] = 0.5
    return BaseTrack(distance.astype(np.float16))


def test_where_no_single_jump_is_good_two_good_ones_are_made() -> None:
    """Ten frames more than there are: any one jump goes back ten frames, by way of frame 200 it does not."""
    path = bridge(base_track_with_a_way_over(), 10, 60, range(60, 61), SEAM)
    assert len(path) == 60
    assert [(f.a, f.b) for f in path if f.mix == pytest.approx(0.5)] == [(30, 200), (225, 45)]
    assert (path[0].a, path[-1].a) == (10, 59)


def test_frames_are_repeated_or_left_out_where_the_picture_is_calm() -> None:
    """A head that moves in every second quarter of a second: no frame is dropped or held in there."""
    moving = (np.arange(400) // 6 % 2).astype(bool)
    place = np.cumsum(np.where(moving, 1.0, 0.01))
    base_track = BaseTrack(np.abs(place[:, None] - place).astype(np.float16))
    for frames in (95, 110):
        shown = [frame.a for frame in retime(base_track, 50, 150, frames, SEAM)]
        uneven = [after for before, after in pairwise(shown) if after - before != 1]
        assert len(shown) == frames
        assert uneven
        assert sum(moving[after] and moving[after - 1] for after in uneven) <= 1


def test_lines_that_a_recipient_does_not_hear_are_passed_over() -> None:
    segments = plan({line: MEDIANS[line] for line in ("hello", "thanks", "bye")})
    start = SLOTS.start_of("bye")
    assert segments[1].path[-SEAM:] == tuple(BASE_TRACK.frame_at(start - SEAM + k) for k in range(SEAM))
    assert len(segments[1].path) < MEDIANS["thanks"] + 45
    assert_plays_without_a_cut(segments)


def test_other_lines_are_not_touched_by_a_personal_one() -> None:
    usual, personal = plan(MEDIANS), plan(with_length("thanks", 130))
    assert [usual[at] == personal[at] for at in range(5)] == [True, False, True, True, True]


def test_the_same_lines_give_the_same_plan() -> None:
    assert plan(with_length("meet", 171)) == plan(with_length("meet", 171), base_track_of(300))


@pytest.mark.parametrize("take_frames", [125, 300, 1500])
def test_messages_from_three_seconds_to_five_minutes_fit_on_any_take(take_frames: int) -> None:
    base_track = base_track_of(take_frames)
    for lines, spoken in ((1, 55), (60, 115)):
        order = [f"line {number}" for number in range(lines)]
        slots = plan_slots({line: [spoken] for line in order}, order, FPS, CONFIG)
        for change in (0, 25):
            segments = plan({line: spoken + change for line in order}, base_track, slots)
            frames = [frame for segment in segments for frame in segment.path]
            assert len(frames) >= lines * (spoken + change)
            assert all(0 <= frame.a < take_frames and 0 <= frame.b < take_frames for frame in frames)
            assert_plays_without_a_cut(segments)


def demo_base_track() -> BaseTrack:
    return Presenter.load(DEMO_PRESENTER).base_track


def test_five_minutes_from_a_short_real_take_show_no_jump_and_no_short_loop() -> None:
    """Many personal lengths, and lines that some recipients do not hear, on the demo's 23 seconds."""
    rng = np.random.default_rng(3)
    base_track = demo_base_track()
    order = [f"line {number}" for number in range(75)]
    medians = {line: int(rng.integers(50, 130)) for line in order}
    slots = plan_slots({line: [frames] for line, frames in medians.items()}, order, FPS, CONFIG)
    lengths = {
        line: max(12, frames + (int(rng.integers(-40, 80)) if at % 3 == 0 else 0))
        for at, (line, frames) in enumerate(medians.items())
        if at % 7 != 3
    }
    shown = [frame for segment in plan(lengths, base_track, slots) for frame in segment.path]
    assert len(shown) > 5 * 60 * FPS * 0.8
    unlike = [float(base_track.distance[f.a, f.b]) for f in shown if f.mix == pytest.approx(0.5)]
    assert np.median(unlike) < 2  # in usual steps from frame to frame
    assert np.quantile(unlike, 0.95) < 4
    last: dict[int, int] = {}
    again = []
    for at, frame in enumerate(shown):
        if at - last.get(frame.a, at) > 2:
            again.append(at - last[frame.a])
        last[frame.a] = at
    assert np.quantile(again, 0.25) > 8 * FPS


def test_a_thousand_messages_of_twelve_lines_are_planned_in_seconds() -> None:
    rng = np.random.default_rng(1)
    order = [f"line {number}" for number in range(12)]
    messages = [
        [(line, 80 + (int(rng.integers(-25, 60)) if at % 4 == 0 else 0)) for at, line in enumerate(order)]
        for _ in range(1000)
    ]
    slots = plan_slots(
        {line: [dict(lines)[line] for lines in messages] for line in order}, order, FPS, CONFIG
    )
    began = time.process_time()
    for lines in messages:
        plan_segments(lines, slots, BASE_TRACK, FPS, CONFIG)
    assert time.process_time() - began < 10


def test_a_walk_that_nobody_uses_any_more_is_not_kept_by_what_was_planned_on_it() -> None:
    base_track = base_track_of(300)
    first, again = plan(MEDIANS, base_track), plan(MEDIANS, base_track)
    assert all(one.path is other.path for one, other in zip(first, again, strict=True)), "searched twice"
    gone = weakref.ref(base_track)
    del base_track
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("zoom", [1.0, 1.3])
def test_no_path_crosses_a_cut_of_the_take(zoom: float) -> None:
    base_track, breaks = two_shots(586, 200, zoom)
    for start in (40, 300, 700):
        for frames in range(120, 181, 12):
            path = bridge(base_track, start, start + 150, range(frames, frames + 13), SEAM)
            for shown in ([f.a for f in path], [f.b for f in path]):
                crossed = [
                    after for before, after in pairwise(shown) if after == before + 1 and breaks[after]
                ]
                assert crossed == [], (start, frames)
