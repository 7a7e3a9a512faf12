"""The demo's presenter, watched once."""

from __future__ import annotations

import pytest

from renderer.judging.footage import Footage, watch
from renderer.judging.judge import Judge
from tests.renderer.judging.tampered import write_part

TAKE = range(200)


@pytest.fixture(scope="session")
def take(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """Eight seconds of the demo's take."""
    return watch(write_part(tmp_path_factory.mktemp("judging") / "take.mp4", TAKE))


@pytest.fixture(scope="session")
def judge(take: Footage) -> Judge:
    return Judge.of(take)
