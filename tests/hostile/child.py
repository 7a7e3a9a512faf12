"""A process of its own for inputs that mean harm: its time for each and its memory are measured."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 10
MEMORY_MAX_MB = 1_000


@dataclass(frozen=True)
class Outcome:
    """What became of the inputs: how many were refused, which took too long or broke, and the memory."""

    answered: int
    refused: int
    bad: list[str]
    memory_mb: float


class TookTooLong(BaseException):
    """Nothing that catches errors catches this one."""


def measure(module: str, function: str, *arguments: str) -> Outcome:
    """``function`` of ``module``, called in a child with each number of an input until it says there is none.

    It answers with the sentence of a refusal, or "" where there is none; what it raises is a fault.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.child", module, function, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/platform", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"the process died: {done.returncode}"
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def _try_all(names: Sequence[str], attempt: Callable[[int], str]) -> dict[str, Any]:
    signal.signal(signal.SIGALRM, _stop)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bad, refused = [], 0
    for number, name in enumerate(names):
        began = time.monotonic()
        signal.alarm(SECONDS_MAX)
        try:
            refused += bool(attempt(number))
        except BaseException as error:
            bad.append(f"{name}: {type(error).__name__}: {error} after {time.monotonic() - began:.1f} s")
        finally:
            signal.alarm(0)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"answered": len(names), "refused": refused, "bad": bad, "memory_mb": grown / 1024}


def _stop(*_: object) -> None:
    raise TookTooLong


def main() -> None:
    from importlib import import_module

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    made = getattr(import_module(sys.argv[1]), sys.argv[2])(*sys.argv[3:])
    sys.stdout.write(json.dumps(_try_all(*made)) + "\n")


if __name__ == "__main__":
    main()
