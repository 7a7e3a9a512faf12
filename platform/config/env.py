"""Typed readers of environment variables; each refuses a bad value by name, with what is accepted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str) -> str:
    """The value as it is; empty counts as not set."""
    return os.environ.get(name, "") or default


def secret(name: str, default: str) -> str:
    """The value of NAME, or the first line of the file that NAME_FILE points at."""
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE={path} cannot be read: {error}. Point it at a text file."
        ) from error


def boolean(name: str, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off, in any case."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise ImproperlyConfigured(f"{name}={value} is neither yes nor no. Use 1 or 0.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    """A whole number that is not below ``least``."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value} is not a whole number. Try {default}.") from error
    if number < least:
        raise ImproperlyConfigured(f"{name}={value} is too small. The least is {least}.")
    return number


def price(name: str) -> tuple[float, str] | None:
    """An amount and its currency, such as ``0.80 EUR``; None where it is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    amount, _, currency = value.partition(" ")
    try:
        number = float(amount)
    except ValueError:
        number = -1.0
    if not (0 <= number < 1e9 and currency.strip()):
        raise ImproperlyConfigured(
            f"{name}={value} is no price. Write an amount and a currency, as 0.80 EUR."
        )
    return number, currency.strip()


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """One of ``allowed``."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value} is not known. Use one of: {', '.join(allowed)}.")
    return value


def listing(name: str, default: Sequence[str]) -> list[str]:
    """Values separated by commas; spaces around them do not count."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or list(default)


def web_address(name: str, default: str) -> str:
    """An http or https address, without a slash at its end; "" where neither it nor a default is set."""
    if not text(name, default):
        return ""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ImproperlyConfigured(
            f"{name}={value} is not a web address. Write it as https://videos.example.org."
        )
    return value


def folder(name: str, default: Path) -> Path:
    """A folder; a relative one counts from where the command was started."""
    return Path(text(name, str(default))).expanduser().absolute()


def email_server(name: str, default: str) -> dict[str, object]:
    """Django's e-mail settings from smtp://user:password@host:port or smtps://…"""
    value = secret(name, default)
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtp+tls", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} is not a mail server's address. Write it as smtp+tls://user:password@mail.example.org:587."
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
