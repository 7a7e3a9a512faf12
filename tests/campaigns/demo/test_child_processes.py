"""Processes that a command starts: they end with it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from campaigns.demo.child_processes import ChildDied, Children
from campaigns.demo.reaper import read_groups
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
# A child that starts one of its own, as a cluster does, and neither of them hears SIGTERM.
STUBBORN = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); signal.pause()"
STARTER = """
import signal, sys
from pathlib import Path
import django
django.setup()
from campaigns.demo.child_processes import Children
with Children(Path(sys.argv[1])) as children:
    print(children.start("stubborn", [sys.executable, "-c", sys.argv[2]]), flush=True)
    signal.pause()
"""


def has_processes(group: int) -> bool:
    """Zombies do not count: nobody may be there to wait for them."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, _, pgid = stat.read_text().rpartition(")")[2].split()[:3]
            if int(pgid) == group and state != "Z":
                return True
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_children_do_not_outlive_their_starter(tmp_path: Path, number: int) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}:{ROOT}/platform",
    }
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path), STUBBORN],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert starter.stdout is not None
    group = int(starter.stdout.readline())
    wait_until(lambda: has_processes(group), 30, "the child")
    starter.send_signal(number)
    starter.wait()
    wait_until(lambda: not has_processes(group), 30, "the end of the child")


def test_a_starter_that_ended_its_children_leaves_none_to_the_reaper() -> None:
    assert read_groups(["12\n", "34\n"]) == [12, 34]
    assert read_groups(["12\n", "34\n", "done\n"]) == []


def test_a_child_that_ends_by_itself_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("parrot", [sys.executable, "-c", "print('no seed left')"])

        def has_died() -> bool:
            try:
                children.check()
            except ChildDied as error:
                assert "parrot ended (no seed left)" in str(error)
                return True
            return False

        wait_until(has_died, 30, "its end")
