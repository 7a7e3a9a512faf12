from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from renderer.config import PlanConfig
from renderer.take.base_track import BaseTrack
from renderer.take.filmed import FilmedLine, choose_stretches
from renderer.take.filmed_plan import plan_filmed_segments
from renderer.take.plan import Segment, plan_slots
from tests.renderer.take.test_base_track import base_track_of
from tests.renderer.take.test_filmed import filmed
from tests.renderer.take.test_plan import assert_plays_without_a_cut

FPS, CONFIG, TRACK = Fraction(25), PlanConfig(), base_track_of(600)
IDS = "abcde"
SLOTS = plan_slots({line: [50] for line in IDS}, list(IDS), FPS, CONFIG)


def plan(lengths: dict[str, int], *lines: FilmedLine) -> tuple[Segment, ...]:
    texts = [(line, "so it goes") for line in lengths]
    stretches = choose_stretches(texts, lines, TRACK, FPS, CONFIG)
    return plan_filmed_segments(list(lengths.items()), stretches, SLOTS, TRACK, FPS, CONFIG)


def test_a_drawn_line_goes_on_where_the_filmed_one_ends_and_reaches_the_next() -> None:
    a, b, c = plan({"a": 50, "b": 46, "c": 50}, filmed("a", 4.0, 6.0), filmed("c", 8.4, 10.4))
    assert [one.filmed for one in (a, b, c)] == [True, False, True]
    assert b.path[0].a == a.path[-1].a + 1
    assert c.path[0].a == b.path[-1].a + 1
    assert_plays_without_a_cut((a, b, c))


@pytest.mark.parametrize("frames", [20, 60, 110, 180])
def test_a_line_of_any_length_fits_between_filmed_ones(frames: int) -> None:
    segments = plan({"a": 50, "b": frames, "c": 50}, filmed("a", 4.0, 6.0), filmed("c", 8.4, 10.4))
    assert_plays_without_a_cut(segments)
    drawn = segments[1]
    assert len(drawn.path) >= drawn.lead_frames + frames + 5


@pytest.mark.parametrize("first_s", [0.7, 4.0])
def test_a_drawn_greeting_leads_into_the_first_filmed_line(first_s: float) -> None:
    segments = plan({"a": 40, "b": 50}, filmed("b", first_s + 0.3, first_s + 2.3))
    assert_plays_without_a_cut(segments)
    assert segments[1].path[0].a == segments[0].path[-1].a + 1


@pytest.mark.parametrize("end_s", [10.0, 23.0])
def test_drawn_lines_go_on_behind_the_last_filmed_one_and_behind_the_takes_end(end_s: float) -> None:
    lengths = {"a": 50, "b": 60, "c": 50, "d": 50}
    segments = plan(lengths, filmed("a", end_s - 2, end_s))
    assert_plays_without_a_cut(segments)


def test_filmed_lines_may_come_in_another_order_than_in_the_take() -> None:
    segments = plan({"a": 50, "b": 60, "c": 50}, filmed("a", 14.0, 16.0), filmed("c", 4.0, 6.0))
    assert_plays_without_a_cut(segments)


@pytest.mark.parametrize("cut", [200, 320, 480, 590])
def test_drawn_lines_find_their_way_past_cuts(cut: int) -> None:
    breaks = np.zeros(600, bool)
    breaks[cut] = True
    track = BaseTrack(TRACK.distance, breaks)
    lengths = {"a": 50, "b": 120, "c": 50, "d": 90, "e": 60}
    texts = [(line, "so it goes") for line in lengths]
    lines = filmed("a", 4.0, 6.0), filmed("c", 14.0, 16.0)
    stretches = choose_stretches(texts, lines, track, FPS, CONFIG)
    segments = plan_filmed_segments(list(lengths.items()), stretches, SLOTS, track, FPS, CONFIG)
    assert [one.filmed for one in segments] == [True, False, True, False, False]
    assert segments[1].path[0].a == segments[0].path[-1].a + 1
    assert segments[2].path[0].a == segments[1].path[-1].a + 1
    assert all(0 <= frame.a < 600 and 0 <= frame.b < 600 for one in segments for frame in one.path)


def test_a_shared_line_before_a_personal_one_shows_the_same_frames_to_everybody() -> None:
    lines = filmed("a", 4.0, 6.0), filmed("d", 16.4, 18.4)
    short, long = (plan({"a": 50, "b": 55, "c": own, "d": 50}, *lines) for own in (30, 90))
    assert short[1].path == long[1].path
    assert short[0].path == long[0].path
    assert short[3].path == long[3].path


def test_every_frame_of_filmed_lines_is_the_next_of_the_take() -> None:
    segments = plan({"a": 40, "b": 50, "c": 50}, filmed("b", 4.0, 6.0), filmed("c", 6.5, 8.0))
    shown = [frame.a for one in segments if one.filmed for frame in one.path]
    assert all(after == before + 1 for before, after in pairwise(shown))
