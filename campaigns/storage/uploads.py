"""Uploads in parts: begun, gone on with after a broken line, taken over when whole, and swept when forgotten.

The bytes wait in a folder of the web machine (``MEDIA_ROOT/uploads``); the row says how many of them count. A
part is written before its row is, so what a crash leaves behind is written once more at the same place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaigns.claims import clock
from campaigns.models import Upload

SIZE_MAX = 4 * 2**30  # a minute of 4K from a phone is 0.4 GB
PART_BYTES = 4 * 2**20  # what one request carries: lost and sent again at most, when the line breaks
COPY_BYTES = 2**18
KEPT_DAYS = 7
ROOM_LEFT = 2**30  # bytes of disk that stay free

Read = Callable[[int], bytes]  # reads up to so many bytes of a request


class UploadRefused(Exception):
    """The upload cannot be taken; the sentence says why and what to do."""


class WrongPlace(Exception):
    """The part does not begin where the file ends; ``received`` says where that is."""

    def __init__(self, received: int) -> None:
        super().__init__(f"{received} bytes are here; go on from there.")
        self.received = received


def begin_upload(user: AbstractBaseUser, name: str, size: int, mark: str) -> Upload:
    """A new upload, or the one of the same file by the same person that is not whole yet.

    ``size`` in bytes; ``mark`` is anything that changes with the file, such as the time of its last change.
    Raises UploadRefused.
    """
    if size <= 0:
        raise UploadRefused("That file is empty. Export the video again and choose it once more.")
    if size > SIZE_MAX:
        raise UploadRefused(
            f"That file has {size / 2**30:.1f} GB; {SIZE_MAX >> 30} GB is the most. "
            "Cut the take to the minute you need, or export it in 1080p."
        )
    same = Upload.objects.filter(created_by_id=user.pk, name=name[:200], size=size, mark=mark[:64])
    begun = same.order_by("-changed_at").first()
    if begun is not None and (begun.received == 0 or find_part_file(begun).exists()):
        return begun
    if shutil.disk_usage(_get_folder()).free < size + ROOM_LEFT:
        raise UploadRefused("The disk of the server is too full for this file. Ask whoever runs Byname.")
    return Upload.objects.create(name=name[:200], size=size, mark=mark[:64], created_by_id=user.pk)


def append_part(upload: Upload, offset: int, read: Read) -> int:
    """Write the bytes of one request behind what is there; returns how many bytes of the file are here.

    Raises WrongPlace where ``offset`` is not the end of what is here, UploadRefused for bytes beyond the
    size.
    """
    with transaction.atomic():
        stored = Upload.objects.select_for_update().get(pk=upload.pk)
        if offset != stored.received:
            raise WrongPlace(stored.received)
        stored.received += _write(find_part_file(stored), offset, min(PART_BYTES, stored.size - offset), read)
        stored.save(update_fields=["received", "changed_at"])
    upload.received = stored.received
    return stored.received


def find_upload(person: AbstractBaseUser, asked: str) -> Upload | None:
    """The person's own whole upload with this id; None where there is none."""
    try:
        public_id = UUID(asked)
    except ValueError:
        return None
    upload = Upload.objects.filter(public_id=public_id, created_by_id=person.pk).first()
    return upload if upload is not None and upload.is_complete else None


def find_part_file(upload: Upload) -> Path:
    """Where the bytes wait."""
    return _get_folder() / f"{upload.public_id}.part"


def end_upload(upload: Upload) -> None:
    """Remove the row and the bytes: they were taken over, or thrown away."""
    find_part_file(upload).unlink(missing_ok=True)
    Upload.objects.filter(pk=upload.pk).delete()


def sweep_uploads() -> int:
    """Throw away uploads that nobody went on with for days; returns how many."""
    old = list(Upload.objects.filter(changed_at__lt=clock.now() - timedelta(days=KEPT_DAYS)))
    for upload in old:
        end_upload(upload)
    return len(old)


def _write(path: Path, offset: int, most: int, read: Read) -> int:
    written = 0
    with path.open("r+b" if path.exists() else "xb") as file:
        file.seek(offset)
        while chunk := read(COPY_BYTES):
            written += len(chunk)
            if written > most:
                raise UploadRefused("More bytes came than the file has. Choose the file again.")
            file.write(chunk)
        file.truncate()
    return written


def _get_folder() -> Path:
    folder: Path = settings.MEDIA_ROOT / "uploads"
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    return folder
