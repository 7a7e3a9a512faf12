"""What tests with worker processes of their own share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from pytest_django import Settings

from tests.database import address

STALLED_AFTER_S = 2


@pytest.fixture
def ready_log() -> Iterator[Callable[[], list[int]]]:
    """The database itself notes each time a message becomes ready."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TABLE became_ready (message_id bigint);
            CREATE FUNCTION note_ready() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO became_ready VALUES (NEW.id); RETURN NEW; END $$;
            CREATE TRIGGER note_ready AFTER UPDATE ON campaigns_message FOR EACH ROW
                WHEN (OLD.render_state <> 'ready' AND NEW.render_state = 'ready')
                EXECUTE FUNCTION note_ready();
            """
        )

    def read_log() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT message_id FROM became_ready ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

    yield read_log
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER note_ready ON campaigns_message; DROP FUNCTION note_ready; DROP TABLE became_ready"
        )


@pytest.fixture
def worker_environment(settings: Settings) -> dict[str, str]:
    """The test's own database and folders, for a process of its own; dead workers are noticed soon."""
    settings.RENDER_STALLED_AFTER_S = STALLED_AFTER_S
    return {
        "DATABASE_URL": address(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(settings.MEDIA_ROOT.parent),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "RENDER_CACHE_DIR": str(settings.RENDER_CACHE_DIR),
        "RENDER_STALLED_AFTER_S": str(STALLED_AFTER_S),
        "BAKE_SECONDS": "2",
        "OMP_NUM_THREADS": "1",
    }
