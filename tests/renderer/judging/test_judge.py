"""A finished video is judged beside the take: its faults are named, and the take itself has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.judging.fault import Fault
from renderer.judging.footage import Footage, watch
from renderer.judging.judge import Judge, Judgement, format_judgement
from renderer.timeline import sample_at
from renderer.video.decode import TakeReader
from tests.renderer.judging import tampered
from tests.renderer.judging.conftest import TAKE
from tests.renderer.judging.tampered import Change, write_part
from tests.takes import DEMO_TAKE

SHOWN = range(40, 130)  # of the take: open and closed mouths, at most 90 frames of work
FAULTY = range(80, 91)  # as long as the mouth under the nose of a real message
FIRST, LAST = FAULTY.start - SHOWN.start, FAULTY.stop - 1 - SHOWN.start


def kinds(judgement: Judgement) -> set[str]:
    return {fault.kind for fault in judgement.faults}


def one(judgement: Judgement, kind: str) -> Fault:
    [found] = [fault for fault in judgement.faults if fault.kind == kind]
    return found


def judged(judge: Judge, folder: Path, change: Change) -> Judgement:
    return judge.judge(watch(write_part(folder / "message.mp4", SHOWN, change)))


def test_a_mouth_that_is_moved_up_to_the_nose_is_told_with_its_frames(
    judge: Judge, take: Footage, tmp_path: Path
) -> None:
    found = one(judged(judge, tmp_path, tampered.lift_mouth(take.points, FAULTY, 0.15)), "nose")
    assert "too near the nose" in str(found)
    [(first, last)] = found.ranges
    assert FIRST <= first <= FIRST + 2
    assert LAST - 2 <= last <= LAST


def test_a_torn_upper_lip_is_told_with_its_frames(judge: Judge, take: Footage, tmp_path: Path) -> None:
    found = one(judged(judge, tmp_path, tampered.tear_upper_lip(take.points, FAULTY)), "outline")
    assert str(found).startswith("The outline of the upper lip is torn or folded, frames")
    [(first, last)] = found.ranges
    assert FIRST <= first <= FIRST + 2
    assert LAST - 2 <= last <= LAST


def test_an_inside_that_is_drawn_down_from_one_row_is_streaked(
    judge: Judge, take: Footage, tmp_path: Path
) -> None:
    found = judged(judge, tmp_path, tampered.clamp_inside(take.points, SHOWN))
    assert one(found, "streaked").ranges
    assert found.scores["streaked"] > 0.25


def test_teeth_that_run_into_the_lips_are_soft(judge: Judge, take: Footage, tmp_path: Path) -> None:
    found = judged(judge, tmp_path, tampered.smear_inside(take.points, SHOWN))
    assert "of the open mouths edges are softer than in the take" in str(one(found, "soft"))
    assert found.scores["smeared"] > 0.05


def test_a_shouted_message_moves_farther_and_faster_than_the_person(
    judge: Judge, take: Footage, tmp_path: Path
) -> None:
    found = judged(judge, tmp_path, tampered.shout(take.points, 1.8))
    assert {"aperture_ratio", "speed_ratio"} <= kinds(found)
    assert "wider than ever in the take" in str(one(found, "wider_than_filmed"))


def test_a_mouth_that_is_open_in_silence_is_told(judge: Judge, take: Footage) -> None:
    mute = replace(take, samples=np.zeros_like(take.samples))
    found = judge.judge(mute)
    assert found.scores["open_in_silence"] > 0.5
    assert "of the silence" in str(one(found, "open_in_silence"))


def test_lips_that_belong_to_another_sound_say_their_r_and_its_chance_level(
    judge: Judge, take: Footage
) -> None:
    half = sample_at(len(take) // 2, take.fps)
    other = replace(take, samples=np.concatenate([take.samples[half:], take.samples[:half]]))
    found = judge.judge(other)
    assert found.scores["sound_r"] <= found.scores["sound_r_by_chance"]
    assert "The lips do not move with the sound (r " in str(one(found, "sound"))


def test_a_sound_that_comes_too_early_makes_the_lips_late(judge: Judge, take: Footage) -> None:
    early = replace(take, samples=take.samples[sample_at(7, take.fps) :])
    found = judge.judge(early)
    assert found.scores["late_frames"] >= 6
    assert "frames later than the sound" in str(one(found, "late"))


@pytest.mark.parametrize(("crf", "scale"), [(28, 1.0), (17, 0.75)])
def test_the_take_itself_encoded_again_has_no_fault(
    judge: Judge, tmp_path: Path, crf: int, scale: float
) -> None:
    found = judge.judge(watch(write_part(tmp_path / "again.mp4", TAKE, crf=crf, scale=scale)))
    assert [str(fault) for fault in found.faults] == []


@pytest.fixture(scope="module")
def whole_judge() -> Judge:
    return Judge.of(watch(DEMO_TAKE))


@pytest.mark.slow
@pytest.mark.parametrize(("crf", "scale"), [(28, 1.0), (17, 0.75)])
def test_the_whole_take_encoded_again_has_no_fault(
    whole_judge: Judge, tmp_path: Path, crf: int, scale: float
) -> None:
    with TakeReader(DEMO_TAKE) as reader:
        frames = range(reader.facts.frames)
    again = watch(write_part(tmp_path / "again.mp4", frames, crf=crf, scale=scale))
    assert [str(fault) for fault in whole_judge.judge(again).faults] == []


def test_the_print_names_faults_first_and_then_every_score(judge: Judge, take: Footage) -> None:
    text = format_judgement(judge.judge(replace(take, samples=np.zeros_like(take.samples))))
    lines = text.splitlines()
    assert lines[0].startswith("fault: The mouth stands open in ")
    assert any("lip speed ÷ the take's speech" in line and "not measured" in line for line in lines)
    assert any("missed" in line and "open mouth in digital silence" in line for line in lines)


def test_a_take_without_sound_is_judged_by_its_picture_alone(take: Footage) -> None:
    mute = replace(take, samples=np.zeros(0, np.float32))
    found = Judge.of(mute).judge(mute)
    assert "sound_r" not in found.scores
    assert found.faults == ()
