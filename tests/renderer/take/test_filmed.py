from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from renderer.config import PlanConfig
from renderer.speech.speech import Word
from renderer.take.base_track import BaseTrack
from renderer.take.filmed import FilmedLine, Stretch, choose_stretches
from tests.renderer.take.test_base_track import base_track_of

FPS = Fraction(25)
TRACK = base_track_of(600)


def filmed(line_id: str, start_s: float, end_s: float, pause_s: float = 0.4) -> FilmedLine:
    """A line of three words with so long a pause before it and after it."""
    at = np.linspace(start_s, end_s, 4).tolist()
    words = tuple(Word(text, a, b) for text, a, b in zip(("so", "it", "goes"), at, at[1:], strict=False))
    return FilmedLine(line_id, "so it goes", words, (), start_s - pause_s, end_s + pause_s, 0.9)


def choose(
    ids: str, *lines: FilmedLine, track: BaseTrack = TRACK, text: str = "so it goes"
) -> list[Stretch | None]:
    return choose_stretches([(line, text) for line in ids], lines, track, FPS, PlanConfig())


def frames(stretch: Stretch | None) -> list[int]:
    assert stretch is not None
    return [frame.a for frame in stretch.path if not frame.mix]


def test_a_filmed_line_has_the_frames_of_the_take_with_a_short_pause_before_and_after() -> None:
    [_, shown, _] = choose("abc", filmed("b", 4.0, 6.0))
    assert frames(shown) == list(range(95, 155))


def test_the_first_line_begins_and_the_last_one_ends_with_a_longer_pause() -> None:
    [alone] = choose("a", filmed("a", 4.0, 6.0, pause_s=1.0))
    assert frames(alone) == list(range(90, 168))


def test_lines_that_follow_each_other_in_the_take_are_shown_without_a_seam() -> None:
    one, two = choose("ab", filmed("a", 4.0, 6.0), filmed("b", 6.4, 8.0))
    assert frames(two)[0] == frames(one)[-1] + 1 == 155
    assert not any(frame.mix for shown in (one, two) if shown for frame in shown.path)


def test_another_text_and_another_line_are_spoken() -> None:
    assert choose("a", filmed("a", 4.0, 6.0), text="so it went") == [None]
    assert choose("b", filmed("a", 4.0, 6.0)) == [None]


def test_a_line_that_runs_into_other_words_is_spoken_unless_these_are_shown_too() -> None:
    one, two = filmed("a", 4.0, 6.0, pause_s=0.04), filmed("b", 6.02, 8.0, pause_s=0.02)
    assert choose("xa", one)[1] is None
    both = choose("ab", filmed("a", 4.0, 6.02, pause_s=0.0), two)
    assert both[0] is not None
    assert frames(both[1])[0] == frames(both[0])[-1] + 1


def test_a_line_with_a_cut_in_it_is_spoken() -> None:
    breaks = np.zeros(600, bool)
    breaks[130] = True
    assert choose("a", filmed("a", 4.0, 6.0), track=BaseTrack(TRACK.distance, breaks)) == [None]


def test_a_line_at_the_very_end_of_the_take_is_filmed_where_no_drawn_one_follows() -> None:
    last = filmed("a", 21.0, 23.7, pause_s=0.3)
    assert choose("a", last)[0] is not None
    assert choose("ab", last)[0] is None


def test_lines_from_two_places_cross_over_in_the_pauses_where_the_take_looks_alike() -> None:
    one, two = choose("ab", filmed("a", 4.0, 6.0), filmed("b", 14.0, 16.0))
    assert one is not None
    assert two is not None
    mixed = [frame for frame in one.path if frame.mix]
    assert len(mixed) == 5
    assert mixed[0].a >= 150
    assert mixed[-1].a < 160
    assert frames(two)[0] == mixed[-1].b + 1 < 350
    pause = len([f for f in one.path if f.a >= 150]) + 350 - frames(two)[0]
    assert pause == pytest.approx(10, abs=4)


def test_of_two_lines_without_room_for_a_crossing_one_is_still_filmed() -> None:
    chosen = choose("ab", filmed("a", 4.0, 6.0, pause_s=0.2), filmed("b", 14.0, 16.0, pause_s=0.2))
    assert [one is not None for one in chosen] == [False, True]


def test_a_filmed_line_comes_back_from_json() -> None:
    line = filmed("a", 4.0, 6.0)
    assert FilmedLine.from_json(json.loads(json.dumps(line.to_json()))) == line
