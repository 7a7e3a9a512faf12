"""Converting the networks again gives the shipped files. It needs the extra `convert` and a wheel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from renderer.face.networks import NAMES, find_weights_file

WHEEL = os.environ.get("MEDIAPIPE_WHEEL", "")


@pytest.mark.skipif(not WHEEL, reason="MEDIAPIPE_WHEEL names no unpacked wheel of mediapipe 0.10.21")
@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_converted_to_the_shipped_bytes(name: str) -> None:
    from renderer.face.conversion.__main__ import convert

    assert convert(name, Path(WHEEL)).SerializeToString() == find_weights_file(name).read_bytes()
