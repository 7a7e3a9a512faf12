"""Folders of media and cache are for one user alone, also those that an older version made."""

from __future__ import annotations

from pathlib import Path

from django.core.files.base import ContentFile
from pytest_django import Settings

from campaigns.models import Presenter
from campaigns.storage.private_folders import close_folders


def test_old_folders_are_closed_and_new_ones_are_made_closed(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.RENDER_CACHE_DIR = tmp_path / "cache"
    settings.MEDIA_ROOT.mkdir(mode=0o755)
    close_folders()
    close_folders()
    for folder in (settings.MEDIA_ROOT, settings.RENDER_CACHE_DIR):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert tmp_path.stat().st_mode & 0o777 != 0o000
    assert not (tmp_path / "mailbox").exists()


def test_what_is_stored_lies_in_closed_folders(presenter: Presenter) -> None:
    presenter.take.save("another.mp4", ContentFile(b"a take"))
    folder = Path(presenter.take.path).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Path(presenter.take.path).stat().st_mode & 0o777 == 0o640
