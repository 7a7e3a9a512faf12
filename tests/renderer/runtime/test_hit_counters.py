from __future__ import annotations

import gc
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.runtime.hit_counters import NAME, HitCount
from renderer.runtime.store import Store

_COUNTS = """
import sys
from pathlib import Path
from renderer.runtime.store import Store
store = Store(Path(sys.argv[1]))
for key in range(20):
    store.make("speech", str(key), ".txt", lambda path: path.write_text("x") and None)
    store.save_hit_counts()
"""


def writing(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text) and None


def test_what_was_found_and_what_was_made_is_counted_by_kind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for key in ("a", "b", "a", "a"):
        store.make("speech", key, ".txt", writing(key))
    store.use("segment", "c", ".txt", writing("c"), Path.read_text)
    assert store.read_hit_counts() == {
        "speech": HitCount(hits=2, misses=2),
        "segment": HitCount(hits=0, misses=1),
    }
    assert store.read_hit_counts()["speech"].hit_rate == 0.5


def test_a_reserved_file_counts_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.get("segment", "a") is None
    reservation = store.reserve("segment", "a")
    assert reservation is not None
    with reservation:
        reservation.make(".txt", writing("a"))
    assert store.read_hit_counts() == {"segment": HitCount(0, 1)}


def test_another_store_on_the_folder_sees_what_was_noted(tmp_path: Path) -> None:
    one, other = Store(tmp_path), Store(tmp_path)
    one.make("speech", "a", ".txt", writing("a"))
    other.make("speech", "a", ".txt", writing("a"))
    one.save_hit_counts()
    one.save_hit_counts()
    other.save_hit_counts()
    assert Store(tmp_path).read_hit_counts() == {"speech": HitCount(1, 1)}


def test_a_forgotten_store_leaves_its_counts(tmp_path: Path) -> None:
    Store(tmp_path).make("speech", "a", ".txt", writing("a"))
    gc.collect()
    assert Store(tmp_path).read_hit_counts() == {"speech": HitCount(0, 1)}


def test_many_processes_add_up(tmp_path: Path) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", _COUNTS, str(tmp_path)]) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    assert Store(tmp_path).read_hit_counts() == {"speech": HitCount(hits=40, misses=20)}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"speech": 3}', '{"speech": [1, "x"]}'])
def test_a_damaged_count_is_begun_anew_and_costs_nothing_else(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    store = Store(tmp_path)
    store.make("speech", "a", ".txt", writing("a"))
    store.save_hit_counts()
    assert Store(tmp_path).read_hit_counts() == {"speech": HitCount(0, 1)}


def test_counting_does_not_bring_back_a_folder_that_was_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.make("speech", "a", ".txt", writing("a"))
    shutil.rmtree(tmp_path / "store")
    store.save_hit_counts()
    assert not (tmp_path / "store").exists()
