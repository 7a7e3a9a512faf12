from __future__ import annotations

import pytest
import torch

from renderer.motion.ear import load_ear
from renderer.refiner.network import MouthRefiner
from renderer.refiner.refine import load_refiner
from renderer.weights import EAR, MOTION, MOUTH, base_ear, base_motion, base_mouth, read_metadata, weights_key

BYTES_MAX = 30_000_000


def test_all_shipped_weights_together_are_small() -> None:
    assert sum(path.stat().st_size for path in (MOUTH, MOTION, EAR) if path.exists()) <= BYTES_MAX


def test_the_mouths_weights_fit_the_network_that_their_file_describes() -> None:
    weights = base_mouth()
    assert weights is not None
    net = MouthRefiner(**read_metadata(MOUTH)["mouth"]["config"])
    net.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    assert all(torch.isfinite(value).all() for value in net.state_dict().values())
    assert load_refiner(weights).leave.weight.any()


def test_the_mouths_file_names_its_data_and_its_training() -> None:
    facts = read_metadata(MOUTH)["mouth"]
    # The shipped file was written when the folder was called so; its metadata stays as it is.
    assert "synthetic" in facts["data"] and "renderer.studio" in facts["data"]
    assert facts["people"] >= 10 and facts["people_unseen"] >= 1
    assert facts["steps"] > 0 and facts["minutes"] > 0 and facts["machine"]


def test_the_shipped_weights_gained_on_people_that_they_never_saw() -> None:
    found = read_metadata(MOUTH)["mouth"]["unseen"]
    assert found["mouth_db"] > found["draft_mouth_db"]
    assert found["mask_db"] > found["draft_mask_db"]


def test_the_key_changes_with_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = weights_key()
    weights_key.cache_clear()
    monkeypatch.setattr("renderer.weights.MOUTH", MOUTH.with_name("missing.safetensors"))
    changed, missing = weights_key(), base_mouth()
    weights_key.cache_clear()
    assert changed != before
    assert missing is None


def test_motion_weights_are_arrays_or_absent() -> None:
    assert (base_motion() is None) == (not MOTION.exists())


def test_the_ears_weights_fit_the_network_that_their_file_describes() -> None:
    weights = base_ear()
    assert weights is not None
    facts = read_metadata(EAR)["ear"]
    net = load_ear(weights)
    assert net.settle.weight.shape[0] == facts["config"]["width"]
    assert facts["talkers"] > 300 and facts["steps"] > 0
    assert facts["validation"]["open"] > 0.75
