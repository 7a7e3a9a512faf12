"""A take becomes one file that holds everything, made once and resumed where it stopped."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.errors import Cancelled, RenderError
from renderer.mouth.base import build_mouth_base
from renderer.mouth.draft import draft
from renderer.presenter.bake import bake
from renderer.presenter.lower_faces import crop_lower_faces, track_take
from renderer.presenter.presenter import Presenter, load_presenter
from renderer.progress import Step
from renderer.refiner.refine import load_refiner
from renderer.take.base_track import PathFrame
from renderer.video.decode import TakeReader
from tests import takes
from tests.renderer.conftest import QUICK

FRAMES = 7 * takes.FPS


def test_a_bake_holds_the_whole_take(small_bake: Presenter) -> None:
    assert small_bake.points.shape == (FRAMES, 478, 2)
    assert small_bake.matrices.shape == (FRAMES, 2, 3)
    assert small_bake.fine.shape == (FRAMES, small_bake.fine_px, small_bake.fine_px, 3)
    assert small_bake.crops.shape == (FRAMES, 128, 128, 3)
    assert small_bake.neutral_face.shape == (478, 2)
    assert small_bake.facts.fps == takes.FPS
    assert small_bake.config == QUICK
    assert small_bake.ok.all()
    assert next(load_refiner(small_bake.network).parameters()) is not None
    assert small_bake.base_track.frames == FRAMES


def test_a_baked_presenter_rests_with_closed_lips(small_bake: Presenter, frames: list[np.ndarray]) -> None:
    path = [PathFrame(at, at, 0.0) for at in range(20, 26)]
    base = build_mouth_base(small_bake, path, frames[20:26])
    drawn = draft(small_bake, base, np.zeros((6, small_bake.style.space.size), np.float32))
    assert drawn.crops.shape == (6, 128, 128, 3)
    assert small_bake.atlas.gaps[drawn.sources].max() < 0.02


def test_a_saved_presenter_comes_back_whole(small_bake: Presenter, tmp_path: Path) -> None:
    path = tmp_path / "presenter.safetensors"
    small_bake.save(path)
    again = Presenter.load(path)
    assert again.content_key == hashlib.sha256(path.read_bytes()).hexdigest() == small_bake.content_key
    for name in ("points", "matrices", "ok", "usable", "fine", "triangles", "detail"):
        assert np.array_equal(getattr(again, name), getattr(small_bake, name)), name
    assert again.facts == small_bake.facts
    assert again.network.keys() == small_bake.network.keys()
    assert np.array_equal(again.style.space.basis, small_bake.style.space.basis)


def test_a_presenter_of_before_the_finest_detail_was_learned_is_read(
    small_bake: Presenter, tmp_path: Path
) -> None:
    path = tmp_path / "presenter.safetensors"
    small_bake.save(path)
    with safe_open(path, "np") as file:
        arrays, about = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
    save_file({name: array for name, array in arrays.items() if name != "detail"}, path, about)
    assert small_bake.detail.any() and not Presenter.load(path).detail.any()


def test_a_presenter_is_read_once_while_its_file_stays(small_bake: Presenter, tmp_path: Path) -> None:
    path = tmp_path / "presenter.safetensors"
    small_bake.save(path)
    assert load_presenter(path) is load_presenter(path)


def test_files_that_are_no_presenter_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(b"not a bake")
    with pytest.raises(RenderError, match="not a baked presenter"):
        load_presenter(path)
    with pytest.raises(RenderError, match="Bake the take first"):
        load_presenter(tmp_path / "missing.safetensors")


def test_a_stopped_bake_goes_on_after_the_track(small_take: Path, tmp_path: Path) -> None:
    out = tmp_path / "presenter.safetensors"
    stages: list[str] = []

    def stop_at_the_crop(step: Step) -> None:
        if step.stage == "cutting out the lower face":
            raise Cancelled

    def stop_at_the_voice(step: Step) -> None:
        stages.append(step.stage)
        if step.stage == "listening to the take":
            raise Cancelled

    with pytest.raises(Cancelled):
        bake(small_take, out, QUICK, stop_at_the_crop)
    with pytest.raises(Cancelled):
        bake(small_take, out, QUICK, stop_at_the_voice)
    assert "tracking the face" not in stages
    assert not out.exists()


def test_a_take_that_is_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="at least 5 s"):
        bake(takes.too_short(tmp_path / "short.mp4"), tmp_path / "out.safetensors", QUICK)


def test_what_a_take_lacks_is_told_before_the_fit_and_kept_in_the_bake(
    small_take: Path, small_bake: Presenter, tmp_path: Path
) -> None:
    told: list[tuple[str, ...]] = []

    def stop_at_the_voice(step: Step) -> None:
        if step.stage == "listening to the take":
            raise Cancelled

    with pytest.raises(Cancelled):
        bake(small_take, tmp_path / "p.safetensors", QUICK, stop_at_the_voice, tell=told.append)
    ((said,),) = told
    assert "The take is short (7 s)" in said
    assert small_bake.problems == (said,)


def test_frames_beside_a_cut_are_not_learned_from_and_the_cut_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, ...]] = []

    def stop_at_the_voice(step: Step) -> None:
        if step.stage == "listening to the take":
            raise Cancelled

    take = takes.with_a_cut(tmp_path / "cut.mp4")
    with pytest.raises(Cancelled):
        bake(take, tmp_path / "p.safetensors", QUICK, stop_at_the_voice, tell=told.append)
    assert any("The take has a cut (at 4.0 s)" in sentence for sentence in told[0])
    with TakeReader(take) as reader:
        faces = crop_lower_faces(reader, track_take(reader, None), crop_px=64)
    assert np.array_equal(faces.breaks[1:], ~(faces.ok[1:] & faces.ok[:-1]))  # no shot begins or ends there
    assert not faces.ok[98:104].any() and faces.ok[:97].all() and faces.ok[105:].all()
