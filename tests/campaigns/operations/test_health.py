"""The web's health check: short, open to everybody, and honest about the database."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.campaigns.mail import free_port
from tests.database import address


def test_it_answers_without_an_account_and_is_kept_by_no_cache(client: Client, db: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"The web server and its database answer.\n")
    assert "no-store" in answer["Cache-Control"]


def test_it_says_no_more_than_that_the_database_does_not_answer(
    client: Client, transactional_db: None
) -> None:
    with connection.cursor() as cursor:
        backend = cursor.execute("SELECT pg_backend_pid()").fetchone()
    with psycopg.connect(address(connection.settings_dict)) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", backend)
    answer = client.get("/healthz")
    connection.close()
    assert (answer.status_code, answer.content) == (503, b"The database does not answer.\n")


def test_a_web_server_that_is_not_there_is_a_sentence(settings: Settings) -> None:
    settings.PORT = free_port()
    with pytest.raises(SystemExit, match=rf"The web server on port {settings.PORT} does not answer: "):
        call_command("health", web=True)


def test_a_queue_on_which_nobody_works_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    with pytest.raises(SystemExit, match=r"Nobody works on the queue render on this machine\. Start"):
        call_command("health", queue="render")
