"""Spreadsheets as people really have them."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from campaigns.sheets.spreadsheet import Sheet, SheetError, read_sheet


def csv(text: str, encoding: str = "utf-8") -> Sheet:
    return read_sheet(io.BytesIO(text.encode(encoding)), "people.csv")


def names(sheet: Sheet) -> list[str]:
    return [row.values["name"] for row in sheet.rows]


def xlsx(*rows: tuple[object, ...]) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_it_finds_the_separator(separator: str) -> None:
    sheet = csv(
        f"name{separator}city\nAda{separator}London\nBo{separator}Paris, Texas\n".replace(
            "Paris, Texas", "Paris"
        )
    )
    assert sheet.columns == ("name", "city")
    assert sheet.rows[0].values == {"name": "Ada", "city": "London"}


def test_a_comma_inside_a_text_does_not_beat_the_semicolon() -> None:
    sheet = csv("name;city;note\nAda;London;yes, please\nBo;Rome;no, never, thanks\n")
    assert sheet.rows[1].values["note"] == "no, never, thanks"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_it_reads_accents_in_every_usual_encoding(encoding: str) -> None:
    sheet = csv("name,city\nJosé,Málaga\nZoë,Göteborg\n", encoding)
    assert names(sheet) == ["José", "Zoë"]
    assert sheet.columns == ("name", "city")


def test_one_column_needs_no_separator() -> None:
    assert names(csv("name\nAda\nBo\n")) == ["Ada", "Bo"]


def test_blank_rows_are_skipped_and_rows_keep_the_numbers_that_the_program_shows() -> None:
    sheet = csv('name,note\n\nAda,"two\nlines"\n,\nBo,x\n')
    assert [(row.number, row.values["name"]) for row in sheet.rows] == [(3, "Ada"), (5, "Bo")]


def test_header_spaces_and_a_sep_line_do_not_matter() -> None:
    sheet = csv("sep=;\n name ; first  name \nAda;x\n")
    assert sheet.columns == ("name", "first name")


def test_a_short_row_is_filled_and_a_long_row_is_a_problem() -> None:
    sheet = csv("name,city\nAda\nBo,Rome,Italy\n")
    assert sheet.rows[0].values == {"name": "Ada", "city": ""}
    (problem,) = sheet.problems
    assert problem.row == 3
    assert "3 cells, the header only 2" in problem.message


def test_duplicate_headers_are_refused_with_both_columns() -> None:
    with pytest.raises(SheetError, match=r"people\.csv, row 1: the columns B and C are both called “Email”"):
        csv("name,Email,email\nAda,a@example.org,b@example.org\n")


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " , \n"])
def test_an_empty_file_says_what_belongs_into_it(text: str) -> None:
    with pytest.raises(SheetError, match=r"people\.csv is empty\. Write column names"):
        csv(text)


def test_a_header_alone_is_not_enough() -> None:
    with pytest.raises(SheetError, match="no rows below"):
        csv("name,email\n")


def test_a_nameless_column_is_called_by_its_letter() -> None:
    assert csv("name,,city\nAda,x,London\n").columns == ("name", "Column B", "city")


def test_a_picture_is_not_a_spreadsheet() -> None:
    with pytest.raises(SheetError, match="neither CSV nor XLSX"):
        read_sheet(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"ab\0cd" * 50), "people.csv")


def test_an_old_excel_file_is_named_as_such() -> None:
    with pytest.raises(SheetError, match="old Excel file"):
        read_sheet(io.BytesIO(b"\xd0\xcf\x11\xe0" + b"x" * 600), "people.xls")


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="cannot be read: No such file"):
        read_sheet(tmp_path / "nowhere.csv")


def test_xlsx_cells_read_as_a_person_sees_them() -> None:
    sheet = read_sheet(
        xlsx(("name", "seats", "share", "day"), ("Ada", 3.0, 0.5, datetime(2026, 5, 4))), "people.xlsx"
    )
    assert sheet.rows[0].values == {"name": "Ada", "seats": "3", "share": "0.5", "day": "2026-05-04"}


def test_xlsx_blank_rows_keep_row_numbers() -> None:
    sheet = read_sheet(xlsx(("name",), (None,), ("Ada",)), "people.xlsx")
    assert [(row.number, row.values["name"]) for row in sheet.rows] == [(3, "Ada")]


def test_a_formula_without_a_stored_value_is_a_problem_of_its_row() -> None:
    sheet = read_sheet(xlsx(("name", "city"), ("Ada", "=A2")), "people.xlsx")
    (problem,) = sheet.problems
    assert (problem.row, problem.column) == (2, "city")
    assert "no stored value" in problem.message


def test_a_broken_xlsx_is_a_sentence() -> None:
    whole = xlsx(("name",), ("Ada",)).getvalue()
    with pytest.raises(SheetError, match=r"people\.xlsx is not a whole XLSX file"):
        read_sheet(io.BytesIO(whole[: len(whole) // 2]), "people.xlsx")
