"""Bad input gets a sentence that names the place and the remedy, status 1, and nothing half-written."""

from __future__ import annotations

import csv
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import takes

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = "first_name,email,company\nAda,ada@example.com,Lovelace Ltd\n"
SCRIPT = "Hi {{ first_name }}. Good to see you."


@dataclass(frozen=True)
class Outcome:
    """What the command said and left behind."""

    status: int
    output: str
    out: Path

    def is_refused(self, *parts: str) -> bool:
        """Refused with a sentence that holds every part, and without a trace of the work."""
        assert self.status == 1, self.output
        assert "Traceback" not in self.output
        assert [part for part in parts if part not in self.output] == [], self.output
        return self.list_outputs() == []

    def list_outputs(self) -> list[str]:
        return sorted(path.name for path in self.out.rglob("*")) if self.out.exists() else []

    def reasons(self) -> list[str]:
        """The reason of each row, from a table that stands alone: no video was made for any."""
        assert self.status == 1, self.output
        assert "Traceback" not in self.output
        assert self.list_outputs() == ["results.csv"]
        return [row["reason"] for row in self.results()]

    def results(self) -> list[dict[str, str]]:
        with (self.out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


class Desk:
    """A folder with a person's files, and the command run on them as that person would."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def make_messages(
        self,
        *,
        take: Path = takes.DEMO_TAKE,
        people: str | bytes = PEOPLE,
        script: str = SCRIPT,
        prepare: Callable[[], None] | None = None,
        **environment: str,
    ) -> Outcome:
        sheet, text, out = self.folder / "people.csv", self.folder / "hello.j2", self.folder / "videos"
        sheet.write_bytes(people.encode() if isinstance(people, str) else people)
        text.write_text(script, encoding="utf-8")
        options = {"--take": take, "--recipients": sheet, "--script": text, "--out": out}
        arguments = [str(word) for pair in options.items() for word in pair]
        return self.run("make_messages", *arguments, prepare=prepare, **environment)

    def run(self, *arguments: str, prepare: Callable[[], None] | None = None, **environment: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            preexec_fn=prepare,
        )
        return Outcome(done.returncode, done.stdout + done.stderr, self.folder / "videos")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Nothing of the installation is touched: data, media and cache are in a folder of these tests."""
    return {**os.environ, "VAR_DIR": str(tmp_path_factory.mktemp("var")), "BAKE_SECONDS": "5"}


@pytest.fixture
def desk(tmp_path: Path, environment: dict[str, str]) -> Desk:
    return Desk(tmp_path, environment)


# The take


def test_a_take_without_a_face(desk: Desk) -> None:
    take = takes.without_a_face(desk.folder / "wall.mp4")
    assert desk.make_messages(take=take).is_refused("wall.mp4 cannot be used", "No face")


def test_a_take_with_two_faces(desk: Desk) -> None:
    take = takes.with_two_faces(desk.folder / "couple.mp4")
    assert desk.make_messages(take=take).is_refused("couple.mp4 cannot be used", "Two faces", "one person")


def test_a_take_under_five_seconds(desk: Desk) -> None:
    take = takes.too_short(desk.folder / "blink.mp4")
    assert desk.make_messages(take=take).is_refused("blink.mp4 is 2.0 s long", "at least 5 s")


def test_a_clip_without_a_picture(desk: Desk) -> None:
    take = takes.sound_only(desk.folder / "radio.mp4")
    assert desk.make_messages(take=take).is_refused("radio.mp4", "no picture")


def test_a_truncated_clip(desk: Desk) -> None:
    take = takes.write_half(desk.folder / "half.mp4")
    assert desk.make_messages(take=take).is_refused("half.mp4 is incomplete", "again")


def test_a_take_that_is_not_there(desk: Desk) -> None:
    assert desk.make_messages(take=desk.folder / "lost.mp4").is_refused("lost.mp4", "Check")


# The spreadsheet


def test_an_empty_spreadsheet(desk: Desk) -> None:
    assert desk.make_messages(people=b"").is_refused("people.csv is empty", "column names")


def test_a_spreadsheet_with_two_columns_of_one_name(desk: Desk) -> None:
    people = "email,name,email\na@example.com,Ada,b@example.com\n"
    assert desk.make_messages(people=people).is_refused("people.csv, row 1", "A and C", "“email”")


def test_a_spreadsheet_where_every_row_is_bad(desk: Desk) -> None:
    outcome = desk.make_messages(people="first_name,email\nAda,ada at example.com\n")
    (reason,) = outcome.reasons()
    assert "column “email”: “ada at example.com” is not an e-mail address" in reason
    assert "people.csv, row 2: " in outcome.output


@pytest.mark.parametrize(
    "people",
    [
        "\ufefffirst_name;email\nZoë;zoe@example.com\n".encode(),
        "first_name;email\nZoë;zoe@example.com\n".encode("latin-1"),
        "first_name\temail\nZoë\tzoe@example.com\n".encode("utf-16"),
    ],
    ids=["BOM and semicolons", "Latin-1 and semicolons", "UTF-16 and tabs"],
)
def test_a_spreadsheet_as_office_programs_save_it_is_read(desk: Desk, people: bytes) -> None:
    """It gets as far as filling the script, which then fails."""
    outcome = desk.make_messages(people=people, script="Hi {{ first_name }}, {{ 1 // 0 }} of us.")
    assert "The script divides by zero" in outcome.reasons()[0]
    assert outcome.results()[0]["first_name"] == "Zoë"


# The script


def test_an_empty_script(desk: Desk) -> None:
    assert desk.make_messages(script=" \n").is_refused("hello.j2", "empty", "at least one sentence")


def test_a_script_that_is_no_template(desk: Desk) -> None:
    script = "Good day.\nHi {{ first_name }, it is me."
    assert desk.make_messages(script=script).is_refused("hello.j2", "line 2, column 4")


def test_a_script_that_uses_a_column_that_is_not_there(desk: Desk) -> None:
    script = "Hi {{ first_name }}.\nHow is {{ city }}?"
    outcome = desk.make_messages(script=script)
    assert outcome.is_refused("hello.j2, line 2, column 11: “city” is not a column", "email, first_name")
    assert outcome.output.count("“city”") == 1


# One row among others


@pytest.mark.slow
def test_rows_that_cannot_be_made_leave_the_others_alone(desk: Desk) -> None:
    people = (
        "first_name,email,company\n"
        "Zoë,zoe@example.com,Blue Door\n"
        "John,john@example.com,\n"
        "明,ming@example.com,Harbour Books\n"
    )
    take = takes.good(desk.folder / "me.mp4")
    outcome = desk.make_messages(take=take, people=people, script="Hi {{ first_name }} of {{ company }}.")
    assert outcome.status == 1
    assert "row 3" in outcome.output and "“company” is empty in this row" in outcome.output
    assert "row 4" in outcome.output and "cannot say" in outcome.output
    rows = outcome.results()
    assert [row["first_name"] for row in rows] == ["Zoë", "John", "明"]
    assert [bool(row["file"]) for row in rows] == [True, False, False]
    assert [bool(row["reason"]) for row in rows] == [False, True, True]
    assert (outcome.out / rows[0]["file"]).stat().st_size > 10_000
    assert sorted({path.suffix for path in outcome.out.iterdir()}) == [".csv", ".jpg", ".mp4", ".vtt"]


# The machine


@pytest.mark.slow
def test_a_disk_that_is_full(desk: Desk) -> None:
    """A limit on the size of files stands for the disk: the same writes fail, at the same places."""
    take = takes.good(desk.folder / "me.mp4")
    empty = str(desk.folder / "cache")  # a bake from another test would let the work go on to the table
    outcome = desk.make_messages(take=take, prepare=_no_file_above_64_kb, RENDER_CACHE_DIR=empty)
    assert outcome.is_refused("no room left", "Free some space")


def _no_file_above_64_kb() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))


def test_a_database_that_cannot_be_reached(desk: Desk) -> None:
    with _taken_port(listening=False) as port:
        outcome = desk.run("migrate", DATABASE_URL=f"postgresql://byname@127.0.0.1:{port}/byname")
    assert outcome.is_refused("DATABASE_URL", f"127.0.0.1:{port}")


def test_a_port_that_is_in_use(desk: Desk) -> None:
    with _taken_port(listening=True) as port:
        outcome = desk.run("demo", "--port", str(port))
    assert outcome.is_refused(f"{port}", "in use", "PORT=")


class _taken_port:
    """A port of this machine that answers nobody, or that another program listens on."""

    def __init__(self, *, listening: bool) -> None:
        self._listening = listening

    def __enter__(self) -> int:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        if self._listening:
            self._socket.listen()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._socket.close()
