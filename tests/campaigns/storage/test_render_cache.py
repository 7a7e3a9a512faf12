"""`manage.py cache`: what lies there, what goes, and that nothing in use goes with it."""

from __future__ import annotations

import os
import time
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from safetensors.numpy import save_file

from campaigns import engine
from campaigns.storage import render_cache
from tests import takes

KB = 1000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, settings: Settings) -> Path:
    settings.RENDER_CACHE_DIR = tmp_path / "cache"
    return tmp_path / "cache"


def put(kind: str, key: str, size_bytes: int = KB, unused_s: float = 0) -> Path:
    path = engine.open_store().write(
        kind, key, ".bin", lambda out: out.write_bytes(bytes(size_bytes)) and None
    )
    at = time.time() - unused_s
    os.utime(path, (at, at))
    return path


def run_cache(*arguments: str) -> str:
    out = StringIO()
    call_command("cache", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_each_kind_is_shown_with_its_files_size_and_use() -> None:
    put("speech", "a", 2 * KB, unused_s=3 * 86_400)
    put("speech", "b", 3 * KB)
    put("segment", "c", 1500 * KB, unused_s=3 * 3600)
    speech, segment, everything = (
        next(line.split() for line in run_cache().splitlines() if line.startswith(name))
        for name in ("speech", "segment", "all")
    )
    assert speech[1:] == ["2", "5.0", "kB", "0", "2", "0%", "3", "days", "ago", "just", "now"]
    assert segment[1:8] == ["1", "1.5", "MB", "0", "1", "0%", "3"]
    assert everything[1:4] == ["3", "1.5", "MB"]


def test_it_is_shown_how_often_each_kind_was_there_already() -> None:
    put("speech", "a")
    for _ in range(3):
        assert engine.open_store().get("speech", "a")
    row = next(line.split() for line in run_cache().splitlines() if line.startswith("speech"))
    assert row[4:7] == ["3", "1", "75%"]


def test_an_empty_cache_is_shown_as_such() -> None:
    assert "all                   0        0 B" in run_cache()


def test_one_kind_can_be_cleared() -> None:
    speech, segment = put("speech", "a"), put("segment", "b")
    assert "Deleted 1 file, 1.0 kB." in run_cache("--clear", "speech")
    assert not speech.exists()
    assert segment.exists()


def test_an_unknown_kind_is_named_with_those_that_there_are() -> None:
    put("speech", "a")
    with pytest.raises(CommandError, match=r"no kind 'spech'.*speech"):
        run_cache("--clear", "spech")


def test_clearing_leaves_what_a_worker_writes_now_and_takes_what_a_killed_one_left(cache: Path) -> None:
    put("speech", "a")
    writing, left = (cache / "speech" / "aa" / f".{name}.part.bin" for name in ("new", "old"))
    for path in (writing, left):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    os.utime(left, (1, 1))
    assert "Deleted 2 files" in run_cache("--clear")
    assert [part.path for part in render_cache.list_files()] == [writing]


def test_eviction_takes_what_was_longest_unused() -> None:
    old, older, new = put("speech", "a", KB, 7200), put("rest", "b", KB, 9000), put("segment", "c", KB, 3600)
    assert "Deleted 1 file" in run_cache("--evict-to", "2kB")
    assert (older.exists(), old.exists(), new.exists()) == (False, True, True)


def test_eviction_leaves_what_a_worker_may_be_reading() -> None:
    fresh = put("speech", "a", KB, unused_s=60)
    assert "Deleted 0 files" in run_cache("--evict-to", "0")
    assert fresh.exists()


@pytest.mark.parametrize(("size", "expected"), [("10GB", 10**10), ("1.5 m", 1_500_000), ("7", 7)])
def test_sizes_are_read_as_people_write_them(size: str, expected: int) -> None:
    assert render_cache.parse_size(size) == expected


def test_a_size_that_is_none_is_refused_with_an_example() -> None:
    with pytest.raises(CommandError, match="such as 10GB"):
        run_cache("--evict-to", "much")


def test_a_check_finds_files_that_cannot_be_read_to_their_end(tmp_path: Path) -> None:
    store = engine.open_store()
    good = store.write("speech", "a", ".safetensors", lambda out: save_file({"x": np.zeros(9)}, out))
    cut = store.write("speech", "b", ".safetensors", lambda out: save_file({"x": np.zeros(9)}, out))
    cut.write_bytes(cut.read_bytes()[:-8])
    clip = takes.good(tmp_path / "clip.mp4").read_bytes()
    film, half, spoilt = (
        store.write("segment", name, ".mp4", lambda out: out.write_bytes(clip) and None) for name in "cde"
    )
    half.write_bytes(clip[: len(clip) // 2])
    spoilt.write_bytes(clip[: len(clip) // 3] + os.urandom(20_000) + clip[len(clip) // 3 + 20_000 :])
    unknown = put("speech", "z")
    out = run_cache("--check")
    assert {part.path for part in render_cache.list_files()} == {good, film, unknown}
    assert str(cut) in out
    assert "Deleted damaged ones: 3 files" in out
