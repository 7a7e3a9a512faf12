"""The still of a take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from renderer.face.face_mesh import open_face_follower
from renderer.presenter.take_still import write_take_still
from renderer.take.poster_frame import find_usual_eyes, measure_eyes
from renderer.video.decode import TakeReader
from tests import takes


def test_the_still_of_a_take_has_open_eyes(tmp_path: Path) -> None:
    out = tmp_path / "still.jpg"
    write_take_still(takes.DEMO_TAKE, out)
    follow = open_face_follower(1)
    with TakeReader(takes.DEMO_TAKE) as reader:
        eyes = measure_eyes(np.asarray([follow(frame)[0] for frame in reader.frames(range(0, 200, 4))]))
    still = np.asarray(Image.open(out).convert("RGB"))
    (eyes_of_still,) = measure_eyes(np.asarray(open_face_follower(1)(still)))
    assert eyes_of_still > 0.9 * find_usual_eyes(eyes)


def test_a_take_without_a_face_has_its_middle_frame(tmp_path: Path) -> None:
    take, out = takes.without_a_face(tmp_path / "take.mp4"), tmp_path / "still.jpg"
    write_take_still(take, out)
    with TakeReader(take) as reader:
        middle = reader.frame(reader.facts.frames // 2)
    assert np.abs(np.asarray(Image.open(out), int) - middle).mean() < 3
