"""The rest of a clip, spoken again by the real engine, quick and crude."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from renderer.config import BakeConfig, VideoConfig
from renderer.errors import RenderError
from renderer.evaluation.reconstruct import Reconstruction, reconstruct
from renderer.presenter.bake import bake
from renderer.progress import Progress, Step, ignore_progress
from renderer.runtime.store import Store
from renderer.video.decode import TakeReader, read_sound
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from renderer.video.probe import probe
from tests import takes

Picture = npt.NDArray[np.uint8]
FPS = Fraction(25)
FRAMES, LEARNED = 175, 131
CRUDE = BakeConfig(crop_px=64, fit_seconds=2.0, fit_steps_max=10, base_channels=8)


def clip(path: Path, source: Path, changed: Callable[[Picture], Picture], sound: bool = True) -> Path:
    """The middle of the source clip with other pictures, without loss, in its last quarter."""
    with TakeReader(source) as reader:
        frames = [reader.frame(at)[:, 160:480] for at in range(reader.facts.frames)]
    frames = [changed(frame) if at >= LEARNED else frame for at, frame in enumerate(frames)]
    lossless, samples = replace(VideoConfig(), crf=0, preset="ultrafast"), read_sound(source)
    assert samples is not None
    picture = path.with_name("picture-" + path.name)
    encode_segment(frames, FPS, lossless, picture)
    join_segments([picture], samples if sound else 0 * samples, path, FPS, lossless)
    return path


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return takes.good(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rest") / "rest.mp4"


@pytest.fixture(scope="module")
def report(take: Path, store: Store, rest: Path) -> dict[str, Any]:
    return reconstruct(Reconstruction(take, rest, bake=CRUDE), store, ignore_progress)


def gate(report: dict[str, Any], name: str) -> Any:
    return next(entry["figure"] for entry in report["gates"] if entry["gate"] == name)


@pytest.mark.slow
def test_only_the_rest_is_written_with_size_rate_and_sound_of_the_clip(
    take: Path, rest: Path, report: dict[str, Any]
):
    facts, was = probe(rest), probe(take)
    assert (facts.width, facts.height, facts.fps) == (was.width, was.height, was.fps)
    assert facts.frames == report["rest_frames"] == FRAMES - LEARNED
    assert report["learned_frames"] == LEARNED
    sound, whole = read_sound(rest), read_sound(take)
    assert sound is not None and whole is not None
    filmed = whole[LEARNED * 1920 :][: len(sound)]
    assert np.corrcoef(sound[: len(filmed)], filmed)[0, 1] > 0.99


@pytest.mark.slow
def test_the_report_holds_every_figure_that_this_clip_can_tell(report: dict[str, Any]):
    assert report["motion"] == "the held-out part's own sound"
    shown = (
        "oracle_psnr_db",
        "oracle_sharpness",
        "added_db",
        "between_lips_db",
        "silent_open",
        "silent_leak",
    )
    for name in (*shown, "silent_leak", "aperture_r_short", "aperture_gain", "ring"):
        assert gate(report, name) is not None, name
    for name in ("seam_velocity", "seam_acceleration", "engine_fps"):
        assert gate(report, name) > 0, name
    # A fit that kept the drafts runs no network, and nothing is told of its speed.
    assert (gate(report, "diffusion_fps") is None) == ("network" not in report["speed"]["stages"])
    assert gate(report, "oracle_psnr_db") > 24
    assert gate(report, "outside_px") == 0
    assert gate(report, "aperture_r") is None, "a clip of seven seconds has the floor of short ones"
    assert 0 < report["figures"]["filmed_sound_r_by_chance"] < report["figures"]["filmed_sound_r"]
    for name in ("lmd", "lmd_v", "flicker", "aperture_gain", "articulation", "ssim_mouth", "drift_light"):
        assert np.isfinite(report["figures"][name]), name
    assert report["bake"]["reused"] is False
    assert report["machine"]["torch"]


@pytest.mark.slow
def test_true_motion_reuses_the_bake_and_judges_no_sound(
    take: Path, store: Store, tmp_path: Path, report: dict[str, Any]
):
    job = Reconstruction(take, tmp_path / "true.mp4", oracle=True, bake=CRUDE, diffusion=None)
    true = reconstruct(job, store, ignore_progress)
    assert true["bake"]["reused"] is True
    assert true["bake"]["sha256"] == report["bake"]["sha256"]
    assert "12 numbers" in true["motion"]
    assert gate(true, "aperture_r") is None
    assert true["figures"]["aperture_r"] > 0.8, "the mouth does what the filmed one did"
    assert "Nothing was refined: the drafts are shown." in true["notes"]


@pytest.mark.slow
def test_nothing_of_the_rest_reaches_what_is_learned(take: Path, tmp_path: Path):
    here = clip(tmp_path / "here.mp4", take, lambda frame: frame)
    there = clip(tmp_path / "there.mp4", take, lambda frame: 255 - frame, sound=True)
    first, other = (
        bake(
            path,
            tmp_path / f"{path.stem}.safetensors",
            replace(CRUDE, fit_seconds=0.0),
            ignore_progress,
            LEARNED,
        )
        for path in (here, there)
    )
    for name in ("points", "matrices", "ok", "usable", "fine", "triangles"):
        assert np.array_equal(getattr(first, name), getattr(other, name)), name
    assert np.array_equal(first.base_track.distance, other.base_track.distance)
    for name, array in first.style.to_arrays().items():
        assert np.array_equal(array, other.style.to_arrays()[name]), name


@pytest.mark.slow
def test_a_rest_without_a_face_is_refused_with_its_place(take: Path, store: Store, tmp_path: Path):
    faceless = clip(tmp_path / "faceless.mp4", take, lambda frame: np.zeros_like(frame))
    job = Reconstruction(faceless, tmp_path / "out.mp4", oracle=True, bake=replace(CRUDE, fit_seconds=0.0))
    with pytest.raises(RenderError, match=r"The part from 5\.2 s on cannot be used\. No face was found"):
        reconstruct(job, store, ignore_progress)
    assert not (tmp_path / "out.mp4").exists()


def test_a_clip_without_sound_names_the_other_way(take: Path, store: Store, tmp_path: Path):
    mute = clip(tmp_path / "mute.mp4", take, lambda frame: frame, sound=False)
    with pytest.raises(
        RenderError, match=r"No speech is heard in the held-out part of mute\.mp4\..*--oracle-motion"
    ):
        reconstruct(Reconstruction(mute, tmp_path / "out.mp4", bake=CRUDE), store, ignore_progress)


def changed(was: Picture, now: Picture) -> float:
    """Levels by which two planes differ at most beyond what an encoder loses."""
    return float(np.abs(cv2.GaussianBlur(was.astype(np.float32) - now, (0, 0), 3)).max())


COVERED, LOST, DOUBLED = range(138, 146), range(150, 154), range(156, 164)


def with_incidents(path: Path, source: Path) -> Path:
    """The source between two grey walls; in its last quarter a hand, a lost face, and a second face."""
    with TakeReader(source) as reader:
        frames = [reader.frame(at)[:, 160:480] for at in range(reader.facts.frames)]
    made = []
    for at, frame in enumerate(frames):
        wide = np.concatenate([frame, np.full_like(frame, 90)], axis=1)
        if at in COVERED:
            cv2.ellipse(wide, (160, 215), (60, 32), 10, 0, 360, (96, 60, 48), -1)
        if at in LOST:
            wide[:] = 90
        if at in DOUBLED:
            wide[:, 320:] = frame[:, ::-1]
        made.append(wide)
    lossless = replace(VideoConfig(), crf=0, preset="ultrafast")
    samples = read_sound(source)
    assert samples is not None
    encode_segment(made, FPS, lossless, path.with_name("picture.mp4"))
    join_segments([path.with_name("picture.mp4")], samples, path, FPS, lossless)
    return path


@pytest.mark.slow
def test_where_the_mouth_cannot_be_drawn_the_filmed_frame_is_kept_and_flagged(
    take: Path, store: Store, tmp_path: Path
):
    source, out = with_incidents(tmp_path / "incidents.mp4", take), tmp_path / "rest.mp4"
    quick = replace(CRUDE, fit_seconds=0.0)
    report = reconstruct(Reconstruction(source, out, bake=quick, diffusion=None), store, ignore_progress)
    with TakeReader(source) as was, TakeReader(out) as now:
        apart = [changed(was.picture(LEARNED + at).y, now.picture(at).y) for at in range(now.facts.frames)]
    # A face that appears is noticed two frames later at most.
    kept = [*COVERED, *LOST, *DOUBLED[2:]]
    assert max(apart[at - LEARNED] for at in kept) < 5
    # Between two incidents, few are left: they are kept too.
    assert max(apart[at - LEARNED] for at in range(COVERED[0], DOUBLED[-1])) < 5
    # Beside them mouths give way to the filmed ones, for a fifth of a second at most.
    drawn = [*range(LEARNED, COVERED[0] - 4), *range(DOUBLED[-1] + 8, FRAMES)]
    # Now and then a drawn mouth is as near to the film as an encoder leaves it.
    fully = float(np.quantile([apart[at - LEARNED] for at in drawn], 0.1))
    assert fully > 5, "before and after, the mouth is drawn"
    assert max(apart[at - LEARNED] for at in (COVERED[0] - 3, DOUBLED[-1] + 3)) < fully
    for said in ("chin is covered in", "face was lost in 4 of 44", "Another face is beside"):
        assert any(note.startswith("In the held-out part: ") and said in note for note in report["notes"]), (
            said
        )
    assert report["figures"]["kept_frames"] >= len(kept) / (FRAMES - LEARNED)


def stopped_at(stage: str) -> Progress:
    def listen(step: Step) -> None:
        if step.stage == stage:
            raise KeyboardInterrupt

    return listen


@pytest.mark.slow
def test_stopping_it_leaves_nothing_half_written(
    take: Path, store: Store, tmp_path: Path, report: dict[str, Any]
):
    job = Reconstruction(take, tmp_path / "out" / "rest.mp4", bake=CRUDE, diffusion=None)
    with pytest.raises(KeyboardInterrupt):
        reconstruct(job, store, stopped_at("rendering"))
    assert list((tmp_path / "out").iterdir()) == []
