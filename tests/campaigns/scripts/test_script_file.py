"""Files of scripts as people save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.scripts.script_file import ScriptFileError, read_script_file

TEXT = "Hi {{ first_name }}. It’s great – see you, Zoë.\nBye."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode(encoding))
    assert read_script_file(path) == TEXT


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"PK\x03\x04\x14\x00", "a Word, Pages or OpenDocument file"),
        (b"{\\rtf1\\ansi Hi.}", "a rich text file"),
        (b"%PDF-1.7", "a PDF file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Word file"),
    ],
)
def test_a_file_of_another_program_is_named(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(data)
    with pytest.raises(ScriptFileError, match=f"is {name}.*plain text"):
        read_script_file(path)


def test_a_control_character_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(b"Hi.\nYou\x00.")
    with pytest.raises(ScriptFileError, match="line 2"):
        read_script_file(path)
