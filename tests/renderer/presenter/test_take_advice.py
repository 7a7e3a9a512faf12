"""Each check of a take tells its own fault, with what to do, and is silent on a good take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from renderer.face.landmarks import CHEEKS, INNER_LOWER, INNER_UPPER, NOSE_TIP
from renderer.motion.measures import compute_aperture
from renderer.presenter.lip_sync import measure_lip_sync
from renderer.presenter.lower_faces import Faces
from renderer.presenter.take_advice import advise
from renderer.presenter.take_measures import (
    TakeMeasures,
    measure_take,
    measure_tilt_degrees,
    measure_yaw_degrees,
)
from renderer.video.decode import read_sound

FPS = Fraction(25)
Sound = npt.NDArray[np.float32]
Take = tuple[Faces, float, Sound | None, list[int]]  # faces, width of the face in px, sound, cuts


@pytest.fixture(scope="module")
def sound(small_take: Path) -> Sound:
    samples = read_sound(small_take)
    assert samples is not None
    return samples


def measure(take: Take) -> TakeMeasures:
    faces, face_px, sound, cuts = take
    return measure_take(faces, face_px, sound, FPS, np.isin(np.arange(len(faces.points)), cuts))


def long_enough(measured: TakeMeasures) -> TakeMeasures:
    """As if the seven seconds of the tests' take were thirty."""
    return replace(measured, duration_s=30.0)


# --- faults, made of the good take ---


def with_closed_mouth(faces: Faces) -> Faces:
    closed = int(compute_aperture(faces.points).argmin())
    points = faces.points.copy()
    lips = list({*INNER_UPPER, *INNER_LOWER})
    points[:, lips] = faces.points[closed, lips] + (faces.points[:, [0]] - faces.points[closed, 0])
    return replace(faces, points=points)


def with_dark_mouth(faces: Faces) -> Faces:
    """The insides of the mouth blackened, as a beard or a lamp above leaves them."""
    fine, scale = faces.fine.copy(), faces.fine.shape[1] / faces.crop_px
    for frame, points in zip(fine, faces.points, strict=True):
        inside = points[list({*INNER_UPPER, *INNER_LOWER})] * scale
        (left, top), (right, bottom) = inside.min(0).astype(int), inside.max(0).astype(int) + 1
        frame[top:bottom, left:right] //= 6
    return replace(faces, fine=fine)


def with_turned_head(faces: Faces, frames: int) -> Faces:
    points = faces.points.copy()
    left, right = points[:frames, CHEEKS[0]], points[:frames, CHEEKS[1]]
    points[:frames, NOSE_TIP] = left + 0.8 * (right - left)
    return replace(faces, points=points)


def darkened(faces: Faces) -> Faces:
    return replace(faces, fine=faces.fine // 4)


def overexposed(faces: Faces) -> Faces:
    return replace(faces, fine=np.clip(faces.fine.astype(np.uint16) * 2, 0, 255).astype(np.uint8))


def later(sound: Sound, seconds: float) -> Sound:
    return np.roll(sound, round(seconds * 48_000))


FAULTS: Mapping[str, tuple[Callable[[Faces, Sound], Take], str]] = {
    "closed": (lambda f, s: (with_closed_mouth(f), 250, s, []), "The mouth is open in only 0% of the take"),
    "no teeth": (lambda f, s: (with_dark_mouth(f), 250, s, []), "Teeth are hardly ever seen"),
    "turned": (
        lambda f, s: (with_turned_head(f, 70), 250, s, []),
        "Face the lens: the head was turned more than 18°",
    ),
    "dark": (lambda f, s: (darkened(f), 250, s, []), "The face is dark"),
    "white": (lambda f, s: (overexposed(f), 250, s, []), "The face is over-exposed"),
    "small": (lambda f, s: (f, 80, s, []), "The face is small (80 px wide)"),
    "cuts": (lambda f, s: (f, 250, s, [50, 100]), "The take has 2 cuts (at 2.0 s, 4.0 s)"),
    "quiet": (lambda f, s: (f, 250, 0.01 * s, []), "The voice is too quiet"),
    "silent": (lambda f, s: (f, 250, None, []), "The take has no sound"),
    "late lips": (lambda f, s: (f, 250, later(s, -0.48), []), "the lips move 0.5 s after the sound"),
    "early lips": (lambda f, s: (f, 250, later(s, 0.48), []), "before the sound"),
    "other sound": (lambda f, s: (f, 250, s[::-1].copy(), []), "The lips do not move with the sound"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_alone_with_what_to_do(faces: Faces, sound: Sound, fault: str) -> None:
    make, said = FAULTS[fault]
    sentences = advise(long_enough(measure(make(faces, sound))))
    expected = [said] if fault != "closed" else [said, "The lips do not move"]
    assert [part in sentence for part, sentence in zip(expected, sentences, strict=False)] == [True] * len(
        expected
    ), sentences
    assert len(sentences) == len(expected), sentences
    assert all(sentence.count(".") >= 2 for sentence in sentences)  # the fault, then what to do


def test_a_good_take_is_told_nothing(faces: Faces, sound: Sound) -> None:
    assert advise(long_enough(measure((faces, 250, sound, [])))) == ()


def test_a_short_take_is_told_to_be_longer(faces: Faces, sound: Sound) -> None:
    (said,) = advise(measure((faces, 250, sound, [])))
    assert "The take is short (7 s)" in said and "Film 20 to 60 seconds" in said


def test_a_few_turned_frames_are_no_fault(faces: Faces, sound: Sound) -> None:
    assert advise(long_enough(measure((with_turned_head(faces, 5), 250, sound, [])))) == ()


def test_many_cuts_are_named_by_the_first_five(faces: Faces, sound: Sound) -> None:
    (said,) = advise(long_enough(measure((faces, 250, sound, list(range(20, 160, 20))))))
    assert "7 cuts (at 0.8 s, 1.6 s, 2.4 s, 3.2 s, 4.0 s and 2 more)" in said


def test_a_nose_in_the_middle_looks_straight_and_one_at_the_side_looks_away() -> None:
    points = np.zeros((3, 478, 2), np.float32)
    points[:, CHEEKS[1], 0] = 100
    points[:, NOSE_TIP, 0] = (50, 17, 83)
    assert measure_yaw_degrees(points) == pytest.approx([0, -27, 27], abs=1)


def test_lips_that_follow_the_sound_are_told_from_chance(faces: Faces, sound: Sound) -> None:
    measured = measure_lip_sync(compute_aperture(faces.points), sound, FPS)
    assert measured is not None
    assert measured.best > measured.chance + 0.1 and abs(measured.lag_s) <= 0.12


def test_nothing_is_said_of_lips_and_sound_in_a_very_short_take(faces: Faces, sound: Sound) -> None:
    assert measure_lip_sync(compute_aperture(faces.points[:100]), sound, FPS) is None


@pytest.mark.parametrize(("quarters", "said"), [(1, "lying on a side"), (2, "upside down"), (3, "on a side")])
def test_a_face_that_is_not_upright_is_told_before_all_else(
    faces: Faces, sound: Sound, quarters: int, said: str
) -> None:
    turn = np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), quarters)
    tilt = measure_tilt_degrees((faces.points @ turn).astype(np.float32))
    no_cuts = np.zeros(len(faces.points), bool)
    (sentence,) = advise(measure_take(with_closed_mouth(faces), 80, sound, FPS, no_cuts, tilt))
    assert said in sentence and "Turn the video" in sentence
    assert measure_tilt_degrees(faces.points) < 15
