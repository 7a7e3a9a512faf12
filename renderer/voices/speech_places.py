"""How many requests of this machine a server gets at once: places that are locked, whichever process asks."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import platformdirs

from renderer.voices.speech_server import SpeechServer


@contextmanager
def take_place(server: SpeechServer) -> Iterator[None]:
    """Wait until fewer than ``server.at_once`` requests to it are open on this machine.

    Places are files that only this user may write, locked while a request is open: the lock of a process
    that dies is free again. Where the folder cannot be written, the limit holds for this process alone.
    """
    name = sha256(server.url.encode()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("byname")) / "speech-server"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = [
            os.open(folder / f"{name}-{place}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            for place in range(server.at_once)
        ]
    except OSError:
        with _get_own_places(server):
            yield
        return
    try:
        _lock_one(files)
        yield
    finally:
        for file in files:
            os.close(file)


def _lock_one(files: list[int]) -> None:
    """Lock the first free file; where all are taken, wait for one, not always the same."""
    for file in files:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return
    turn = (os.getpid() + threading.get_ident()) % len(files)
    fcntl.flock(files[turn], fcntl.LOCK_EX)


_own_places: dict[tuple[str, int], threading.BoundedSemaphore] = {}
_guard = threading.Lock()


def _get_own_places(server: SpeechServer) -> threading.BoundedSemaphore:
    with _guard:
        return _own_places.setdefault(
            (server.url, server.at_once), threading.BoundedSemaphore(server.at_once)
        )
