"""Where the data lives: the server of DATABASE_URL, or an embedded PostgreSQL that starts on first use."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENGINE = "config.postgres"
SOCKET_PATH_BYTES_MAX = 100  # sun_path holds 104 to 108 bytes, by system
SOCKET_NAME = ".s.PGSQL.5432"


def from_url(url: str) -> dict[str, Any]:
    """Django's settings for a postgresql:// address; query parameters become libpq options."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise ImproperlyConfigured(
            "DATABASE_URL is not a PostgreSQL address. Write it as postgresql://user:password@host:5432/name."
        )
    options = dict(parse_qsl(parts.query))
    return _build_settings(
        name,
        options.pop("host", "") or unquote(parts.hostname or ""),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        port=str(parts.port or options.pop("port", "")),
        options=options,
    )


def configure_embedded(wanted: Path, checkout: Path, name: str = "byname") -> dict[str, Any]:
    """Django's settings for the embedded server in ``wanted``, or in a folder that its user can reach."""
    folder = choose_folder(wanted, checkout)
    return _build_settings(name, str(folder / "data"), user="postgres") | {"EMBEDDED": str(folder)}


def choose_folder(wanted: Path, checkout: Path) -> Path:
    """``wanted``, unless the server could not work there.

    As root the server runs as another user, which must be able to pass every parent folder; nobody's
    home is opened for that. A socket's path must also be short. Otherwise: a folder in the system's
    folder for temporary files, named by the checkout and the wanted folder.
    """
    too_long = len(os.fsencode(wanted / "data" / SOCKET_NAME)) > SOCKET_PATH_BYTES_MAX
    if not too_long and (os.geteuid() != 0 or anyone_can_pass(wanted)):
        return wanted
    label = hashlib.sha256(os.fsencode(checkout) + b"\0" + os.fsencode(wanted)).hexdigest()[:12]
    return Path(tempfile.gettempdir()).resolve() / f"byname-{label}"


def anyone_can_pass(path: Path) -> bool:
    """Whether every existing folder on the way to ``path`` may be entered by any user."""
    return all(parent.stat().st_mode & 0o001 for parent in path.parents if parent.exists())


def _build_settings(
    name: str,
    host: str,
    *,
    user: str = "",
    password: str = "",
    port: str = "",
    options: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "ENGINE": ENGINE,
        "NAME": name,
        "HOST": host,
        "USER": user,
        "PASSWORD": password,
        "PORT": port,
        "OPTIONS": {"connect_timeout": 10, **(options or {})},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
