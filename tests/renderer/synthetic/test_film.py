from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from renderer.face.track import track
from renderer.synthetic import validation
from renderer.synthetic.__main__ import main
from renderer.synthetic.body import UNITS
from renderer.synthetic.film import PICTURE_PX, TAKE_PX, film, film_take
from renderer.video.decode import read_sound
from renderer.video.probe import probe

FRAMES = 12  # the first third of a second is silent


@pytest.fixture(scope="module")
def clip(graphics: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(3, 11, FRAMES, tmp_path_factory.mktemp("films"))


def _frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as video:
        return [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]


def test_a_film_shows_a_face_that_the_tracker_finds_in_every_frame(clip: Path) -> None:
    frames = _frames(clip)
    assert [frame.shape for frame in frames] == [(PICTURE_PX, PICTURE_PX, 3)] * FRAMES
    tracked = track(frames, FRAMES)
    assert tracked.ok.all()
    assert 0.35 < np.ptp(tracked.points[0, :, 0]) / PICTURE_PX < 0.75


def test_the_truth_of_every_frame_lies_beside_the_film(clip: Path) -> None:
    truth = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
    assert (truth["seed"], truth["presenter"], truth["frames"]) == (11, 3, FRAMES)
    assert set(truth["units"]) <= set(UNITS)
    assert all(len(curve) == FRAMES for curve in truth["units"].values())
    assert len(truth["head_rad"]) == len(truth["gaze_rad"]) == FRAMES
    assert {"symbol", "start_s", "end_s", "stress"} <= set(truth["phones"][0])


def test_the_same_seed_and_number_give_the_same_bytes(clip: Path, tmp_path: Path) -> None:
    again = film(3, 11, FRAMES, tmp_path)
    assert again.with_suffix(".json").read_bytes() == clip.with_suffix(".json").read_bytes()
    assert again.read_bytes() == clip.read_bytes()


def test_a_film_that_is_there_is_kept(clip: Path) -> None:
    before = clip.stat().st_mtime_ns
    assert film(3, 11, FRAMES, clip.parent) == clip
    assert clip.stat().st_mtime_ns == before


@pytest.mark.usefixtures("graphics")
def test_the_command_films_as_many_people_as_asked(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path), "--presenters", "2", "--frames", "2", "--workers", "1"]) == 0
    assert len(list(tmp_path.glob("presenter-1-*.mp4"))) == 2
    assert len(list(tmp_path.glob("presenter-1-*.json"))) == 2


@pytest.fixture(scope="module")
def take(graphics: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film_take("phone", 2, 11, FRAMES, tmp_path_factory.mktemp("takes"))


def test_a_take_of_a_kind_has_its_rate_its_name_and_a_voice(take: Path) -> None:
    facts, sound = probe(take), read_sound(take)
    assert take.name == "phone-11-0002.mp4"
    assert (facts.width, facts.fps, facts.frames) == (TAKE_PX, 30, FRAMES)
    assert sound is not None
    assert np.abs(sound).max() > 0.05


def test_equal_takes_have_equal_pictures_sound_and_truth(take: Path, tmp_path: Path) -> None:
    again = film_take("phone", 2, 11, FRAMES, tmp_path)
    assert again.read_bytes() == take.read_bytes()
    assert again.with_suffix(".json").read_bytes() == take.with_suffix(".json").read_bytes()


def test_the_truth_of_a_turning_head_reaches_its_yaw(take: Path) -> None:
    yaw = np.degrees(np.array(json.loads(take.with_suffix(".json").read_text())["head_rad"])[:, 0])
    assert np.abs(yaw).max() == pytest.approx(30, abs=0.1)


def test_the_tracker_finds_the_face_of_a_take_in_every_frame(take: Path) -> None:
    assert track(_frames(take), FRAMES).ok.all()


@pytest.mark.usefixtures("graphics")
def test_the_command_films_takes_of_a_kind(tmp_path: Path) -> None:
    arguments = ["--out", str(tmp_path), "--presenters", "1", "--frames", "2", "--workers", "1"]
    assert main([*arguments, "--kind", "braces"]) == 0
    assert [path.name for path in tmp_path.glob("*.mp4")] == ["braces-1-0000.mp4"]


def test_the_check_finds_the_face_and_sums_up(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validation.main([str(clip.parent)]) == 0
    said = capsys.readouterr().out
    assert f"{clip.name}: face in 100% of {FRAMES} frames" in said
    assert "1 of 1 films can be used" in said


def test_the_check_says_when_there_is_nothing_to_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validation.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "0 of 0 films can be used\n"
