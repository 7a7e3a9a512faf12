"""The user that the embedded server runs as: whoever starts it, or, where that is root, one of its own."""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

logger = logging.getLogger(__name__)

OWN_ACCOUNT = "byname-postgres"
LAST_RESORT = "nobody"  # where root may make no user: other processes of it can reach the server's files


class NoAccount(Exception):
    """There is no user that the server could run as; the message is the name of the last one tried."""


def find_account() -> pwd.struct_passwd:
    """The user that a server is started as; as root it is made where it is missing. Raises NoAccount."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in (OWN_ACCOUNT, LAST_RESORT):
        if name == OWN_ACCOUNT and not _exists(name):
            _make(name)
        if _exists(name):
            return pwd.getpwnam(name)
    raise NoAccount(LAST_RESORT)


def find_owner(path: Path) -> pwd.struct_passwd:
    """The user of files that are there: what one started, the same one has to stop."""
    return pwd.getpwuid(path.stat().st_uid)


def hand_over(path: Path) -> None:
    """Give a file, or a folder with all that is in it, to the user that the server runs as."""
    if os.geteuid() != 0:
        return
    account = find_account()
    os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    # By descriptors: the user it belonged to could put a link in the way of a path.
    for _, folders, files, descriptor in os.fwalk(path) if path.is_dir() else ():
        for name in (*folders, *files):
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if found.st_uid != account.pw_uid and (stat.S_ISDIR(found.st_mode) or found.st_nlink == 1):
                os.chown(name, account.pw_uid, account.pw_gid, dir_fd=descriptor, follow_symlinks=False)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _make(name: str) -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return
    made = subprocess.run(
        [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", name],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode and not _exists(name):  # another start may have made it meanwhile
        logger.warning(
            "No user %s could be made for the embedded database (%s); it runs as %s, whose other processes "
            "can reach its files. Make that user, or set DATABASE_URL.",
            name, " ".join(made.stderr.split()), LAST_RESORT,
        )  # fmt: skip
