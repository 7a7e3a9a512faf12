"""Signs of life: who lives is known by a lock, so that nothing that a killed service left counts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from campaigns.operations.beats import beating, living, queues

ROOT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys
import django
django.setup()
from campaigns.operations.beats import beating
with beating(sys.argv[1]):
    print("beating", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that says that it works on the queue render."""
    settings.VAR_DIR = tmp_path
    environment = {
        **os.environ,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}:{ROOT}/platform",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, "render"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "beating\n"
    yield process
    process.kill()
    process.communicate()


def folders(var: Path) -> list[Path]:
    return list((var / "workers" / "render").iterdir())


def test_the_queues_are_those_of_the_settings() -> None:
    assert queues() == ["default", "render"]


def test_a_service_lives_from_its_start_though_it_has_not_written_yet(
    holder: subprocess.Popen[str],
) -> None:
    (service,) = living("render")
    assert service.guard is None
    assert living("default") == []


def test_only_workers_that_the_guard_knows_count(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    (folder,) = folders(tmp_path)
    beat = {"at": 5.0, "task": "", "since": 4.0}
    for pid in (21, 22):
        (folder / f"worker-{pid}.json").write_text(json.dumps(beat))
    (folder / "guard.json").write_text(json.dumps({"at": 6.0, "pusher": 20, "workers": [22, 23]}))
    (service,) = living("render")
    assert list(service.workers) == [22]  # 21 has ended, and 23 begins this moment


def test_a_killed_service_does_not_live_and_the_next_one_removes_what_it_left(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    (left,) = folders(tmp_path)
    assert living("render") == []
    with beating("render"):
        assert left not in folders(tmp_path)
        assert len(living("render")) == 1
    assert folders(tmp_path) == []


def test_a_service_leaves_one_that_lives_alone(holder: subprocess.Popen[str]) -> None:
    with beating("render"):
        assert len(living("render")) == 2
    assert len(living("render")) == 1
