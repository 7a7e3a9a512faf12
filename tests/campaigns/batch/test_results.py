"""results.csv: the user's columns come back, and nothing in them runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from campaigns.batch.results import Outcome, RowStatus, build_file_stem, escape, write_results
from campaigns.sheets.spreadsheet import Row


@pytest.mark.parametrize(
    "text", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "+44 20 7946"]
)
def test_what_a_spreadsheet_program_would_run_is_escaped(text: str) -> None:
    assert escape(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "-5", "+3.5", "-12 %", "a=b", "1-2"])
def test_ordinary_text_and_numbers_stay(text: str) -> None:
    assert escape(text) == text


def test_results_keep_the_columns_in_order_and_add_three(tmp_path: Path) -> None:
    rows = [Row(2, {"name": "José", "note": "=1"}), Row(3, {"name": "Bo", "note": "a;b\nc"})]
    outcomes = [
        Outcome(rows[0], RowStatus.READY, "0002-jose.mp4"),
        Outcome(rows[1], RowStatus.REJECTED, reason="no address"),
    ]
    write_results(tmp_path / "results.csv", ["name", "note"], outcomes)
    with (tmp_path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["name", "note", "file", "status", "reason"],
            ["José", "'=1", "0002-jose.mp4", "ready", ""],
            ["Bo", "a;b\nc", "", "rejected", "no address"],
        ]
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_a_users_own_status_column_is_kept_apart(tmp_path: Path) -> None:
    write_results(
        tmp_path / "results.csv", ["Status"], [Outcome(Row(2, {"Status": "VIP"}), RowStatus.READY, "a.mp4")]
    )
    header = (tmp_path / "results.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header == "Status,file,video status,reason"


@pytest.mark.parametrize(
    ("number", "name", "stem"),
    [
        (2, "José Álvarez", "0002-josé-álvarez"),
        (3, "Maeve O'Brien", "0003-maeve-obrien"),
        (3, "Maeve O’Brien", "0003-maeve-obrien"),
        (3, "Hawaiʼi", "0003-hawaii"),
        (4, "李雷", "0004-李雷"),
        (5, "../../etc", "0005-etc"),
        (6, "", "0006-row"),
        (7, "Łukasz", "0007-łukasz"),
        (8, "Nguyễn Văn Đức", "0008-nguyễn-văn-đức"),
        (9, "Ødegård", "0009-ødegård"),
        (10, "सुनीता สุดา", "0010-सुनीता-สุดา"),
        (11, "Ana\u202egnp.exe\x00\n", "0011-anagnp-exe"),
        (12, 'C:\\a<b>"|?*.', "0012-c-a-b"),
        (13, "CON", "0013-con"),
        (12345, "🎉", "12345-row"),
    ],
)
def test_files_are_named_by_row_and_name(number: int, name: str, stem: str) -> None:
    assert build_file_stem(Row(number, {}), name) == stem


def test_rows_of_one_name_have_files_of_their_own() -> None:
    assert len({build_file_stem(Row(number, {}), "Zoë") for number in range(2, 50)}) == 48


def test_one_name_has_one_file_however_its_accents_are_typed() -> None:
    composed, decomposed = "Nguy\u1ec5n", "Nguye\u0302\u0303n"
    assert build_file_stem(Row(2, {}), composed) == build_file_stem(Row(2, {}), decomposed)


@pytest.mark.parametrize("letter", ["a", "ł", "李", "𠮷", "สุ"])
def test_a_name_of_three_hundred_letters_is_cut_to_what_file_systems_take(
    letter: str, tmp_path: Path
) -> None:
    stem = build_file_stem(Row(50_000, {}), letter * 300)
    assert stem.startswith(f"50000-{letter * 10}")
    assert len(stem) <= 66 and len(f"{stem}.mp4".encode()) <= 143
    (tmp_path / f"{stem}.mp4").touch()
    assert [path.stem for path in tmp_path.iterdir()] == [stem]
