"""A wheel is whole: it would hold every module, weight, template and page script of the tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Where a folder of the tree lies in an installation.
PLACES = {"renderer": "renderer", "campaigns": "campaigns", "platform/config": "config"}
PLACES["templates"] = "campaigns/templates"
_LISTING = """
from setuptools import Distribution
made = Distribution({"script_name": "setup.py"})
made.parse_config_files()
build = made.get_command_obj("build_py")
build.build_lib = ""
build.ensure_finalized()
print(*build.get_outputs(include_bytecode=False), sep="\\n")
"""


def in_the_tree() -> set[str]:
    """What is kept under version control, by the place where an installation should have it."""
    kept = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *PLACES],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if kept.returncode:
        pytest.skip("the tree is no checkout")
    files = (Path(line) for line in kept.stdout.splitlines())
    return {place(file) for file in files if (ROOT / file).is_file()}


def place(file: Path) -> str:
    folder = next(folder for folder in PLACES if file.is_relative_to(folder))
    return (Path(PLACES[folder]) / file.relative_to(folder)).as_posix()


def in_a_wheel() -> set[str]:
    """What setuptools would copy; nothing is written and nothing downloaded."""
    listed = subprocess.run(
        [sys.executable, "-c", _LISTING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(listed.stdout.splitlines())


def test_a_wheel_holds_every_file_of_the_tree_and_no_other() -> None:
    assert in_a_wheel() == in_the_tree()
