"""Thousands of rows written in one go: new ones by COPY, other values for stored ones in a single UPDATE."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Func, JSONField, Model, TextField, Value
from django.db.models.functions import Cast


def insert_rows(rows: Sequence[Model]) -> None:
    """Store new rows of one model. Unlike ``bulk_create`` it does not tell them their keys."""
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    statement = f"COPY {quote(rows[0]._meta.db_table)} ({columns}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_prepare(field, field.pre_save(row, True)) for field in fields])
    for row in rows:
        row._state.adding = False


def choose_by_key(values: Mapping[int, Any]) -> Func:
    """For ``update``: the JSON value of each row by its key, so that one statement writes them all."""
    given = Value({str(pk): value for pk, value in values.items()}, JSONField())
    template = "(%(expressions)s)"
    return Func(
        given, Cast("pk", TextField()), template=template, arg_joiner=" -> ", output_field=JSONField()
    )


def _prepare(field: Any, value: Any) -> Any:
    if isinstance(field, JSONField):
        return json.dumps(value, cls=field.encoder)
    return field.get_db_prep_save(value, connection)
