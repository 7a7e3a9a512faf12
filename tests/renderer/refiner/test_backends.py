"""A bake says which refiner reads its weights; one that says nothing means the network of version 0.2."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from renderer.config import DiffusionConfig
from renderer.errors import RenderError
from renderer.presenter.light_bake import lighten
from renderer.presenter.presenter import Presenter
from renderer.refiner.backends import BACKENDS, find_backend
from renderer.refiner.network import MouthRefiner
from renderer.refiner.refine import Timeline, load_refiner, refine
from renderer.render.stages import load_presenter_refiner
from tests.presenters import Baked
from tests.renderer.refiner.mouths import drawn_mouths


def test_no_name_means_the_network_of_version_0_2() -> None:
    assert [backend.name for backend in BACKENDS] == ["mouth-network"]
    assert find_backend("") is find_backend("mouth-network") is BACKENDS[0]


def test_the_default_backend_gives_the_bytes_of_the_network() -> None:
    made = drawn_mouths(5)
    weights = {name: value.numpy() for name, value in MouthRefiner(base_channels=8).state_dict().items()}
    weights["leave.weight"] = np.random.default_rng(3).normal(0, 0.1, weights["leave.weight"].shape)
    weights = {name: np.asarray(array, np.float32) for name, array in weights.items()}
    parts = (made.drafts, made.truths, made.masks, made.points)
    config = DiffusionConfig()
    [crops] = find_backend().load(weights)([Timeline(*parts, range(5))], seed_key="nora", config=config)
    expected = refine(load_refiner(weights), *parts, seed_key="nora", frame_ids=range(5), config=config)
    assert crops.tobytes() == expected.tobytes() != made.drafts.tobytes()


def test_a_refiner_that_is_not_here_is_named_with_what_to_do() -> None:
    with pytest.raises(
        RenderError, match=r"refiner “glass”, which is not installed.*Bake the presenter again"
    ):
        find_backend("glass")


def test_a_bake_keeps_the_name_and_one_without_has_the_bytes_of_version_0_2(
    baked: Baked, tmp_path: Path
) -> None:
    plain, named = Presenter.load(baked.bake), tmp_path / "named.safetensors"
    with safe_open(baked.bake, "np") as stored:
        assert "refiner" not in json.loads(stored.metadata()["presenter"])
    replace(plain, refiner="glass").save(named)
    assert (plain.refiner, Presenter.load(named).refiner) == ("", "glass")
    assert lighten(Presenter.load(named)).refiner == "glass"
    with pytest.raises(RenderError, match="refiner “glass”"):
        load_presenter_refiner(Presenter.load(named))
