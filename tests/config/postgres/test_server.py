"""The embedded server lets in the user who started it, and nobody else, whatever a cluster was before."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.postgres.account import OWN_ACCOUNT, find_account

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as another user")
USE = """
import pathlib, sys
sys.path.insert(0, "platform")
from config.postgres.server import ensure_running
ensure_running(pathlib.Path(sys.argv[1]), "byname")
print("using", flush=True)
sys.stdin.read()
"""
ASK = """
import os, psycopg, sys
host, user, group = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def ask():
    try:
        with psycopg.connect(host=host, user="postgres", dbname="byname") as connection:
            return f"superuser {connection.execute('SHOW is_superuser').fetchone()[0]}"
    except psycopg.OperationalError as error:
        return str(error)
ask()  # as root, who can read the interpreter's modules wherever they are
os.setgroups([]), os.setgid(group), os.setuid(user)
print(ask())
"""


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """The server of a folder, used by a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", USE, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "using\n"
    yield folder / "data"
    process.communicate()


def ask_as(user: int, data: Path) -> str:
    """What a process of another user hears when it wants to be the database's superuser."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(data), str(user), str(pwd.getpwuid(user).pw_gid)],
        cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    return asked.stdout


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="byname-db-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "postgres"


def test_root_gets_in_and_neither_the_servers_own_user_nor_nobody_does(folder: Path) -> None:
    with running(folder) as data:
        assert ask_as(0, data) == "superuser on\n"
        assert "Peer authentication failed" in ask_as(data.stat().st_uid, data)
        assert "superuser" not in ask_as(pwd.getpwnam("nobody").pw_uid, data)
        if find_account().pw_name == OWN_ACCOUNT:
            assert data.stat().st_uid != pwd.getpwnam("nobody").pw_uid


def test_a_cluster_that_trusted_everybody_is_closed_when_it_starts_again(
    folder: Path, tmp_path: Path
) -> None:
    """Version 0.6 ran as nobody, with a file that trusts; a link in a file's place is not followed."""
    with running(folder) as data:
        pass
    nobody, kept = pwd.getpwnam("nobody"), tmp_path / "kept"
    kept.write_text("kept")
    for path in (data, *data.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    (data / "pg_hba.conf").write_text("local all all trust\n")
    (data / "pg_ident.conf").unlink()
    (data / "pg_ident.conf").symlink_to(kept)
    with running(folder):
        for user in {nobody.pw_uid, data.stat().st_uid}:
            assert "superuser" not in ask_as(user, data)
        assert ask_as(0, data) == "superuser on\n"
    assert (kept.read_text(), kept.stat().st_uid) == ("kept", 0)
