"""Version 0.2's files in a folder, and its database brought up to date."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from campaigns.models import Message, Presenter
from tests.databases import connected_to, created_database
from tests.upgrade import version_0_2
from tests.upgrade.tables import Tables, read_tables


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be read only; see version_0_2.py for what lies there."""
    return version_0_2.unpack(tmp_path_factory.mktemp("version-0.2"))


@pytest.fixture
def own_files(tmp_path: Path) -> Path:
    """The same for one test alone, which may write there."""
    return version_0_2.unpack(tmp_path / "version-0.2")


@pytest.fixture(scope="session")
def old_database(files: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database as version 0.2 left it."""
    with django_db_blocker.unblock(), created_database("") as name:
        with connected_to(name), connection.cursor() as cursor:
            cursor.execute((files / "database.sql").read_text(encoding="utf-8"))
        yield name


@pytest.fixture
def old_tables(old_database: str, django_db_blocker: DjangoDbBlocker) -> Tables:
    """Every row of every table, as version 0.2 left it."""
    with django_db_blocker.unblock(), connected_to(old_database):
        return read_tables()


@pytest.fixture(scope="session")
def migrated_database(old_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a copy of it that `migrate` brought up to date."""
    with django_db_blocker.unblock(), created_database(old_database) as name:
        with connected_to(name):
            call_command("migrate", verbosity=0)
        yield name


@pytest.fixture
def upgraded(
    migrated_database: str,
    files: Path,
    django_db_blocker: DjangoDbBlocker,
    settings: Settings,
    tmp_path: Path,
) -> Iterator[None]:
    """The test's own database is 0.2's, migrated; the bake and the cache of 0.2 are where they were."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RENDER_CACHE_DIR = tmp_path / "cache"
    shutil.copytree(files / "cache", settings.RENDER_CACHE_DIR)
    with django_db_blocker.unblock(), created_database(migrated_database) as name, connected_to(name):
        _store_files(files / "whole.safetensors")
        yield


def _store_files(bake: Path) -> None:
    """The bake under its old name, and something under every other name that the rows mention."""
    for presenter in Presenter.objects.exclude(bake=""):
        path = Path(presenter.bake.path)
        path.parent.mkdir(parents=True)
        path.hardlink_to(bake)  # nothing writes into it
    names = [presenter.take.name for presenter in Presenter.objects.all()]
    for message in Message.objects.exclude(video=""):
        names += [field.name for field in (message.video, message.poster, message.captions)]
    for name in names:
        default_storage.save(name, ContentFile(b"a file of 0.2"))
