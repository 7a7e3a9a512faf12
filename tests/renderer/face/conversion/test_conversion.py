"""Converting the networks again gives the shipped files. It needs the extra `convert` and a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from renderer.face.networks import NAMES, find_weights_file

WHEEL = os.environ.get("MEDIAPIPE_WHEEL", "")


@pytest.mark.skipif(not WHEEL, reason="MEDIAPIPE_WHEEL names no unpacked wheel of mediapipe 0.10.21")
@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_converted_to_the_shipped_bytes(name: str) -> None:
    from renderer.face.conversion.__main__ import convert

    assert convert(name, Path(WHEEL)).SerializeToString() == find_weights_file(name).read_bytes()


def test_without_the_extra_help_is_printed_and_a_conversion_says_what_to_install(tmp_path: Path) -> None:
    if find_spec("tflite"):
        pytest.skip("the extra `convert` is installed")
    command = [sys.executable, "-m", "renderer.face.conversion"]
    helped = subprocess.run([*command, "--help"], capture_output=True, text=True)
    asked = subprocess.run([*command, str(tmp_path), str(tmp_path)], capture_output=True, text=True)
    assert helped.returncode == 0 and "wheel of mediapipe" in helped.stdout
    assert asked.returncode == 1 and asked.stderr.startswith("Not installed: tflite")
    assert ".[convert]" in asked.stderr and "Traceback" not in asked.stderr
