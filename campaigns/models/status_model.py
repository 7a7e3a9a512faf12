"""A row with statuses, which change through `campaigns.states` alone."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models.base import ModelBase

from campaigns.states import (
    list_status_columns,
)


class StatusModel(models.Model):
    """A row with statuses. Saving it again never writes them: what was read may be out of date."""

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Like Django's; ValueError where ``update_fields`` names a status."""
        columns = list_status_columns(type(self))
        if update_fields is not None:
            update_fields = set(update_fields)
            if update_fields & columns:
                raise ValueError(f"{columns} change through states.move only.")
        elif self.pk is not None and not self._state.adding and not force_insert:
            update_fields = _list_loaded_fields(self) - columns
        super().save(
            force_insert=force_insert, force_update=force_update, using=using, update_fields=update_fields
        )


def _list_loaded_fields(row: models.Model) -> set[str]:
    deferred = row.get_deferred_fields()
    fields = row._meta.concrete_fields
    return {field.name for field in fields if not field.primary_key and field.attname not in deferred}
