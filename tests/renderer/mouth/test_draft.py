"""Wanted mouths are drawn from the take: near to the truth, closed where closed, steady in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from renderer.evaluation.held_out_mouth import HeldOut, measure_held_out
from renderer.face.landmarks import INNER_LOWER, INNER_UPPER
from renderer.mouth.atlas import choose_sources, find_neighbours, measure_lip_gaps
from renderer.mouth.closure import measure_paleness
from renderer.mouth.draft import Draft, close_small_gaps, concatenate_drafts, draft_to, upscale_refined
from renderer.presenter.lower_faces import Faces
from renderer.runtime.parallel import usable_cores


@pytest.fixture(scope="module")
def measured(faces: Faces) -> HeldOut:
    return measure_held_out(faces)


def shut(points: np.ndarray) -> np.ndarray:
    closed = points.copy()
    middle = (points[:, list(INNER_UPPER)] + points[:, list(INNER_LOWER)]) / 2
    closed[:, list(INNER_UPPER)] = closed[:, list(INNER_LOWER)] = middle
    return closed


def test_a_held_out_quarter_is_drawn_close_to_what_was_filmed(measured: HeldOut) -> None:
    assert measured.psnr_db > 28
    assert measured.psnr_db > measured.retrieved_db + 0.5


def test_the_draft_is_as_sharp_and_as_steady_as_the_take(measured: HeldOut) -> None:
    assert 0.8 < measured.sharpness < 1.2
    assert 0.8 < measured.movement < 1.25
    assert measured.flicker < 1.4


def test_drawing_and_composing_keep_up_with_the_picture(measured: HeldOut) -> None:
    assert measured.draft_ms < 80  # about 20 on an idle core


def test_a_wanted_closed_mouth_is_drawn_closed(faces: Faces) -> None:
    gaps = measure_lip_gaps(faces.points, 128)
    wide_open = np.argsort(gaps)[-6:]
    base = faces.build_base(np.sort(wide_open))
    drawn = draft_to(faces, base, shut(base.points))
    assert measure_lip_gaps(drawn.points, 128).max() <= faces.atlas.closed_gap * 1.5
    assert gaps[drawn.sources].max() < 0.3 * gaps[wide_open].min()


def test_the_takes_own_jaw_does_not_show(faces: Faces) -> None:
    """Where the shown frame has a dark opening, a closed lip is drawn."""
    gaps = measure_lip_gaps(faces.points, 128)
    frame = int(np.argmax(gaps))
    base = faces.build_base(np.array([frame]))
    drawn = draft_to(faces, base, shut(base.points))
    lip_line = drawn.points[0, INNER_UPPER[5]].astype(int)
    rows = slice(lip_line[1] + 4, lip_line[1] + 8)
    before = base.crops[0, rows, lip_line[0] - 4 : lip_line[0] + 4].mean()
    after = drawn.crops[0, rows, lip_line[0] - 4 : lip_line[0] + 4].mean()
    assert after > before + 15


@pytest.fixture
def threads_bound() -> Iterator[Callable[[int], None]]:
    """Sets how many threads may draw; afterwards there are as many as before."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def test_a_draft_has_the_same_bytes_in_one_thread_and_in_several(
    faces: Faces, threads_bound: Callable[[int], None]
) -> None:
    base = faces.build_base(np.arange(30, 42))
    wanted = faces.points[60:72]
    threads_bound(1)
    alone = draft_to(faces, base, wanted)
    threads_bound(4)
    if usable_cores() == 1:
        pytest.skip("this process may use one core only")
    shared = draft_to(faces, base, wanted)
    assert not np.array_equal(alone.fine, base.fine)
    assert np.array_equal(alone.fine, shared.fine)
    assert np.array_equal(alone.crops, shared.crops)


def test_frames_that_cannot_be_trusted_stay_as_filmed(faces: Faces) -> None:
    base = faces.build_base(np.arange(10, 16))
    ok = np.array([True, True, False, True, True, True])
    drawn = draft_to(faces, replace(base, ok=ok), shut(base.points))
    assert np.array_equal(drawn.fine[2], base.fine[2])
    assert drawn.masks[2].max() == 0
    assert drawn.masks[1].max() > 0.9


def test_frames_that_are_left_out_are_not_used(faces: Faces) -> None:
    some = np.arange(40, 60)
    chosen = choose_sources(faces.atlas, faces.points[some], 128, some, 10)
    assert (np.abs(chosen - some) > 10).all()


def test_pinned_frames_are_used(faces: Faces) -> None:
    some = np.arange(40, 60)
    pinned = np.full(20, -1)
    pinned[:3] = (5, 6, 7)
    assert choose_sources(faces.atlas, faces.points[some], 128, pinned=pinned)[:3].tolist() == [5, 6, 7]


def test_the_take_drawn_from_itself_is_one_run(faces: Faces) -> None:
    some = np.arange(20, 60)
    chosen = choose_sources(faces.atlas, faces.points[some], 128)
    assert (np.diff(chosen) == 1).mean() > 0.9
    assert np.abs(chosen - some).max() <= 2


def test_the_same_wanted_mouth_gives_the_same_bytes(faces: Faces) -> None:
    base = faces.build_base(np.arange(30, 38))
    wanted = faces.points[60:68]
    assert np.array_equal(draft_to(faces, base, wanted).fine, draft_to(faces, base, wanted).fine)


def test_refined_crops_keep_the_drafts_fine_detail(faces: Faces) -> None:
    base = faces.build_base(np.arange(3))
    drawn = draft_to(faces, base, base.points)
    assert np.array_equal(upscale_refined(drawn, drawn.crops), drawn.fine)
    brighter = np.clip(drawn.crops.astype(int) + 10, 0, 255).astype(np.uint8)
    gained = upscale_refined(drawn, brighter).astype(int) - drawn.fine
    assert np.median(gained) == 10


def test_drafts_join_in_order(faces: Faces) -> None:
    parts: list[Draft] = []
    for frames in (np.arange(0, 3), np.arange(3, 5)):
        base = faces.build_base(frames)
        parts.append(draft_to(faces, base, base.points))
    whole = concatenate_drafts(parts)
    assert len(whole.crops) == len(whole.masks) == len(whole.sources) == 5
    assert np.array_equal(whole.fine[3:], parts[1].fine)


def test_neighbours_are_like_mouths_from_other_moments(faces: Faces) -> None:
    some = np.arange(40, 60)
    frames, shares = find_neighbours(faces.atlas, faces.points[some], 128, some)
    assert np.array_equal(frames[:, 0], some)
    assert shares.sum(1) == pytest.approx(1)
    assert (shares[:, 0] == shares.max(1)).all()
    for row, share in zip(frames, shares, strict=True):
        used = np.sort(row[share > 0])
        assert (np.diff(used) > 2).all()


def test_a_take_with_one_usable_frame_has_no_neighbours(faces: Faces) -> None:
    only = replace(faces.atlas, usable=np.arange(len(faces.points)) == 7)
    frames, shares = find_neighbours(only, faces.points[:3], 128, np.full(3, 7))
    assert (frames == 7).all()
    assert (shares[:, 0] == 1).all()


def test_mouths_agree_in_tone_but_keep_their_detail(faces: Faces, measured: HeldOut) -> None:
    """Low frequencies come from several frames, and still no detail is lost."""
    base = faces.build_base(np.arange(60, 70))
    drawn = draft_to(faces, base, base.points, exclude=np.arange(60, 70), exclude_frames=10)
    frames, shares = find_neighbours(
        faces.atlas, drawn.points, 128, drawn.sources, np.arange(60, 70), exclude_frames=10
    )
    assert (shares[:, 1] > 0.05).all()
    assert (np.abs(frames - np.arange(60, 70)[:, None]) > 10).all()
    assert measured.sharpness > 0.8


def test_gaps_too_small_to_see_are_closed_and_others_stay(faces: Faces) -> None:
    points = shut(faces.points[:4])
    wanted = np.array([0.5, 1.0, 1.5, 3.0], np.float32)
    points[:, list(INNER_LOWER), 1] += wanted[:, None]
    assert measure_lip_gaps(close_small_gaps(points, 128), 128) * 128 == pytest.approx(
        [0.0, 0.0, 0.95, 3.0], abs=0.05
    )


def test_lips_meet_even_where_the_take_never_closes_them(faces: Faces) -> None:
    """Drawn from open mouths only, the line between the lips shows lips: neither the dark nor teeth."""
    gaps = measure_lip_gaps(faces.points, 128)
    never_closed = replace(faces, usable=gaps > 0.03)
    base = faces.build_base(np.sort(np.argsort(gaps)[-6:]))
    drawn = draft_to(never_closed, base, shut(base.points))
    assert measure_lip_gaps(drawn.points, 128).max() < 1e-6
    assert (gaps[drawn.sources] > 0.03).all()
    assert measure_paleness(drawn.fine, drawn.points, 128).max() < 0.3
    for before, after, points in zip(base.crops, drawn.crops, drawn.points, strict=True):
        x, y = points[INNER_UPPER[5]].astype(int)
        assert after[y - 1 : y + 2, x - 3 : x + 3].mean() > before[y : y + 4, x - 3 : x + 3].mean() + 10
