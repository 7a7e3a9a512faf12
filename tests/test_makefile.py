"""make finds a Python that fits by itself, and says what to do where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with the programs that the Makefile calls and no Python."""
    for program in ("make", "grep", "cmp", "test", "echo"):
        found = shutil.which(program)
        if found is None:
            pytest.skip(f"{program} is not installed")
        (tmp_path / program).symlink_to(found)
    return tmp_path


def fits(python: Path) -> None:
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)


def is_too_old(python: Path) -> None:
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)


def make(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS")}
    return subprocess.run(
        ["make", "install", f"VENV={path / 'venv'}", *arguments],
        cwd=ROOT, env={**environment, "PATH": str(path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_python3_is_taken_if_it_fits(path: Path) -> None:
    fits(path / "python3")
    fits(path / "python3.12")
    assert "python3 -m venv" in make(path, "--dry-run").stdout


def test_otherwise_the_newest_that_fits_is_taken(path: Path) -> None:
    is_too_old(path / "python3")
    fits(path / "python3.12")
    fits(path / "python3.11")
    assert "python3.12 -m venv" in make(path, "--dry-run").stdout


def test_the_one_that_is_named_is_taken(path: Path) -> None:
    fits(path / "python3")
    fits(path / "mine")
    assert "mine -m venv" in make(path, "--dry-run", "PYTHON=mine").stdout


def test_without_one_that_fits_make_says_what_to_do(path: Path) -> None:
    is_too_old(path / "python3")
    refused = make(path)
    assert refused.returncode
    assert "Byname needs Python 3.11, 3.12 or 3.13" in refused.stderr
    assert "make demo PYTHON=/path/to/python3" in refused.stderr


def test_a_named_one_that_does_not_fit_is_refused(path: Path) -> None:
    is_too_old(path / "mine")
    refused = make(path, "PYTHON=mine")
    assert refused.returncode
    assert "'mine' is none of them" in refused.stderr
