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


def test_an_https_address_is_encrypted_from_the_first_request_on() -> None:
    encrypted = {"PUBLIC_URL": "https://videos.example.org", "BEHIND_PROXY": "1"}
    names = "SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS"
    assert setting(names, **encrypted) == "True True 31536000"
    assert setting(names, PUBLIC_URL="https://videos.example.org") == "False True 31536000"
    assert setting(names, PUBLIC_URL="http://videos.example.org", BEHIND_PROXY="1") == "False False 0"
    assert setting("SESSION_COOKIE_AGE") == "43200"


def test_a_deployment_as_described_has_no_warnings(tmp_path: Path) -> None:
    environment = {
        "PUBLIC_URL": "https://videos.example.org", "BEHIND_PROXY": "1", "VAR_DIR": str(tmp_path),
        "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587", "PATH": os.defpath,
    }  # fmt: skip
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, "no issues" in checked.stdout) == (0, True), checked.stderr
