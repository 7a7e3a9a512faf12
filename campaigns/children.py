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

GRACE_S = 8.0
GONE_S = 2.0


class ChildDied(Exception):
    """A process that should go on has ended; the message names it and its log."""


class Children:
    """Each child has a session of its own, so that ending it ends what it started, and nothing else."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
        """Start one; its output goes to a log file. Returns the process id."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self._log(name).open("ab") as log:
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
        return child.pid

    def check(self) -> None:
        """Raise ChildDied when one has ended by itself."""
        for name, child in self._running.items():
            if child.poll() is not None:
                log = self._log(name)
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise ChildDied(f"{name} ended ({' '.join(last)}). Its log is {log}.")

    def __enter__(self) -> Children:
        # SIGTERM unwinds like Ctrl-C, so that __exit__ runs.
        self._before = signal.signal(signal.SIGTERM, _interrupt)
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
        signal.signal(signal.SIGTERM, self._before)

    def _log(self, name: str) -> Path:
        return self._logs / f"{name.replace(' ', '-')}.log"


def manage(*arguments: str) -> list[str]:
    """The command line of a manage.py command in this very environment."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def start_cluster(children: Children, name: str, environment: Mapping[str, str] | None = None) -> int:
    """A Django-Q2 cluster: ``default`` or ``render``."""
    return children.start(
        f"{name} workers", manage("qcluster"), {"Q_CLUSTER_NAME": name, **(environment or {})}
    )


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
