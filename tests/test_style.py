"""The code reads as one hand wrote it: ruff and mypy agree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def complaints_of(*command: str) -> str:
    """What a checker says; empty when it is content."""
    found = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "" if found.returncode == 0 else found.stdout + found.stderr


def test_ruff_finds_nothing() -> None:
    assert complaints_of("ruff", "check", ".") == ""


def test_every_file_is_formatted() -> None:
    assert complaints_of("ruff", "format", "--check", ".") == ""


@pytest.mark.slow
def test_mypy_finds_nothing_in_the_engine_and_the_platform() -> None:
    assert complaints_of("mypy") == ""
