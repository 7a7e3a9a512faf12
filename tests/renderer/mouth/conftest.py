"""A tracked take of the demo's presenter, shared by the tests of this room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer.mouth.faces import Faces, lower_faces, see
from renderer.video.decode import TakeReader
from tests import takes


@pytest.fixture(scope="session")
def small_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return takes.good(tmp_path_factory.mktemp("take") / "good.mp4")


@pytest.fixture(scope="session")
def faces(small_take: Path) -> Faces:
    with TakeReader(small_take) as reader:
        return lower_faces(reader, see(reader, None), crop_px=128)


@pytest.fixture(scope="session")
def frames(small_take: Path) -> list[np.ndarray]:
    with TakeReader(small_take) as reader:
        return list(reader.frames(range(reader.facts.frames)))
