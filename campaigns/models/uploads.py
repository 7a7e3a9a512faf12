"""Files on their way: large ones come in parts and go on where a broken line left off."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Upload(models.Model):
    """A file of which ``received`` of ``size`` bytes are here. Only who began it may go on."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)  # as the person calls the file
    size = models.BigIntegerField()  # bytes
    mark = models.CharField(max_length=64)  # tells two files of one name apart: when it was changed
    received = models.BigIntegerField(default=0)  # bytes, from the beginning
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["created_by", "name", "size"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_complete(self) -> bool:
        return self.received == self.size
