"""A command of `manage.py` on a machine whose clock is wrong: ``python -m tests.campaigns.delivery.skewed
MINUTES COMMAND …``. The database's clock stays right."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from django.core.management import execute_from_command_line
from django.utils import timezone


def set_clock(minutes: float) -> None:
    """From now on every clock that this process and those that it forks ask is so many minutes wrong."""
    real_s, real = time.time, timezone.now

    def wrong() -> datetime:
        return real() + timedelta(minutes=minutes)

    time.time = lambda: real_s() + 60 * minutes
    timezone.now = wrong


if __name__ == "__main__":
    set_clock(float(sys.argv[1]))
    execute_from_command_line(["manage.py", *sys.argv[2:]])
