"""The database: found by its address, or started by whoever needs it and stopped by the last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.database import SOCKET_NAME, choose_folder, configure_embedded, from_url

ROOT = Path(__file__).resolve().parents[2]
USE = (
    "import sys, pathlib; sys.path.insert(0, 'platform')\n"
    "from config.postgres.server import ensure_running\n"
    "ensure_running(pathlib.Path(sys.argv[1]), 'byname')\n"
    "print('using', flush=True)\n"
    "sys.stdin.read()\n"
)


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def user_of(folder: Path) -> subprocess.Popen[str]:
    """A process that uses the embedded server of ``folder`` until its stdin is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", USE, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "using\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)


def is_running(folder: Path) -> bool:
    return (folder / "data" / "postmaster.pid").exists()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a server may live also when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="byname-db-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "postgres"


def test_an_address_becomes_settings() -> None:
    found = from_url("postgresql://ada:p%40ss@db.example.org:5433/videos?sslmode=require")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", "5433", "videos")
    assert (found["USER"], found["PASSWORD"]) == ("ada", "p@ss")
    assert found["OPTIONS"]["sslmode"] == "require"
    assert "EMBEDDED" not in found


def test_an_address_may_name_a_socket() -> None:
    assert from_url("postgresql://postgres@/byname?host=/run/pg")["HOST"] == "/run/pg"


@pytest.mark.parametrize("url", ["mysql://host/name", "postgresql://host", "sqlite:///file"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not a PostgreSQL address"):
        from_url(url)


def test_a_path_that_no_socket_can_have_moves_to_the_temporary_files(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    found = choose_folder(deep, ROOT)
    assert found.parent == Path(tempfile.gettempdir()).resolve()
    assert len(os.fsencode(found / "data" / SOCKET_NAME)) < 100
    assert found == choose_folder(deep, ROOT) != choose_folder(deep, tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders can be closed to the server's user")
def test_a_closed_home_is_left_closed() -> None:
    with tempfile.TemporaryDirectory(prefix="byname-home-") as home:
        wanted = Path(home) / "byname" / "var" / "postgres"
        assert (
            Path(configure_embedded(wanted, Path(home))["EMBEDDED"]).parent
            == Path(tempfile.gettempdir()).resolve()
        )
        assert Path(home).stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_the_server_outlives_its_starter_and_stops_with_its_last_user(folder: Path) -> None:
    first = user_of(folder)
    second = user_of(folder)
    first.send_signal(signal.SIGKILL)
    first.wait(30)
    third = user_of(folder)
    leave(second)
    assert is_running(folder)
    leave(third)
    assert not is_running(folder)


def test_an_unreachable_database_is_one_sentence_and_exit_status_1() -> None:
    done = manage("migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("The database none at 127.0.0.1:1 cannot be reached:")
    assert "Start the server or correct DATABASE_URL, then try again." in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_bad_setting_is_one_sentence_and_exit_status_1() -> None:
    done = manage("check", PUBLIC_URL="videos")
    assert done.returncode == 1
    assert done.stderr.startswith("PUBLIC_URL=videos is not a web address.")
    assert "Traceback" not in done.stderr
