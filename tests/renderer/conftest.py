"""A short take of the demo's presenter, tracked and baked once for all tests of the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer.config import BakeConfig
from renderer.presenter.bake import bake
from renderer.presenter.lower_faces import Faces, crop_lower_faces, track_take
from renderer.presenter.presenter import Presenter
from renderer.video.decode import TakeReader
from tests import takes

QUICK = BakeConfig(fit_seconds=1.0, fit_steps_max=1, base_channels=8)


@pytest.fixture(scope="session")
def small_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return takes.good(tmp_path_factory.mktemp("take") / "good.mp4")


@pytest.fixture(scope="session")
def faces(small_take: Path) -> Faces:
    with TakeReader(small_take) as reader:
        return crop_lower_faces(reader, track_take(reader, None), crop_px=128)


@pytest.fixture(scope="session")
def frames(small_take: Path) -> list[np.ndarray]:
    with TakeReader(small_take) as reader:
        return list(reader.frames(range(reader.facts.frames)))


@pytest.fixture(scope="session")
def small_bake(small_take: Path, tmp_path_factory: pytest.TempPathFactory) -> Presenter:
    out = tmp_path_factory.mktemp("bake") / "presenter.safetensors"
    return bake(small_take, out, QUICK)
