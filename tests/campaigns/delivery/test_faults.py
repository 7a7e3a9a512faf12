"""A small run of the gate of sending: nothing twice, nothing lost, whatever is killed meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_no_mail_is_lost_or_sent_twice_under_kills_skew_and_an_older_database() -> None:
    command = [sys.executable, "-m", "tests.campaigns.delivery.faults", "--mails", "100", "--kills", "6"]
    ran = subprocess.run(
        [*command, "--limit-s", "240"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "| sent twice | 0 |" in ran.stdout and "| lost | 0 |" in ran.stdout
