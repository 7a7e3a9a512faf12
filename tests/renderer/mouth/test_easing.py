"""How a drawn mouth gives way to the filmed one, as numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from renderer.mouth.easing import Easing, easing_frames, extend_path
from renderer.take.base_track import PathFrame

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
RATES = [Fraction(25), Fraction(30000, 1001), Fraction(60)]
FRAMES = 200


def kept(*runs: tuple[int, int], frames: int = FRAMES) -> Flags:
    flags = np.zeros(frames, bool)
    for first, last in runs:
        flags[first:last] = True
    return flags


def motions(frames: int = FRAMES) -> tuple[Floats, Floats]:
    """What is spoken and what was filmed [n, 12]."""
    rng = np.random.default_rng(3)
    spoken, filmed = rng.normal(0, 1, (2, frames, 12)).astype(np.float32)
    return spoken, filmed


def eased(flags: Flags, fps: Fraction = RATES[0]) -> tuple[Floats, Floats, Floats]:
    spoken, filmed = motions(len(flags))
    easing = Easing.around(flags, fps)
    return easing.blend_motion(spoken, filmed[easing.eased_frames]), spoken, filmed


@pytest.mark.parametrize("fps", RATES)
def test_the_frames_beside_kept_ones_show_exactly_the_filmed_motion(fps: Fraction) -> None:
    found, _, filmed = eased(kept((90, 110)), fps)
    assert np.array_equal(found[[89, 110]], filmed[[89, 110]])


@pytest.mark.parametrize("fps", RATES)
def test_beyond_a_fifth_of_a_second_the_motion_is_untouched(fps: Fraction) -> None:
    found, spoken, _ = eased(kept((90, 110)), fps)
    reach = round(0.2 * fps)
    far = [*range(90 - reach), *range(110 + reach, FRAMES)]
    assert found[far].tobytes() == spoken[far].tobytes()
    assert not np.array_equal(found[[90 - reach, 109 + reach]], spoken[[90 - reach, 109 + reach]])


@pytest.mark.parametrize("fps", RATES)
def test_the_pull_grows_softly_and_takes_as_long_at_every_rate(fps: Fraction) -> None:
    pull = Easing.around(kept((90, 110)), fps).filmed_weight
    steps = np.diff(pull[60:91])
    assert steps.min() >= 0
    assert steps.max() * float(fps) < 1.6 / 0.2, "no steeper than a smoothstep is"
    half_s = np.interp(0.5, pull[60:91], np.arange(60, 91)) / float(fps)
    assert 89 / float(fps) - half_s == pytest.approx(0.1, abs=0.01)
    assert np.allclose(pull[:90][::-1], pull[110:]), "after the frames as before them"


def test_where_nothing_is_kept_the_same_motion_comes_back() -> None:
    found, spoken, _ = eased(kept())
    assert found is spoken
    assert (Easing.around(kept(), RATES[0]).mask_share == 1).all()


def test_what_was_asked_for_is_not_changed() -> None:
    spoken, filmed = motions()
    was = spoken.copy()
    easing = Easing.around(kept((90, 110)), RATES[0])
    easing.blend_motion(spoken, filmed[easing.eased_frames])
    assert np.array_equal(spoken, was)


@pytest.mark.parametrize(("run", "border"), [((0, 12), 12), ((188, 200), 187)])
def test_a_run_at_an_end_of_the_timeline_is_met_at_its_one_border(run: tuple[int, int], border: int) -> None:
    found, spoken, filmed = eased(kept(run))
    assert np.array_equal(found[border], filmed[border])
    assert np.array_equal(found[20:180], spoken[20:180])


def test_the_timelines_own_ends_pull_nothing() -> None:
    assert not Easing.around(kept((90, 110)), RATES[0]).filmed_weight[[0, 1, -2, -1]].any()


def test_between_two_runs_both_pull() -> None:
    fps = RATES[0]
    both = Easing.around(kept((80, 90), (96, 106)), fps).filmed_weight
    one, other = (Easing.around(kept(run), fps).filmed_weight for run in ((80, 90), (96, 106)))
    assert both[90] == both[95] == 1
    assert (both[91:95] > np.maximum(one, other)[91:95]).all()
    assert (both <= 1).all()
    found, _, filmed = eased(kept((80, 90), (96, 106)))
    assert np.array_equal(found[[90, 95]], filmed[[90, 95]])


def test_a_lost_face_is_no_target() -> None:
    flags = kept((90, 110))
    spoken, filmed = motions()
    filmed[flags] = np.nan
    easing = Easing.around(flags, RATES[0])
    found = easing.blend_motion(spoken, filmed[easing.eased_frames])
    assert np.array_equal(found[90:100], np.repeat(filmed[89:90], 10, axis=0))
    assert np.array_equal(found[101:110], np.repeat(filmed[110:111], 9, axis=0))


def test_a_timeline_of_kept_frames_keeps_its_motion() -> None:
    found, spoken, _ = eased(kept((0, FRAMES)))
    assert found is spoken


@pytest.mark.parametrize(("fps", "crossing"), [(Fraction(25), 2), (Fraction(60), 5)])
def test_the_picture_crosses_over_in_the_last_frames(fps: Fraction, crossing: int) -> None:
    share = Easing.around(kept((90, 110)), fps).mask_share
    left = np.arange(crossing, 0, -1) / (crossing + 1)
    assert np.allclose(share[90 - crossing : 90], left)
    assert np.allclose(share[110 : 110 + crossing], left[::-1])
    assert (share[90:110] == 0).all()
    assert (share[: 90 - crossing] == 1).all()
    assert (share[110 + crossing :] == 1).all()


@pytest.mark.parametrize("fps", RATES)
def test_the_picture_crosses_over_only_where_the_motion_is_mostly_the_filmed_one(fps: Fraction) -> None:
    easing = Easing.around(kept((90, 110)), fps)
    assert easing.filmed_weight[easing.mask_share < 1].min() > 0.7


def test_a_part_is_that_of_the_whole() -> None:
    whole = Easing.around(kept((90, 110)), RATES[0])
    part = whole.part(slice(86, 92))
    assert np.array_equal(part.filmed_weight, whole.filmed_weight[86:92])
    assert np.array_equal(part.mask_share, whole.mask_share[86:92])


# --- beyond what is known of a path ---


def frame(a: int, b: int | None = None, mix: float = 0.0) -> PathFrame:
    return PathFrame(a, a if b is None else b, mix)


def test_a_path_goes_on_as_the_take_does() -> None:
    before, after = extend_path([frame(10), frame(30)], 3, 100)
    assert before == [frame(7), frame(8), frame(9)]
    assert after == [frame(31), frame(32), frame(33)]


def test_it_does_not_go_beyond_the_take() -> None:
    before, after = extend_path([frame(1), frame(98)], 3, 100)
    assert before == [frame(0)]
    assert after == [frame(99)]
    assert extend_path([frame(0), frame(99)], 3, 100) == ([], [])


def test_a_mixed_frame_goes_on_in_both_its_runs() -> None:
    before, after = extend_path([frame(10, 50, 0.5)], 2, 52)
    assert before == [frame(8, 48, 0.5), frame(9, 49, 0.5)]
    assert after == [frame(11, 51, 0.5)]


def test_the_reach_is_at_least_a_frame() -> None:
    assert easing_frames(Fraction(1)) == 1
