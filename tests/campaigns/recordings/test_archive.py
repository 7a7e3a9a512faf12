from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from campaigns.recordings import archive
from campaigns.recordings.archive import BadArchive, NotFound, open_recordings


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def pack(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def test_files_of_a_folder_are_found_by_path_and_by_name(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "in" / "week 1").mkdir(parents=True)
    (tmp_path / "in" / "week 1" / "Ada.wav").write_bytes(b"a")
    found = open_recordings(tmp_path / "in", scratch)
    for name in ("week 1/Ada.wav", "ada.WAV", "week 1\\Ada.wav", " Ada.wav "):
        assert found.find(name).read_bytes() == b"a"


def test_files_of_a_zip_are_found_alike(tmp_path: Path, scratch: Path) -> None:
    files = {"week/José.wav": b"j", "__MACOSX/._José.wav": b"x", "week/.DS_Store": b"x"}
    found = open_recordings(pack(tmp_path / "all.zip", files), scratch)
    assert found.find("Jose\u0301.wav").read_bytes() == b"j"
    assert list(found.files) == ["week/josé.wav"]


def test_a_name_that_is_not_there_or_stands_twice_is_told(tmp_path: Path, scratch: Path) -> None:
    found = open_recordings(pack(tmp_path / "all.zip", {"a/x.wav": b"1", "b/x.wav": b"2"}), scratch)
    assert found.find("b/x.wav").read_bytes() == b"2"
    with pytest.raises(NotFound, match=r"“x\.wav” stands in 2 folders of all\.zip"):
        found.find("x.wav")
    with pytest.raises(NotFound, match=r"“y\.wav” is not in all\.zip\. Add the file"):
        found.find("y.wav")


@pytest.mark.parametrize(
    "name", ["../evil.wav", "/etc/evil.wav", "a/../../evil.wav", "C:/evil.wav", "..\\evil.wav"]
)
def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path: Path, scratch: Path, name: str) -> None:
    with pytest.raises(BadArchive, match="has a file outside of its own folder"):
        open_recordings(pack(tmp_path / "evil.zip", {name: b"x"}), scratch)
    assert list(scratch.iterdir()) == []


def test_a_link_in_a_zip_is_refused(tmp_path: Path, scratch: Path) -> None:
    link = zipfile.ZipInfo("passwd.wav")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(BadArchive, match="is a link"):
        open_recordings(tmp_path / "evil.zip", scratch)


def test_a_link_that_leads_out_of_a_folder_is_no_recording(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.wav").write_bytes(b"s")
    (tmp_path / "in" / "a.wav").symlink_to(tmp_path / "secret.wav")
    with pytest.raises(NotFound):
        open_recordings(tmp_path / "in", scratch).find("a.wav")


def test_a_bomb_is_not_unpacked(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = pack(tmp_path / "bomb.zip", {"a.wav": bytes(900), "b.wav": bytes(10**6)})
    monkeypatch.setattr(archive, "FILE_BYTES_MAX", 1_000)
    with pytest.raises(BadArchive, match="is larger than recordings may be"):
        open_recordings(bomb, scratch)


def test_many_files_that_are_a_bomb_together_are_not_unpacked(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = pack(tmp_path / "bomb.zip", {f"{number}.wav": bytes(900) for number in range(9)})
    monkeypatch.setattr(archive, "ARCHIVE_BYTES_MAX", 1_500)
    with pytest.raises(BadArchive, match="is larger than recordings may be"):
        open_recordings(bomb, scratch)


def test_too_many_files_are_refused(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "FILES_MAX", 3)
    files = {f"{number}.wav": b"" for number in range(5)}
    with pytest.raises(BadArchive, match="more than 3 files"):
        open_recordings(pack(tmp_path / "many.zip", files), scratch)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(40)])
def test_what_is_no_zip_is_told(tmp_path: Path, scratch: Path, content: bytes) -> None:
    (tmp_path / "all.zip").write_bytes(content)
    with pytest.raises(BadArchive, match=r"all\.zip is no ZIP that can be read"):
        open_recordings(tmp_path / "all.zip", scratch)


def test_a_damaged_zip_is_told(tmp_path: Path, scratch: Path) -> None:
    whole = pack(tmp_path / "all.zip", {"a.wav": bytes(range(256)) * 40}).read_bytes()
    (tmp_path / "all.zip").write_bytes(whole[:60] + b"\xff" * 20 + whole[80:])
    with pytest.raises(BadArchive, match=r"all\.zip is (damaged|no ZIP)"):
        open_recordings(tmp_path / "all.zip", scratch)


def test_nothing_at_the_path_is_told(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(BadArchive, match="There are no recordings at"):
        open_recordings(tmp_path / "nowhere", scratch)
