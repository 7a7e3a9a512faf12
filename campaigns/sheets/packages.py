"""ZIP archives that spreadsheets are, opened with limits: what they hold may be made to break the reader."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from campaigns.sheets.records import SheetError

PART_BYTES_MAX = 1536 * 2**20  # of one sheet, unpacked: 100,000 rows of 100 cells
SMALL_PART_BYTES_MAX = 64 * 2**20
TEXTS_BYTES_MAX = 256 * 2**20
_AT_ONCE = 2**18


class Package:
    """A ZIP archive whose parts are found whatever the case and the slashes of their names."""

    def __init__(self, data: bytes, file_name: str) -> None:
        self.file_name = file_name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise SheetError(describe_damage(file_name)) from error
        self._parts = {_clean(info.filename): info for info in self._zip.infolist()}

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def has(self, name: str) -> bool:
        return _clean(name) in self._parts

    def read(self, name: str, bytes_max: int = SMALL_PART_BYTES_MAX) -> bytes:
        """A whole part, b"" where it is missing. Raises SheetError where it is too large or damaged."""
        return b"".join(self.iterate(name, bytes_max))

    def iterate(self, name: str, bytes_max: int) -> Iterator[bytes]:
        """A part's bytes in pieces. Raises SheetError where it is too large or damaged."""
        info = self._parts.get(_clean(name))
        if info is None:
            return
        size = 0
        try:
            with self._open(info) as part:
                while piece := part.read(_AT_ONCE):
                    size += len(piece)
                    if size > bytes_max:
                        raise SheetError(
                            f"{self.file_name} holds more than {bytes_max >> 20} MB when it is unpacked. "
                            "Split it, or remove columns and sheets you do not use."
                        )
                    yield piece
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise SheetError(describe_damage(self.file_name)) from error

    def _open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        if info.flag_bits & 1:
            raise SheetError(f"{self.file_name} has a password. Save it without one.")
        return self._zip.open(info)


class XmlReader:
    """Expat with handlers for names without their namespaces, and without entities of a file's own."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.buffer_size = 2**16
        self.parser.EntityDeclHandler = _refuse_entity

    def on(
        self,
        start: Callable[[str, dict[str, str]], Any] | None = None,
        end: Callable[[str], Any] | None = None,
        text: Callable[[str], Any] | None = None,
    ) -> XmlReader:
        if start is not None:
            self.parser.StartElementHandler = lambda name, given: start(name.rpartition("}")[2], given)
        if end is not None:
            self.parser.EndElementHandler = lambda name: end(name.rpartition("}")[2])
        self.parser.CharacterDataHandler = text
        return self

    def feed(self, piece: bytes) -> None:
        self.parser.Parse(piece, False)

    def close(self) -> None:
        self.parser.Parse(b"", True)


def parse_part(package: Package, name: str, reader: XmlReader, bytes_max: int = SMALL_PART_BYTES_MAX) -> None:
    """Parse a part of the package. Raises SheetError where it is damaged."""
    if not package.has(name):
        return
    try:
        for piece in package.iterate(name, bytes_max):
            reader.feed(piece)
        reader.close()
    except expat.ExpatError as error:
        raise SheetError(describe_damage(package.file_name)) from error


def get(given: dict[str, str], name: str, default: str = "") -> str:
    """An attribute whatever its namespace."""
    if name in given:
        return given[name]
    return next((value for key, value in given.items() if key.rpartition("}")[2] == name), default)


def describe_damage(file_name: str) -> str:
    return (
        f"{file_name} is not a whole XLSX file or is damaged. "
        "Open it in a spreadsheet program and save it again."
        if not file_name.lower().endswith((".ods", ".xls"))
        else f"{file_name} is damaged. Open it in a spreadsheet program and save it again as XLSX."
    )


def _clean(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _refuse_entity(*_: object) -> None:
    raise SheetError("The file has entities of its own, which no spreadsheet needs. Save it again as XLSX.")
