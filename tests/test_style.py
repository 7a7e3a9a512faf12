"""The code reads as one hand wrote it: ruff and mypy agree, and tests use real parts."""

from __future__ import annotations

import ast
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


# --- how tests are written: docs/development.md, "Tests" ---

WAITING = ROOT / "tests" / "waiting.py"
MOCKS = {"mock", "mocker", "MagicMock", "Mock", "AsyncMock", "create_autospec"}


def test_tests_do_not_sleep_and_replace_nothing_but_numbers_and_names() -> None:
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != WAITING]
    assert len(files) > 100
    assert [fault for path in files for fault in faults_of(path.read_text("utf-8"), path.name)] == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import time\ntime.sleep(1)", "a.py:2: sleeps"),
        ("from time import sleep\nsleep(1)", "a.py:2: sleeps"),
        ("async def f():\n    await asyncio.sleep(1)", "a.py:2: sleeps"),
        ("from unittest import mock", "a.py:1: mocks"),
        ("from unittest.mock import patch", "a.py:1: mocks"),
        ("import unittest.mock", "a.py:1: mocks"),
        ("def test_it(mocker): ...", "a.py:1: mocks"),
        ("x = MagicMock()", "a.py:1: mocks"),
        ("monkeypatch.setattr(running, 'claim_next', lambda: 3)", "a.py:1: replaces claim_next"),
        ("monkeypatch.setattr('os.getpid', lambda: 3)", "a.py:1: replaces getpid"),
        ("monkeypatch.setattr(running, name, 3)", "a.py:1: replaces what it does not name"),
    ],
)
def test_a_test_that_sleeps_or_mocks_is_named_with_its_line(code: str, fault: str) -> None:
    assert faults_of(code, "a.py") == [fault]


def test_a_number_a_name_and_a_setting_may_be_another_one() -> None:
    code = "monkeypatch.setattr(clients, 'OF_LINK', 3)\nmonkeypatch.setattr('weights._FILE', path)\n"
    assert faults_of(code + "settings.PRICE = 3\nmonkeypatch.setenv('A', 'b')", "a.py") == []


def faults_of(code: str, name: str) -> list[str]:
    """``name:line: what`` for everything in a test's code that sleeps, mocks or replaces behaviour."""
    found = []
    for node in ast.walk(ast.parse(code)):
        fault = _fault_of(node)
        if fault:
            found.append(f"{name}:{node.lineno}: {fault}")  # type: ignore[attr-defined]
    return found


def _fault_of(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr="sleep") | ast.Name(id="sleep")):
            return "sleeps"
        case ast.ImportFrom(module=module, names=names) if module and (
            "mock" in module.split(".") or MOCKS & {one.name for one in names}
        ):
            return "mocks"
        case ast.Import(names=names) if any("mock" in one.name.split(".") for one in names):
            return "mocks"
        case ast.arg(arg="mocker") | ast.Call(func=ast.Name(id="MagicMock" | "Mock" | "AsyncMock")):
            return "mocks"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr"), args=args):
            return _replaced(args)
    return ""


def _replaced(args: list[ast.expr]) -> str:
    """Constants may be others for a test, functions and classes may not."""
    target = args[0] if isinstance(args[0], ast.Constant) else args[1]
    if not isinstance(target, ast.Constant) or not isinstance(target.value, str):
        return "replaces what it does not name"
    name = target.value.rpartition(".")[2]
    return "" if name == name.upper() else f"replaces {name}"
