"""Settings that follow from the environment, read by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def setting(name: str, **environment: str) -> str:
    """The value of a setting under the environment given."""
    code = f"from config import settings; print(settings.{name})"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": f"{ROOT}:{ROOT}/platform", "SECRET_KEY": "x", **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return found.stdout.strip()


def test_further_hosts_do_not_shut_out_the_health_check_and_the_public_address() -> None:
    hosts = setting("ALLOWED_HOSTS", PUBLIC_URL="https://videos.example.org", ALLOWED_HOSTS="inside.example")
    assert hosts == "['videos.example.org', '127.0.0.1', 'localhost', 'inside.example']"
