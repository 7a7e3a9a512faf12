"""The file of a script, as people save one: text in a usual encoding; other formats are named."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

# How a file of another program begins, and what that program is asked for.
_FORMATS = (
    (b"PK\x03\x04", "a Word, Pages or OpenDocument file"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"{\\rtf", "a rich text file (RTF)"),
    (b"%PDF", "a PDF file"),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class ScriptFileError(Exception):
    """The file cannot be read as a script; the sentence says what to do."""


def read_script_file(path: Path) -> str:
    """The text of a script's file: UTF-8, UTF-16 or, where it is neither, Windows-1252.

    Raises ScriptFileError for another format and for signs that no text has, OSError where the file cannot be
    opened.
    """
    data = path.read_bytes()
    for begins, name in _FORMATS:
        if data.lstrip()[: len(begins)] == begins:
            raise ScriptFileError(
                f"{path} is {name}. Save it as plain text (.txt), or paste its words into one."
            )
    text = _decode(data, path).replace("\r\n", "\n").replace("\r", "\n")
    wrong = next((at for at, sign in enumerate(text) if _is_no_text(sign)), None)
    if wrong is not None:
        line = text.count("\n", 0, wrong) + 1
        raise ScriptFileError(
            f"{path}, line {line}: an invisible control character stands there. Save the file as plain text."
        )
    return text


def _decode(data: bytes, path: Path) -> str:
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None) or _guess_utf_16(data)
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is None:
            return _decode_windows(data, path)
        raise ScriptFileError(f"{path} is damaged at byte {error.start}. Save it as UTF-8.") from error


def _guess_utf_16(data: bytes) -> str | None:
    """The encoding of text without a mark in which every other byte is empty."""
    sample = data[:2000]
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        other = sample[1 - first :: 2]
        if (
            len(sample) > 3
            and sample[first::2].count(0) > len(sample) // 5
            and other.count(0) <= len(other) // 20
        ):
            return name
    return None


def _decode_windows(data: bytes, path: Path) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ScriptFileError(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error


def _is_no_text(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" and sign not in "\n\t\x0b\x0c\x85"
