from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from renderer.presenter.framing import Framing, advise_on_framing, measure_framing
from renderer.video.decode import TakeReader

TAKE = Path(__file__).resolve().parents[3] / "campaigns" / "demo" / "presenter-take.mp4"
GOOD = Framing(1, face_size=0.25, centre_x=0.5, eyes_y=0.35, light=130, around=110)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    with TakeReader(TAKE) as reader:
        return np.asarray(next(iter(reader.frames([10]))))


def test_a_person_in_the_middle_needs_no_advice(picture: np.ndarray) -> None:
    assert advise_on_framing(measure_framing(picture)) == ()


def test_what_is_wrong_with_a_picture_is_said(picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    small = np.full_like(picture, 120)
    shrunk = cv2.resize(picture, None, fx=0.46, fy=0.46, interpolation=cv2.INTER_AREA)
    small[height // 4 : height // 4 + len(shrunk), width // 3 : width // 3 + shrunk.shape[1]] = shrunk
    assert "close" in advise_on_framing(measure_framing(small))[0]  # too small to be found, or found small
    aside = np.roll(picture, -width // 4, axis=1)
    assert any("middle" in one for one in advise_on_framing(measure_framing(aside)))
    dark = (picture * 0.3).astype(np.uint8)
    assert any("dark" in one for one in advise_on_framing(measure_framing(dark)))
    two = np.concatenate([picture, picture], axis=1)
    assert "Two faces" in advise_on_framing(measure_framing(two))[0]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Framing(0), "No face"),
        (replace(GOOD, face_size=0.7), "Move back"),
        (replace(GOOD, eyes_y=0.1), "Tilt the camera up"),
        (replace(GOOD, eyes_y=0.7), "Tilt the camera down"),
        (replace(GOOD, turned=-0.3), "Face the lens"),
        (replace(GOOD, tilt_degrees=30), "upright"),
        (replace(GOOD, light=100, around=220), "from behind you"),
        (replace(GOOD, light=240), "too bright"),
    ],
)
def test_each_fault_has_its_own_advice(seen: Framing, said: str) -> None:
    assert [one for one in advise_on_framing(seen) if said in one]
    assert len(advise_on_framing(seen)) == 1


def test_good_framing_gets_none() -> None:
    assert advise_on_framing(GOOD) == ()
