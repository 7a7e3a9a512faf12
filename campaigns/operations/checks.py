"""Mistakes of an installation, each with what to do: ``manage.py check --deploy`` shows them all."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register


@register(Tags.files)
def check_folders_are_writable(**_: Any) -> list[Error]:
    """campaigns.E001"""
    errors = []
    for name in ("MEDIA_ROOT", "RENDER_CACHE_DIR"):
        folder = getattr(settings, name)
        parent = next((path for path in (folder, *folder.parents) if path.exists()), folder)
        if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            errors.append(
                Error(
                    f"{name}={folder} cannot be written.",
                    hint=f"Give this user the right to write, or set {name} to another folder.",
                    id="campaigns.E001",
                )
            )
    return errors


@register(Tags.security, deploy=True)
def check_public_address(**_: Any) -> list[Warning]:
    """campaigns.W001"""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [
        Warning(
            f"PUBLIC_URL={settings.PUBLIC_URL}: links in e-mails will "
            "not be encrypted, and may lead nowhere.",
            hint="Set PUBLIC_URL to the https address under which recipients reach this server.",
            id="campaigns.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_mail_server(**_: Any) -> list[Warning]:
    """campaigns.W002"""
    if settings.MAIL_PROVIDER != "smtp" or settings.EMAIL_HOST not in ("127.0.0.1", "localhost"):
        return []
    return [
        Warning(
            "EMAIL_URL names a mail server on this machine.",
            hint="Set EMAIL_URL=smtp+tls://user:password@mail.example.org:587, unless one runs here.",
            id="campaigns.W002",
        )
    ]


@register(Tags.security, deploy=True)
def check_mail_events(**_: Any) -> list[Warning]:
    """campaigns.W003"""
    if settings.MAIL_PROVIDER == "smtp" or settings.MAIL_WEBHOOK_SECRET:
        return []
    return [
        Warning(
            f"MAIL_PROVIDER={settings.MAIL_PROVIDER}, and nothing tells of mails that came back or were "
            "marked as spam.",
            hint="Set MAIL_WEBHOOK_SECRET=name:password and give the provider the address (docs/sending.md).",
            id="campaigns.W003",
        )
    ]
