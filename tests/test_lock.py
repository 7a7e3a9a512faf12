"""The lock is complete: it holds what every package asks for, less what is left out on purpose."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.test_layout import CODE, imports_of

ROOT = Path(__file__).resolve().parent.parent

# Declared by a package, never imported by what is used of it; docs/dependencies.md gives each reason.
LEFT_OUT = {
    *("hf-xet", "sounddevice", "docopt", "jaconv"),
    *("roma", "trimesh", "warp-lang"),
    "toml",
}
# For those who convert the tracker's networks anew: not installed, so not in the lock.
NOT_LOCKED = "convert"
# What torch built for CUDA declares; the build that the lock names for a CPU has none of it.
CUDA = ("nvidia-", "cuda-", "triton")


def read_pins() -> dict[str, Version]:
    pins = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            pins[canonicalize_name(name)] = Version(version)
    return pins


def direct(*extras: str) -> list[Requirement]:
    """What the project itself asks for: everything, or only the extras that are named."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    locked = [packages for extra, packages in optional.items() if extra != NOT_LOCKED]
    groups = [optional[extra] for extra in extras] or [project["dependencies"], *locked]
    return [Requirement(text) for group in groups for text in group]


def list_requirements(name: str, extras: set[str]) -> Iterator[Requirement]:
    for text in importlib.metadata.requires(name) or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            yield requirement


PINNED = read_pins()
EXTRAS = {canonicalize_name(requirement.name): requirement.extras for requirement in direct()}


@pytest.mark.parametrize("requirement", direct(), ids=lambda requirement: requirement.name)
def test_each_package_that_the_project_imports_is_pinned(requirement: Requirement) -> None:
    assert PINNED[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("name", sorted(PINNED))
def test_the_pinned_version_is_the_installed_one(name: str) -> None:
    installed = Version(importlib.metadata.version(name))
    assert installed.public == PINNED[name].public  # torch's build (+cpu) differs between indexes


@pytest.mark.parametrize("name", sorted(PINNED))
def test_what_a_package_asks_for_is_in_the_lock_or_left_out_on_purpose(name: str) -> None:
    for requirement in list_requirements(name, EXTRAS.get(canonicalize_name(name), set())):
        asked = canonicalize_name(requirement.name)
        if asked in LEFT_OUT or (name == "torch" and asked.startswith(CUDA)):
            continue
        assert asked in PINNED, f"{name} asks for {requirement}"
        assert PINNED[asked] in requirement.specifier, f"{name} asks for {requirement}"


def test_each_package_that_the_code_imports_is_declared() -> None:
    providers = importlib.metadata.packages_distributions()
    known = set(sys.stdlib_module_names) | {"renderer", "campaigns", "config", "tests"}
    known |= {requirement.name for requirement in direct(NOT_LOCKED)}
    imported = {name.split(".")[0]: path for path in CODE for name in imports_of(path)}
    undeclared = {
        f"{path.name} imports {name}"
        for name, path in imported.items()
        if name not in known and not {canonicalize_name(p) for p in providers.get(name, [])} & set(EXTRAS)
    }
    assert undeclared == set()


def test_each_package_that_is_declared_is_used() -> None:
    providers = importlib.metadata.packages_distributions()
    code = "".join(path.read_text(encoding="utf-8") for path in CODE)
    named = [name for name in providers if re.search(rf"\b{re.escape(name)}\b", code)]
    used = {canonicalize_name(package) for name in named for package in providers[name]}
    tools = {canonicalize_name(requirement.name) for requirement in direct("dev")}
    assert sorted(set(EXTRAS) - used - tools) == []


def test_nothing_is_pinned_that_nobody_asks_for() -> None:
    wanted = {name: set(extras) for name, extras in EXTRAS.items()}
    queue = list(wanted)
    while queue:
        name = queue.pop()
        for asked in list_requirements(name, wanted[name]):
            found = canonicalize_name(asked.name)
            if found in PINNED and not (found in wanted and asked.extras <= wanted[found]):
                wanted[found] = wanted.get(found, set()) | asked.extras
                queue.append(found)
    assert sorted(set(PINNED) - set(wanted)) == []


def test_what_is_left_out_is_explained() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [name for name in sorted(LEFT_OUT) if f"`{name}`" not in page] == []
