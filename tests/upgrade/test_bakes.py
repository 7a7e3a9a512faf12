"""Presenters that version 0.2 baked, whole and light, load and are written again as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from renderer.presenter.light_bake import lighten
from renderer.presenter.presenter import Presenter
from renderer.refiner.refine import load_refiner
from tests.upgrade.version_0_2 import BAKE_SHA256


def test_a_whole_bake_loads_with_its_pictures_its_style_and_its_network(files: Path) -> None:
    presenter = Presenter.load(files / "whole.safetensors")
    assert presenter.content_key == BAKE_SHA256["whole"]
    assert (presenter.crop_px, presenter.facts.frames, len(presenter.fine)) == (64, 175, 175)
    assert presenter.base_track.frames == 175
    assert presenter.style.denoiser and presenter.style.sound_weights is not None
    assert load_refiner(presenter.network).leave.weight.any()


def test_a_light_bake_loads_without_pictures(files: Path) -> None:
    whole, light = (Presenter.load(files / f"{name}.safetensors") for name in ("whole", "light"))
    assert light.fine.shape == (0, *whole.fine.shape[1:])
    assert np.array_equal(light.points, whole.points)
    assert light.network.keys() == whole.network.keys()
    assert load_refiner(light.network).leave.weight.any()


def test_both_are_written_again_to_the_byte(files: Path, tmp_path: Path) -> None:
    whole = Presenter.load(files / "whole.safetensors")
    whole.save(tmp_path / "whole")
    lighten(whole).save(tmp_path / "light")
    for name in ("whole", "light"):
        assert (tmp_path / name).read_bytes() == (files / f"{name}.safetensors").read_bytes()
