"""Databases beside the test's own: made, dropped, and Django led to them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connection


@contextmanager
def created_database(template: str) -> Iterator[str]:
    """A database beside the test's own, empty or a copy of another one."""
    name = f"{connection.settings_dict['NAME']}_{secrets.token_hex(3)}"
    quoted, copied = (connection.ops.quote_name(one) for one in (name, template or "template0"))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE {copied}")
    try:
        yield name
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted} WITH (FORCE)")


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django's connection leads to another database of the same server."""
    before = connection.settings_dict["NAME"]
    _lead_to(name)
    try:
        yield
    finally:
        _lead_to(before)


def _lead_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()  # their numbers differ from database to database
