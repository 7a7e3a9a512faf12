"""The sounds that rows name: a folder, or a ZIP, unpacked within the bounds that a stranger's file needs."""

from __future__ import annotations

import stat
import unicodedata
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

FILES_MAX = 20_000
FILE_BYTES_MAX = 200 * 2**20
ARCHIVE_BYTES_MAX = 8 * 2**30  # unpacked, of all files together
_CHUNK_BYTES = 2**20
# What programs put beside a person's own files.
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


class BadArchive(Exception):
    """A folder or ZIP that cannot be used; the message names it and says what to do."""


class NotFound(Exception):
    """No file of that name, or several; the message names it and says what to do."""


@dataclass(frozen=True)
class Recordings:
    """Files by their path in the folder or ZIP, as `fold_name` writes it."""

    place: str
    files: Mapping[str, Path]

    def find(self, name: str) -> Path:
        """The file that a cell names, by its path or by its name alone. Raises NotFound."""
        return self.files[find_key(name, self.files, self.place)]


def find_key(name: str, keys: Collection[str], place: str) -> str:
    """Which of these folded paths a cell names, by the path or by the name alone. Raises NotFound."""
    wanted = fold_name(name)
    if wanted in keys:
        return wanted
    found = [key for key in keys if PurePosixPath(key).name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(
            f"“{name}” stands in {len(found)} folders of {place}. Write the folder too, as “folder/file.wav”."
        )
    raise NotFound(f"“{name}” is not in {place}. Add the file, or correct the cell.")


def fold_name(name: str) -> str:
    """A path as it is compared: systems differ in capitals, accents, and the sign between folders."""
    plain = unicodedata.normalize("NFC", name.strip()).replace("\\", "/")
    return plain.removeprefix("./").casefold()


def open_recordings(path: Path, scratch: Path) -> Recordings:
    """The files of a folder, or of a ZIP, which is unpacked into ``scratch``. Raises BadArchive."""
    if path.is_dir():
        return Recordings(path.name, dict(_list_folder(path)))
    if not path.is_file():
        raise BadArchive(f"There are no recordings at {path}. Name a folder or a ZIP.")
    try:
        with zipfile.ZipFile(path) as archive:
            return Recordings(path.name, dict(_unpack(archive, path.name, scratch)))
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, zipfile.LargeZipFile) as error:
        raise BadArchive(f"{path.name} is no ZIP that can be read. Pack the recordings again.") from error
    except OSError as error:
        raise BadArchive(f"{path.name} cannot be unpacked ({error.strerror}). Free some space.") from error
    except Exception as error:  # zlib and lzma raise their own for damaged parts
        if type(error).__module__ in {"zlib", "_lzma", "lzma"}:
            raise BadArchive(f"{path.name} is damaged. Pack the recordings again.") from error
        raise


def _list_folder(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below; links that lead out of the folder are none of its files."""
    root = folder.resolve()
    for count, path in enumerate(sorted(folder.rglob("*"))):
        if count > FILES_MAX:
            raise BadArchive(
                f"{folder} holds more than {FILES_MAX:,} files. Name the folder of the recordings."
            )
        if path.is_file() and path.resolve().is_relative_to(root):
            yield fold_name(path.relative_to(folder).as_posix()), path


def _unpack(archive: zipfile.ZipFile, name: str, scratch: Path) -> Iterator[tuple[str, Path]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > FILES_MAX:
        raise BadArchive(f"{name} holds more than {FILES_MAX:,} files. Split it.")
    left = ARCHIVE_BYTES_MAX
    for number, entry in enumerate(entries):
        own = fold_name(entry.filename)
        if any(own.startswith(litter) or own.endswith("/" + litter) or own == litter for litter in _LITTER):
            continue
        _refuse_entry(entry, own, name)
        # Numbers, not names: nothing of the archive decides where a file lies.
        out = scratch / f"{number:05d}{PurePosixPath(own).suffix[:8]}"
        with archive.open(entry) as source, out.open("wb") as target:
            left -= _copy(source, target, min(FILE_BYTES_MAX, left), f"“{entry.filename}” in {name}")
        yield own, out


def _refuse_entry(entry: zipfile.ZipInfo, own: str, name: str) -> None:
    parts = PurePosixPath(own).parts
    if own.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in own:
        raise BadArchive(f"{name} has a file outside of its own folder: “{entry.filename}”. Pack it again.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadArchive(f"“{entry.filename}” in {name} is a link. Pack the file itself.")
    if entry.flag_bits & 0x1:
        raise BadArchive(f"{name} is locked with a password. Pack it without one.")


def _copy(source: IO[bytes], target: IO[bytes], most: int, what: str) -> int:
    """Bytes copied; they are counted, because an archive may name another size."""
    copied = 0
    while chunk := source.read(_CHUNK_BYTES):
        copied += len(chunk)
        if copied > most:
            raise BadArchive(
                f"{what} is larger than recordings may be: {FILE_BYTES_MAX // 2**20} MB each, "
                f"{ARCHIVE_BYTES_MAX // 2**30} GB together."
            )
        target.write(chunk)
    return copied
