"""Atomic writes: a file appears whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from renderer.errors import RenderError

# EFBIG is what a process with a file size limit gets instead of a full disk.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it to ``path`` when the block ends well.

    A block that raises leaves nothing behind. The temporary name keeps the suffix, because
    writers choose the format by it. Raises RenderError when the disk is full.
    """
    with explain_disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.stem[:80]}.{secrets.token_hex(6)}.part{path.suffix}")
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def explain_disk_errors(folder: Path) -> Iterator[None]:
    """Turn "no room" and "not allowed" from the system into a RenderError that names the folder."""
    try:
        yield
    except Exception as error:
        number = read_system_error(error)
        if number in _NO_ROOM:
            raise disk_full_error(folder) from error
        if number in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise RenderError(
                f"The folder {folder} cannot be written to ({os.strerror(number)}). "
                "Give this user the right to write there, or choose another folder."
            ) from error
        raise


def check_writable(path: Path) -> None:
    """Raise RenderError where no file can be written under this name; nothing stays behind.

    Folders that are missing are made later, so the nearest one that is there is tried.
    """
    folder = next(one for one in path.absolute().parents if one.exists())
    if path.is_dir() or not folder.is_dir():
        raise RenderError(f"{path} cannot be a file: {path if path.is_dir() else folder} stands in the way.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise RenderError(
            f"The folder {folder} cannot be written to ({error.strerror}). "
            "Give this user the right to write there, or choose another folder."
        ) from error


def read_system_error(error: Exception) -> int:
    """The system's number of an error, 0 for another kind. safetensors puts it into its message only."""
    if isinstance(error, OSError):
        return error.errno or 0
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found.group(1)) if found else 0


def disk_full_error(folder: Path) -> RenderError:
    """The error for a disk without room; trying again helps once there is some."""
    return RenderError(
        f"There is no room left to write in {folder}. Free some space on that disk "
        "and try again: everything finished so far is kept.",
        permanent=False,
    )
