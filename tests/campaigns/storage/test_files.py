"""A stored file is the old one or the new one at every moment, and whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, Storage
from pytest_django import Settings

from campaigns.models import Presenter
from campaigns.storage.files import get_local_path, store_file


class Remote(Storage):
    """A storage without paths, such as an object storage, that empties a folder while it is read."""

    def __init__(self, folder: Path, empties: Path) -> None:
        self._inner, self._empties = FileSystemStorage(folder), empties

    def exists(self, name: str) -> bool:
        return self._inner.exists(name)

    def _open(self, name: str, mode: str = "rb") -> object:
        shutil.rmtree(self._empties, ignore_errors=True)
        return self._inner.open(name, mode)

    def _save(self, name: str, content: object) -> str:
        return self._inner._save(name, content)

    def delete(self, name: str) -> None:
        self._inner.delete(name)


@pytest.mark.django_db
def test_a_file_that_cannot_be_stored_leaves_the_old_one(presenter: Presenter, tmp_path: Path) -> None:
    source = tmp_path / "bake.safetensors"
    source.write_bytes(b"new")
    stored = store_file(presenter.bake, source, "one.safetensors")
    assert store_file(presenter.bake, source, "one.safetensors") == stored
    path = Path(presenter.bake.storage.path(stored))
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    with pytest.raises(IsADirectoryError):
        store_file(presenter.bake, tmp_path, "one.safetensors")
    assert path.read_bytes() == b"new"
    assert not list(path.parent.glob(".*.part"))


@pytest.mark.django_db
def test_a_copy_of_a_remote_file_outlives_an_emptied_cache(
    presenter: Presenter, settings: Settings, tmp_path: Path
) -> None:
    settings.RENDER_CACHE_DIR = tmp_path / "cache"
    (tmp_path / "remote").mkdir()
    (tmp_path / "remote" / "take.mp4").write_bytes(b"a take")
    presenter.take.name = "take.mp4"
    presenter.take.storage = Remote(tmp_path / "remote", tmp_path / "cache")
    assert get_local_path(presenter.take).read_bytes() == b"a take"
