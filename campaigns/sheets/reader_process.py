"""Files from outside are read in a process of their own, with limits of memory and time.

It answers with lines of JSON in a file and tells its progress on its output. What a file does to it, it does
to nobody else.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from campaigns.problems import Code, Problem, Source
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.records import Record, SheetError
from campaigns.sheets.values import (
    ColumnGuess,
    Progress,
    Question,
    QuestionKind,
    ReadSheet,
    Row,
    Sheet,
    SheetOption,
)

_POLL_S = 0.2


@dataclass(frozen=True)
class Limits:
    """What reading one file may take."""

    memory_bytes: int = 900 * 2**20
    time_s: float = 180.0


def read_apart(
    path: Path, file_name: str, choice: SheetChoice, progress: Progress, limits: Limits
) -> ReadSheet:
    """Read the file in another process. Whatever ``progress`` raises ends it. Raises SheetError."""
    with tempfile.TemporaryDirectory(prefix="byname-sheet-") as folder:
        answer = Path(folder) / "answer.jsonl"
        request = {
            "path": str(path.absolute()),
            "answer": str(answer),
            "name": file_name,
            "choice": choice.to_json(),
            "memory_bytes": limits.memory_bytes,
            "time_s": limits.time_s,
        }
        _run(request, file_name, progress, limits)
        if not answer.exists():
            raise SheetError(_describe_too_large(file_name))
        with answer.open(encoding="utf-8") as lines:
            return _load(lines, file_name)


def _describe_too_large(file_name: str) -> str:
    return (
        f"{file_name} is too large to be read, or damaged in a way that makes it so. "
        "Split it, or copy its people into a new file."
    )


def _run(request: dict[str, Any], file_name: str, progress: Progress, limits: Limits) -> None:
    root = str(Path(__file__).resolve().parents[2])
    child = subprocess.Popen(
        [sys.executable, "-m", "campaigns.sheets.reader_process"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    try:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(request).encode())
            child.stdin.close()
        _follow(child, child.stdout, file_name, progress, time.monotonic() + limits.time_s)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def _follow(
    child: subprocess.Popen[bytes], output: IO[bytes], file_name: str, progress: Progress, end_s: float
) -> None:
    """Pass its progress on until it ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        told: tuple[str, int, int] = ("opening the file", 0, 0)
        while True:
            if time.monotonic() > end_s:
                raise SheetError(_describe_too_large(file_name))
            if selector.select(_POLL_S):
                line = output.readline()
                if not line:
                    return
                stage, done, total = json.loads(line)
                told = (str(stage), int(done), int(total))
            progress(*told)


# the answer as lines


def dump(read: ReadSheet) -> Iterator[str]:
    """One line for all but the rows, one for each row and each problem."""
    yield _dump_line(
        {
            "columns": read.sheet.columns,
            "choice": read.choice.to_json(),
            "questions": [asdict(one) for one in read.questions],
            "sheets": [asdict(one) for one in read.sheets],
            "head": [(one.number, one.cells, one.hidden) for one in read.head],
            "guesses": [asdict(one) for one in read.columns],
            "notes": [asdict(one) for one in read.notes],
        }
    )
    for row in read.sheet.rows:
        yield _dump_line([row.number, list(row.values.values())])
    for problem in read.sheet.problems:
        yield _dump_line(asdict(problem))


def _dump_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True) + "\n"  # also lone surrogates


def _load(lines: IO[str], file_name: str) -> ReadSheet:
    first = json.loads(next(lines, "null"))
    if first is None or "error" in first:
        raise SheetError(first["error"] if first else _describe_too_large(file_name))
    columns = tuple(first["columns"])
    rows: list[Row] = []
    problems: list[Problem] = []
    for line in lines:
        one = json.loads(line)
        if isinstance(one, list):
            rows.append(Row(one[0], dict(zip(columns, one[1], strict=True))))
        else:
            problems.append(_load_problem(one))
    return ReadSheet(
        Sheet(columns, tuple(rows), tuple(problems)),
        SheetChoice.from_json(first["choice"]),
        tuple(
            Question(QuestionKind(q["kind"]), q["sentence"], tuple(q["options"])) for q in first["questions"]
        ),
        tuple(SheetOption(**one) for one in first["sheets"]),
        tuple(Record(number, tuple(cells), hidden=hidden) for number, cells, hidden in first["head"]),
        tuple(
            ColumnGuess(g["header"], Role(g["role"]) if g["role"] else None, g["sure"], tuple(g["samples"]))
            for g in first["guesses"]
        ),
        tuple(map(_load_problem, first["notes"])),
    )


def _load_problem(one: dict[str, Any]) -> Problem:
    return Problem(Code(one["code"]), Source(one["source"]), one["message"], one["row"], one["column"])


# in the other process


def main() -> None:
    """Read the request from the input, the file with limits, and write the answer."""
    request = json.loads(sys.stdin.buffer.read())
    _limit(int(request["memory_bytes"]), float(request["time_s"]))
    from campaigns.sheets.assembly import assemble

    answer = Path(request["answer"])
    try:
        data = Path(request["path"]).read_bytes()
        choice = SheetChoice.from_json(request["choice"])
        read = assemble(data, request["name"], choice, _tell)
        with answer.open("w", encoding="utf-8") as file:
            file.writelines(dump(read))
    except SheetError as error:
        answer.write_text(_dump_line({"error": str(error)}), encoding="utf-8")
    except (MemoryError, RecursionError, OSError):
        answer.unlink(missing_ok=True)


def _tell(stage: str, done: int, total: int) -> None:
    sys.stdout.write(json.dumps([stage, done, total]) + "\n")
    sys.stdout.flush()


def _limit(memory_bytes: int, time_s: float) -> None:
    """Where the system has no such limits, the time is still kept by the one who waits."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (int(time_s) + 1, int(time_s) + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
