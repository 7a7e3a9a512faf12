"""The secret key of an installation without SECRET_KEY: created once, stored in a file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def load_or_create_secret_key(path: Path) -> str:
    """The key in ``path``; the first caller makes it, readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key cannot be kept in {path}: {error}. Make the folder writable, or set SECRET_KEY."
        ) from error


def _create(path: Path) -> None:
    """Linked into place whole, so that two first starts at once agree on one key."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(secrets.token_urlsafe(50), encoding="ascii")
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        pass  # the other start was first
    finally:
        unfinished.unlink()
