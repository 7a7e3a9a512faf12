"""Folders with what people must not see: nobody but the user who runs Byname enters them.

`VAR_DIR` itself stays open, for the embedded database may run as another user and lies in it.
"""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings


def close_folders() -> None:
    """Make the folders of media, cache and caught mails where they are missing, and close those of old."""
    mode: int = settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS
    for folder in (settings.MEDIA_ROOT, settings.RENDER_CACHE_DIR, settings.VAR_DIR / "mailbox"):
        with suppress(OSError):  # a disk that only some services may write: the check campaigns.E001 tells
            if folder != settings.VAR_DIR / "mailbox":  # only where mails are caught is there one
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o777 & ~mode:
                folder.chmod(mode)
