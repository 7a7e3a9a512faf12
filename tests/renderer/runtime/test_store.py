from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.errors import RenderError
from renderer.runtime.store import Store, StoreStats, is_whole
from tests.renderer.video.test_encode import room_for

HOUR_S = 3600


def writing(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text)

    return write


def make_unused(path: Path, hours: float) -> None:
    before_s = time.time() - hours * HOUR_S
    os.utime(path, (before_s, before_s))


def test_a_thing_is_made_once_and_found_afterwards(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.get("speech", "Hi John") is None
    path, hit = store.make("speech", "Hi John", ".wav", writing("hello"))
    assert (path.read_text(), path.suffix, hit) == ("hello", ".wav", False)
    assert store.make("speech", "Hi John", ".wav", writing("never written")) == (path, True)
    assert store.get("speech", "Hi John") == path


def test_kinds_and_keys_do_not_mix(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for kind, key in (("speech", "a"), ("speech", "b"), ("segment", "a")):
        store.make(kind, key, ".txt", writing(kind + key))
    found = [store.get(kind, key) for kind, key in (("speech", "a"), ("speech", "b"), ("segment", "a"))]
    assert [path.read_text() for path in found if path] == ["speecha", "speechb", "segmenta"]


@pytest.mark.parametrize("kind", ["../x", "", "A", "locks", "a/b"])
def test_a_kind_is_a_plain_word(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ValueError, match="plain lower-case word"):
        Store(tmp_path).get(kind, "key")


def test_a_suffix_cannot_lead_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="suffix"):
        Store(tmp_path).make("speech", "key", "/../x", writing(""))


def test_a_writer_that_fails_leaves_nothing_and_the_next_one_writes(tmp_path: Path) -> None:
    def failing(path: Path) -> None:
        path.write_text("half")
        raise RenderError("no voice")

    store = Store(tmp_path)
    with pytest.raises(RenderError, match="no voice"):
        store.make("speech", "key", ".wav", failing)
    assert store.get("speech", "key") is None
    assert store.stats().files == 0
    assert store.make("speech", "key", ".wav", writing("whole"))[0].read_text() == "whole"


def test_things_can_be_made_of_other_things(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def outer(path: Path) -> None:
        inner, _ = store.make("speech", "key", ".wav", writing("inner"))
        path.write_text(f"outer of {inner.read_text()}")

    assert store.make("segment", "key", ".mp4", outer)[0].read_text() == "outer of inner"


def test_the_store_can_be_deleted_at_any_time(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    path, _ = store.make("speech", "key", ".wav", writing("first"))
    path.unlink()
    assert store.make("speech", "key", ".wav", writing("second"))[0].read_text() == "second"

    deletions = iter([True])

    def deleting(path: Path) -> None:
        path.write_text("third")
        if next(deletions, False):
            shutil.rmtree(tmp_path / "cache")

    assert store.make("segment", "key", ".mp4", deleting)[0].read_text() == "third"


def test_the_longest_unused_files_go_first_when_the_store_is_full(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=1000)
    for hours, key in ((3, "old"), (2, "older than it looks"), (5, "oldest")):
        make_unused(store.make("speech", key, ".wav", writing("x" * 300))[0], hours)
    assert store.get("speech", "oldest")  # used now
    store.make("speech", "new", ".wav", writing("x" * 300))
    left = [key for key in ("old", "older than it looks", "oldest", "new") if store.get("speech", key)]
    assert left == ["older than it looks", "oldest", "new"]
    assert store.stats().size_bytes == 900


def test_a_large_store_is_not_looked_through_at_every_write(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=10_000)
    store.make("frames", "first", ".txt", writing("x" * 40))
    (tmp_path / "frames" / "aa").mkdir()
    put_there = tmp_path / "frames" / "aa" / "foreign"
    put_there.write_text("x" * 20_000)
    make_unused(put_there, hours=1)
    store.make("frames", "second", ".txt", writing("x" * 40))
    assert put_there.exists()
    store.make("frames", "third", ".txt", writing("x" * 80))
    assert not put_there.exists()


def test_files_in_use_stay_even_when_the_store_is_too_full(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=10)
    paths = [store.make("speech", str(i), ".wav", writing("x" * 300))[0] for i in range(3)]
    assert all(path.exists() for path in paths)


def test_what_a_dead_writer_left_is_cleared_away(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=1000)
    path, _ = store.make("speech", "key", ".wav", writing("x"))
    left = path.with_name(".left.part.wav")
    left.write_bytes(bytes(2000))
    make_unused(left, hours=2)
    store.make("speech", "other", ".wav", writing("x" * 20))
    assert not left.exists()
    assert path.exists()


def test_a_full_disk_names_the_folder(tmp_path: Path) -> None:
    def large(path: Path) -> None:
        path.write_bytes(bytes(100_000))

    with pytest.raises(RenderError, match="no room left") as caught, room_for(10_000):
        Store(tmp_path).make("speech", "key", ".wav", large)
    assert not caught.value.permanent


def test_a_file_that_is_deleted_before_it_is_read_is_made_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    deletions = iter([True, False])

    def read(path: Path) -> str:
        if next(deletions):
            path.unlink()
        return path.read_text()

    assert store.use("speech", "key", ".wav", writing("whole"), read) == "whole"


def test_a_file_that_was_opened_is_read_to_its_end_though_it_is_evicted(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=10)
    path, _ = store.make("speech", "key", ".wav", writing("still here"))
    make_unused(path, hours=1)
    with path.open() as file:
        store.make("speech", "other", ".wav", writing("x" * 20))
        assert not path.exists()
        assert file.read() == "still here"


def test_what_another_one_makes_is_not_reserved_twice(tmp_path: Path) -> None:
    mine, other = Store(tmp_path), Store(tmp_path)
    held = mine.reserve("segment", "key")
    assert held is not None
    assert other.reserve("segment", "key") is None
    assert other.reserve("segment", "another key") is not None
    held.make(".mp4", writing("whole"))
    held.release()
    assert other.make("segment", "key", ".mp4", writing("never written"))[1]


def test_a_reservation_that_was_not_used_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    held = store.reserve("segment", "key")
    assert held is not None
    with held:
        pass
    assert store.make("segment", "key", ".mp4", writing("mine"))[0].read_text() == "mine"


def test_the_room_of_each_kind_is_known(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for kind, key in (("speech", "a"), ("speech", "b"), ("segment", "a")):
        store.make(kind, key, ".txt", writing("x" * 10))
    assert store.stats_by_kind() == {"segment": StoreStats(1, 10), "speech": StoreStats(2, 20)}


MAKER = """
import sys
from pathlib import Path
from renderer.runtime.store import Store

root, log, mode = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def write(path):
    with log.open("a") as lines:
        lines.write("made\\n")
    path.write_text("whole")
    if mode == "hang":
        print("writing", flush=True)
        sys.stdin.read()

print("starting", flush=True)
Store(root).make("segment", "key", ".mp4", write)
"""


def maker(root: Path, log: Path, mode: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKER, str(root), str(log), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def test_of_many_processes_one_makes_and_the_others_wait(tmp_path: Path) -> None:
    log = tmp_path / "log"
    first = maker(tmp_path / "cache", log, "hang")
    assert first.stdout is not None and first.stdin is not None
    assert [first.stdout.readline().strip() for _ in range(2)] == ["starting", "writing"]
    others = [maker(tmp_path / "cache", log, "quick") for _ in range(3)]
    for other in others:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "starting"
    first.stdin.close()
    assert [process.wait(30) for process in (first, *others)] == [0, 0, 0, 0]
    assert log.read_text() == "made\n"


def test_a_killed_maker_frees_its_key_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    first = maker(tmp_path / "cache", log, "hang")
    assert first.stdout is not None
    assert [first.stdout.readline().strip() for _ in range(2)] == ["starting", "writing"]
    second = maker(tmp_path / "cache", log, "quick")
    assert second.stdout is not None
    assert second.stdout.readline().strip() == "starting"
    first.send_signal(signal.SIGKILL)
    assert second.wait(30) == 0
    first.wait(30)
    path = Store(tmp_path / "cache").get("segment", "key")
    assert path is not None and path.read_text() == "whole"
    assert log.read_text() == "made\nmade\n"


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage", [flip_a_bit, lambda path: os.truncate(path, 3), lambda path: path.write_bytes(b"")]
)
def test_a_file_that_the_disk_changed_is_made_again(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    store = Store(tmp_path)
    path, _ = store.make("segment", "one", ".mp4", lambda part: part.write_bytes(b"whole segment"))
    damage(path)
    assert store.peek("segment", "one") is None
    path, _ = store.make("segment", "one", ".mp4", lambda part: part.write_bytes(b"whole segment"))
    damage(path)
    assert store.get("segment", "one") is None
    assert list(tmp_path.glob("segment/??/*")) == []
    made, was_there = store.make("segment", "one", ".mp4", lambda part: part.write_bytes(b"whole segment"))
    assert (made.read_bytes(), was_there, made.suffix) == (b"whole segment", False, ".mp4")


def test_a_file_of_an_older_version_is_taken_as_it_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path, _ = store.make("segment", "one", ".mp4", lambda part: part.write_bytes(b"whole"))
    old = path.rename(path.with_name(f"{path.name.partition('.')[0]}.mp4"))
    assert store.get("segment", "one") == old
    assert is_whole(old)


def empty(part: Path) -> None:
    shutil.rmtree(part.parents[2])


def empty_and_make_again(part: Path) -> None:
    shutil.rmtree(part.parents[2])
    part.parent.mkdir(parents=True)


def remove_what_was_written(part: Path) -> None:
    part.unlink()


@pytest.mark.parametrize("meanwhile", [empty, empty_and_make_again, remove_what_was_written])
def test_a_store_that_is_emptied_in_the_middle_of_a_write_is_written_again(
    tmp_path: Path, meanwhile: Callable[[Path], None]
) -> None:
    tries = []

    def write(part: Path) -> None:
        tries.append(part)
        part.write_bytes(b"whole")
        if len(tries) == 1:
            meanwhile(part)

    path, _ = Store(tmp_path / "cache").make("segment", "one", ".mp4", write)
    assert (path.read_bytes(), len(tries)) == (b"whole", 2)


def test_a_file_that_a_writer_misses_is_its_own_trouble(tmp_path: Path) -> None:
    tries = []

    def write(part: Path) -> None:
        tries.append(part)
        (tmp_path / "nowhere").read_bytes()

    with pytest.raises(FileNotFoundError):
        Store(tmp_path / "cache").make("segment", "one", ".mp4", write)
    assert len(tries) == 1
