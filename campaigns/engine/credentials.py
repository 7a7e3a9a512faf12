"""Who signs the installation's videos: a certificate by setting, or one that it makes for itself once."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings

from renderer.errors import RenderError
from renderer.video.credentials import Credentials, Mark, read_mark, sign_video

OWNER_ONLY = 0o600
NAME = "Byname"
_CERTIFICATE, _KEY = "certificate.pem", "key.pem"


def mark_video(video: Path) -> None:
    """Sign a finished MP4 as what it is. Raises RenderError."""
    sign_video(video, load_credentials(), NAME, _find_version())


def read_video_mark(video: Path) -> Mark | None:
    """What a reader finds in it; None where it has no mark."""
    return read_mark(video)


def load_credentials() -> Credentials:
    """Of ``CREDENTIALS_CERTIFICATE`` and ``CREDENTIALS_KEY``; without them the installation's own, which the
    first caller makes. Raises RenderError."""
    named = settings.CREDENTIALS_CERTIFICATE, settings.CREDENTIALS_KEY
    if any(named) and not all(named):
        raise RenderError("Set both CREDENTIALS_CERTIFICATE and CREDENTIALS_KEY, or none of them.")
    try:
        if all(named):
            certificate, key = Path(named[0]), Path(named[1])
        else:
            folder = _load_or_create(settings.VAR_DIR / "credentials")
            certificate, key = folder / _CERTIFICATE, folder / _KEY
        return _read(certificate, key, certificate.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        raise RenderError(
            f"The certificate that marks videos cannot be read: {error}. Look at CREDENTIALS_CERTIFICATE and "
            "CREDENTIALS_KEY, or at the folder credentials under VAR_DIR.",
            permanent=False,
        ) from error


@lru_cache(maxsize=2)
def _read(certificate: Path, key: Path, _changed_at: int) -> Credentials:
    from campaigns.engine.certificate import name_algorithm  # a web process needs none of it

    pem = key.read_bytes()
    return Credentials(certificate.read_bytes(), pem, name_algorithm(pem))


def _load_or_create(folder: Path) -> Path:
    """Both files appear at once, so that two first starts agree on one certificate."""
    if not folder.is_dir():
        from campaigns.engine.certificate import create_certificate

        unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
        unfinished.mkdir(mode=0o700, parents=True)
        chain, key = create_certificate(f"{NAME} installation")
        for name, content in ((_CERTIFICATE, chain), (_KEY, key)):
            path = unfinished / name
            path.touch(mode=OWNER_ONLY)
            path.write_bytes(content)
        try:
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
            for name in (_CERTIFICATE, _KEY):  # the other start was first
                (unfinished / name).unlink()
            unfinished.rmdir()
    return folder


def _find_version() -> str:
    try:
        return version("byname")
    except PackageNotFoundError:  # a checkout that was not installed
        return "unknown"
