"""A part of a stored file as an answer: read while it is sent, by whoever sends it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse, StreamingHttpResponse

from campaigns.storage.byte_ranges import ByteRange

CHUNK_BYTES = 256 * 1024
PROXY_PREFIX = "/internal-media/"  # where nginx finds MEDIA_ROOT; docs/deployment.md has its lines


def hand_to_proxy(stored: FieldFile, content_type: str) -> HttpResponse | None:
    """The header by which the proxy in front sends the file itself, ranges included. None where Byname does
    (``FILES_SENT_BY``)."""
    if settings.FILES_SENT_BY == "x-accel-redirect":
        named = {"X-Accel-Redirect": PROXY_PREFIX + quote(str(stored.name))}
    elif settings.FILES_SENT_BY == "x-sendfile":
        named = {"X-Sendfile": stored.path}
    else:
        return None
    return HttpResponse(content_type=content_type, headers=named)


class FilePart:
    """Some bytes of a stored file, read from the first to the last. Opened at the first read, not before: an
    answer that nobody reads leaves no open file behind."""

    def __init__(self, stored: FieldFile, part: ByteRange) -> None:
        self._stored = stored
        self._part = part
        self._left = part.length
        self._file: File[bytes] | None = None

    def read(self, most: int = CHUNK_BYTES) -> bytes:
        if self._left <= 0:
            return b""
        if self._file is None:
            self._file = self._stored.storage.open(str(self._stored.name), "rb")
            self._file.seek(self._part.first)
        chunk = bytes(self._file.read(min(most, self._left)))
        self._left = self._left - len(chunk) if chunk else 0
        return chunk

    def close(self) -> None:
        self._left = 0
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read():
            yield chunk


class PartialFileResponse(StreamingHttpResponse):
    """An answer that the web server reads and sends by itself, without a thread that waits for the reader
    (``wsgi.file_wrapper``)."""

    block_size = CHUNK_BYTES

    def __init__(self, stored: FieldFile, part: ByteRange, content_type: str) -> None:
        self.file_to_stream = FilePart(stored, part)
        super().__init__(self.file_to_stream, content_type=content_type)
