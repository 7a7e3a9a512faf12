"""Stored files as local paths, and results into the storage, whatever the storage is."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile

_ATTEMPTS = 3


def get_local_path(stored: FieldFile) -> Path:
    """The file itself where it lies in a folder; else a copy, fetched once."""
    try:
        return Path(stored.path)
    except NotImplementedError:  # a remote storage
        copy: Path = settings.RENDER_CACHE_DIR / "fetched" / (stored.name or "")
        if not copy.exists():
            with stored.open("rb") as source:
                _write_whole(copy, source)
        return copy


def walk_folder(folder: str) -> Iterator[str]:
    """The names of all files in a stored folder and those within it; none where it is not there."""
    try:
        folders, names = default_storage.listdir(folder)
    except (FileNotFoundError, NotImplementedError):  # nothing was stored, or a storage without folders
        return
    yield from (f"{folder}/{name}" for name in names)
    for one in folders:
        yield from walk_folder(f"{folder}/{one}")


def store_file(stored: FieldFile, source: Path, name: str) -> str:
    """Put a finished file into the storage, replacing one of that name: at every moment there is the old one
    or the new one. Returns its stored name."""
    field_name = stored.field.generate_filename(stored.instance, name)
    with source.open("rb") as file:
        try:
            path = Path(stored.storage.path(field_name))
        except NotImplementedError:  # a remote storage, whose uploads appear whole
            if stored.storage.exists(field_name):
                stored.storage.delete(field_name)
            return stored.storage.save(field_name, File(file))
        _write_whole(path, file)
    return field_name


def _write_whole(path: Path, source: IO[bytes]) -> None:
    """Beside its place first. A folder that is deleted meanwhile, as caches are, is made again."""
    for attempt in range(1, _ATTEMPTS + 1):
        unfinished = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.part")
        try:
            path.parent.mkdir(settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, parents=True, exist_ok=True)
            source.seek(0)
            with unfinished.open("wb") as target:
                shutil.copyfileobj(source, target)
            unfinished.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            unfinished.replace(path)
            return
        except FileNotFoundError:
            if attempt == _ATTEMPTS:
                raise
        finally:
            unfinished.unlink(missing_ok=True)
