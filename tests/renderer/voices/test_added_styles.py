from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.voices import added_styles
from renderer.voices.added_styles import add_styles
from renderer.voices.styles import SHAPE, Style, read_style, write_style

NUMBERS = np.random.default_rng(0).normal(0, 0.1, SHAPE).astype(np.float32)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BYNAME_VOICES", str(tmp_path / "voices"))
    return tmp_path / "voices"


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_a_single_file_is_added_with_its_language(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "bf_emma.bin").write_bytes(NUMBERS.tobytes())
    assert add_styles(tmp_path / "bf_emma.bin") == [folder / "bf_emma.safetensors"]
    added = read_style(folder / "bf_emma.safetensors")
    assert (added.name, added.language) == ("bf_emma", "en-gb")
    assert np.array_equal(added.style, NUMBERS)


def test_a_style_file_keeps_what_it_says_of_itself(tmp_path: Path, folder: Path) -> None:
    write_style(Style(NUMBERS, "x", "Anna's", "fr", "CC0", pitch=1.1), tmp_path / "anna.safetensors")
    add_styles(tmp_path / "anna.safetensors", lambda style: replace(style, pitch_hz=200.0))
    added = read_style(folder / "anna.safetensors")
    assert (added.name, added.label, added.licence, added.pitch, added.pitch_hz) == (
        *("anna", "Anna's", "CC0"),
        *(1.1, 200.0),
    )


def test_an_archive_gives_its_voices_and_nothing_else(tmp_path: Path, folder: Path) -> None:
    style = NUMBERS.tobytes()
    members = {"package/package.json": b"{}", "package/voices/af_heart.bin": style}
    members |= {"package/voices/ff_siwis.bin": style, "package/voices/af_short.bin": b"1234"}
    members |= {"package/voices/../../../af_evil.bin": style, "../voices/AF EVIL.bin": style}
    written = add_styles(pack(tmp_path / "kokoro-js.tgz", members))
    assert [path.name for path in written] == ["af_heart.safetensors", "ff_siwis.safetensors"]
    assert {path.parent for path in written} == {folder}
    assert {path.name for path in tmp_path.iterdir()} == {"kokoro-js.tgz", "voices"}


def refuse_bomb(tmp_path: Path, folder: Path) -> None:
    members = {f"package/voices/af_{n}.bin": NUMBERS.tobytes() for n in "abc"}
    with pytest.raises(RenderError, match="far more"):
        add_styles(pack(tmp_path / "bomb.tgz", members))
    assert not folder.exists()


def test_an_archive_of_too_many_files_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(added_styles, "_MEMBERS_MAX", 2)
    refuse_bomb(tmp_path, folder)


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(added_styles, "_UNPACKED_MAX", 2 * NUMBERS.nbytes)
    refuse_bomb(tmp_path, folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("af_short.bin", b"1234"),
        ("xf_martian.bin", NUMBERS.tobytes()),
        ("af_nan.bin", np.full(SHAPE, np.nan, np.float32).tobytes()),
        ("heart.bin", NUMBERS.tobytes()),
        ("odd.tgz", b"no archive"),
        ("text.safetensors", b"no style"),
    ],
)
def test_what_is_no_style_is_refused_by_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RenderError, match=name.replace(".", r"\.")):
        add_styles(tmp_path / name)


def test_an_archive_without_voices_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="holds no style"):
        add_styles(pack(tmp_path / "empty.tgz", {"package/index.js": b"exit()"}))
    with pytest.raises(RenderError, match="no file"):
        add_styles(tmp_path / "gone.bin")
