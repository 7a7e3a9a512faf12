"""Every test runs against real PostgreSQL: the server of DATABASE_URL, or an embedded one for tests alone.

The embedded server has its own folder, apart from the data of a person who tries things out. Runs at the
same time share it (the last one stops it) and each has its own database, named by a random part.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User

from campaigns.models import Campaign, Presenter
from config.database import choose_folder
from tests import people

if TYPE_CHECKING:
    from tests.presenters import Baked

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    database = django_settings.DATABASES["default"]
    database["TEST"]["NAME"] = f"test_byname_{os.getpid()}_{secrets.token_hex(3)}"
    if "EMBEDDED" in database:
        folder = choose_folder(CHECKOUT / "var" / "postgres-for-tests", CHECKOUT)
        database |= {"EMBEDDED": str(folder), "HOST": str(folder / "data")}


@pytest.fixture(autouse=True, scope="session")
def _one_folder_for_files() -> Iterator[None]:
    """No test writes into the folders of the installation, and passwords are hashed fast."""
    with tempfile.TemporaryDirectory(prefix="byname-files-") as folder:
        django_settings.MEDIA_ROOT = Path(folder) / "media"
        django_settings.RENDER_CACHE_DIR = Path(folder) / "cache"
        django_settings.SENT_JOURNAL_DIR = Path(folder) / "sent"
        django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        yield


@pytest.fixture
def alice(db: None) -> User:
    """The owner: may do everything in the dashboard."""
    return people.alice()


@pytest.fixture
def bob(db: None) -> User:
    """Somebody with an account but no right to the dashboard."""
    return people.bob()


@pytest.fixture
def presenter(db: None) -> Presenter:
    """Ready for use, with consent; its files hold no real video."""
    return people.presenter()


@pytest.fixture
def campaign(alice: User, presenter: Presenter) -> Campaign:
    """A draft with three valid rows (Ada, José, O'Neil) and one rejected, and a script of two lines."""
    return people.campaign(alice, presenter)


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Baked:
    """A small presenter that the real engine prepared; takes some seconds, once."""
    from tests import presenters  # loads the engine, which most tests do without

    return presenters.make_bake(tmp_path_factory.mktemp("baked"))
