"""results.csv: the user's columns come back, and nothing in them runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from campaigns.results import READY, Outcome, escaped, file_stem, write_results
from campaigns.spreadsheet import Row


@pytest.mark.parametrize(
    "text", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "+44 20 7946"]
)
def test_what_a_spreadsheet_program_would_run_is_escaped(text: str) -> None:
    assert escaped(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "-5", "+3.5", "-12 %", "a=b", "1-2"])
def test_ordinary_text_and_numbers_stay(text: str) -> None:
    assert escaped(text) == text


def test_results_keep_the_columns_in_order_and_add_three(tmp_path: Path) -> None:
    rows = [Row(2, {"name": "José", "note": "=1"}), Row(3, {"name": "Bo", "note": "a;b\nc"})]
    outcomes = [Outcome(rows[0], READY, "0002-jose.mp4"), Outcome(rows[1], "rejected", reason="no address")]
    write_results(tmp_path / "results.csv", ["name", "note"], outcomes)
    with (tmp_path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["name", "note", "file", "status", "reason"],
            ["José", "'=1", "0002-jose.mp4", "ready", ""],
            ["Bo", "a;b\nc", "", "rejected", "no address"],
        ]
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_a_users_own_status_column_is_kept_apart(tmp_path: Path) -> None:
    write_results(tmp_path / "results.csv", ["Status"], [Outcome(Row(2, {"Status": "VIP"}), READY, "a.mp4")])
    header = (tmp_path / "results.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header == "Status,file,video status,reason"


@pytest.mark.parametrize(
    ("number", "name", "stem"),
    [
        (2, "José Álvarez", "0002-jose-alvarez"),
        (3, "Maeve O'Brien", "0003-maeve-obrien"),
        (4, "李", "0004-row"),
        (5, "../../etc", "0005-etc"),
        (6, "", "0006-row"),
    ],
)
def test_files_are_named_by_row_and_name(number: int, name: str, stem: str) -> None:
    assert file_stem(Row(number, {}), name) == stem
