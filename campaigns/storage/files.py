"""Stored files as local paths, and results into the storage, whatever the storage is."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db.models.fields.files import FieldFile


def get_local_path(stored: FieldFile) -> Path:
    """The file itself where it lies in a folder; else a copy, fetched once."""
    try:
        return Path(stored.path)
    except NotImplementedError:  # a remote storage
        copy: Path = settings.RENDER_CACHE_DIR / "fetched" / (stored.name or "")
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            unfinished = copy.with_name(copy.name + ".part")
            with stored.open("rb") as source, unfinished.open("wb") as target:
                shutil.copyfileobj(source, target)
            unfinished.replace(copy)
        return copy


def store_file(stored: FieldFile, source: Path, name: str) -> str:
    """Put a finished file into the storage, replacing one of that name. Returns its stored name."""
    field_name = stored.field.generate_filename(stored.instance, name)
    if stored.storage.exists(field_name):
        stored.storage.delete(field_name)  # named by content: the same file, or what a killed worker left
    with source.open("rb") as file:
        return stored.storage.save(field_name, File(file))
