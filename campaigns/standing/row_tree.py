"""Rows deleted with all that hangs on them, as the models say it, so that no table is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models
from django.db.models import ManyToOneRel, QuerySet

ROWS_AT_ONCE = 500


def delete_rows(model: type[models.Model], keys: Sequence[Any]) -> None:
    """Delete these rows: what cascades goes first, what may do without them is kept and forgets them."""
    for field in _list_pointing(model):
        rows = field.model._base_manager.filter(**{f"{field.name}__in": keys})
        if field.remote_field.on_delete is models.CASCADE:
            for some in split_keys(rows):
                delete_rows(field.model, some)
        elif field.remote_field.on_delete is models.SET_NULL:
            rows.update(**{field.name: None})
    found = model._base_manager.filter(pk__in=keys)
    found._raw_delete(found.db)


def split_keys(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """The keys of these rows, some at a time; whoever takes them may delete them meanwhile."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    yield from (keys[first : first + ROWS_AT_ONCE] for first in range(0, len(keys), ROWS_AT_ONCE))


def _list_pointing(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """The columns of all tables that point to a model's rows."""
    relations = model._meta.get_fields(include_hidden=True)
    return [one.field for one in relations if isinstance(one, ManyToOneRel)]
