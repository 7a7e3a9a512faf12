"""Processes that a command starts and ends with itself: workers, web server, mail catcher."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType

from django.conf import settings

from campaigns.demo.reaper import DONE

GRACE_S = 8.0
GONE_S = 2.0


class ChildDied(Exception):
    """A process that should go on has ended; the message names it and its log."""


class Children:
    """Each child has a session of its own, so that ending it ends what it started, and nothing else.

    When this very process is killed, a small process of its own ends them; see `campaigns.demo.reaper`.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._reaper: subprocess.Popen[str] | None = None

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
        """Start one; its output goes to a log file. Returns the process id."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self._get_log_path(name).open("ab") as log:
            child = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[name] = child
        self._tell_reaper(str(child.pid))
        return child.pid

    def check(self) -> None:
        """Raise ChildDied when one has ended by itself."""
        for name, child in self._running.items():
            if child.poll() is not None:
                log = self._get_log_path(name)
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise ChildDied(f"{name} ended ({' '.join(last)}). Its log is {log}.")

    def __enter__(self) -> Children:
        # SIGTERM unwinds like Ctrl-C, so that __exit__ runs.
        self._before = signal.signal(signal.SIGTERM, _interrupt)
        self._reaper = subprocess.Popen(
            [sys.executable, "-m", "campaigns.demo.reaper"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is not for it
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._running.values():
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        for child in self._running.values():
            with suppress(subprocess.TimeoutExpired):  # in the middle of a video: the next run takes it up
                child.wait(max(0.0, deadline - time.monotonic()))
            _signal_group(child, signal.SIGKILL)
            child.wait()
            _wait_for_group(child)
        self._tell_reaper(DONE)
        if self._reaper is not None:
            self._reaper.communicate()
        signal.signal(signal.SIGTERM, self._before)

    def _tell_reaper(self, line: str) -> None:
        if self._reaper is not None and self._reaper.stdin is not None:
            with suppress(BrokenPipeError):  # somebody killed it; the others end as usual
                self._reaper.stdin.write(f"{line}\n")
                self._reaper.stdin.flush()

    def _get_log_path(self, name: str) -> Path:
        return self._logs / f"{name.replace(' ', '-')}.log"


def build_manage_command(*arguments: str) -> list[str]:
    """The command line of a manage.py command in this very environment."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def start_cluster(children: Children, name: str, environment: Mapping[str, str] | None = None) -> int:
    """The workers of one queue: ``default`` or ``render``."""
    return children.start(f"{name} workers", build_manage_command("work", "--queue", name), environment)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    if child.poll() is None:
        child.send_signal(number)


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):  # all of them have ended
        os.killpg(child.pid, number)  # the session's first process, so its id is the group's


def _wait_for_group(child: subprocess.Popen[bytes]) -> None:
    """Killed processes still hold their locks for a moment; the database looks at those when we end."""
    deadline = time.monotonic() + GONE_S
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(child.pid, 0)
            time.sleep(0.02)
