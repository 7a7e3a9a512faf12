"""All rows of a database, read without the models, which know the tables of today only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

Tables = Mapping[str, list[dict[str, Any]]]


def read_tables() -> Tables:
    """Every row of every table, by the table's name, in the order of the first column."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            names = [column.name for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return found
