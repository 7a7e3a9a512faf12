"""Text that PostgreSQL takes: the one gate through which every word enters the database.

A NUL and a lone half of a character (U+D800 to U+DFFF) are in no PostgreSQL text. They come from forged
requests and broken files; here each becomes U+FFFD, so that neither a search nor a save ends in an error.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations as DjangoOperations
from psycopg import Connection
from psycopg.types.json import Jsonb
from psycopg.types.string import StrBinaryDumper, StrDumper

REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The same as JSON writes them: an odd number of backslashes before the u. Halves that make a whole stay.
_ESCAPED = re.compile(
    r"(?<!\\)((?:\\\\)*)(?:\\u0000|(\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\ud[89a-f][0-9a-f]{2})", re.I
)


def make_storable(text: str) -> str:
    """The text with U+FFFD for what no database takes."""
    if (text.isascii() and "\0" not in text) or not _UNSTORABLE.search(text):
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two halves that fit are one
    return whole.replace("\0", REPLACEMENT)


def make_json_storable(text: str) -> str:
    """The same for a value written as JSON."""
    if "\\u" not in text:
        return make_storable(text)
    return make_storable(_ESCAPED.sub(lambda found: found[1] + (found[2] or "\\ufffd"), text))


class _TextDumper(StrDumper):
    def dump(self, obj: str) -> Any:
        return super().dump(make_storable(obj))


class _BinaryTextDumper(StrBinaryDumper):
    def dump(self, obj: str) -> Any:
        return super().dump(make_storable(obj))


class DatabaseOperations(DjangoOperations):
    """Django's own, with storable JSON."""

    def adapt_json_value(self, value: Any, encoder: Any) -> Any:
        adapted = super().adapt_json_value(value, encoder)
        dumps = adapted.dumps
        return Jsonb(value, dumps=lambda one: make_json_storable(dumps(one)))


def take_any_text(connection: Connection[Any]) -> None:
    """Have a connection make every text storable that it sends."""
    connection.adapters.register_dumper(str, _BinaryTextDumper)
    connection.adapters.register_dumper(str, _TextDumper)  # the last one is the first choice
