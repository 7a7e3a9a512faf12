"""Separators as people's programs write them."""

from __future__ import annotations

import io

import pytest

from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.reading import read_sheet_file

ROWS = [["name", "email", "sum"], ["Ada", "ada@example.org", "1,50"], ["Bo Ek", "bo@example.org", "2.000,75"]]


def read_rows(text: str, separator: str | None = None) -> list[list[str]]:
    choice = SheetChoice(separator=separator)
    read = read_sheet_file(io.BytesIO(text.encode()), "people.csv", choice)
    assert read.questions == ()
    return [list(read.sheet.columns), *(list(row.values.values()) for row in read.sheet.rows)]


@pytest.mark.parametrize(
    "separator", [";", "\t", "|", "^", "~", ":", "||", "::", "~|~", " | ", "^|^", "=>", "¦", "##", "\x1f"]
)
def test_the_separator_is_found_and_known(separator: str) -> None:
    text = "\n".join(separator.join(cells) for cells in ROWS)
    read = read_sheet_file(io.BytesIO(text.encode()), "people.csv")
    assert [list(row.values.values()) for row in read.sheet.rows] == ROWS[1:]
    assert read.choice.separator == separator.strip(" ")


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_a_line_that_names_the_separator_counts(line: str) -> None:
    assert read_rows(f"{line}\nname;email,work\nAda;a@x.org,1\n") == [
        ["name", "email,work"],
        ["Ada", "a@x.org,1"],
    ]


def test_a_separator_of_several_signs_can_be_named() -> None:
    assert read_rows("sep=||\nname||email\nAda||a@x.org\n") == [["name", "email"], ["Ada", "a@x.org"]]


@pytest.mark.parametrize(
    "text",
    [
        "Name, Vorname;email\nByron, Ada;a@x.org\nEk, Bo;b@x.org\n",
        "Name, Vorname\temail\nByron, Ada\ta@x.org\nEk, Bo\tb@x.org\n",
        "Name, Vorname:email\nByron, Ada:a@x.org\nEk, Bo:b@x.org\n",
    ],
)
def test_a_comma_in_every_row_is_no_separator(text: str) -> None:
    assert read_rows(text)[1] == ["Byron, Ada", "a@x.org"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("name,email,link\nAda,a@x.org,https://x.org\n", ["Ada", "a@x.org", "https://x.org"]),
        ("time;email\n10:30;a@x.org\n11:45;b@x.org\n", ["10:30", "a@x.org"]),
        ("name\nAda\nBo\n", ["Ada"]),
        ("name;;email\nAda;;a@x.org\n", ["Ada", "a@x.org"]),
        ('name||note||email\n"A ""B"" || C"||"two\nlines"||a@x.org\n', ['A "B" || C', "two\nlines"]),
        ('name;note;email\n"Ada";"one\n\ntwo; three";a@x.org\n', ["Ada", "one\n\ntwo; three", "a@x.org"]),
        ("| name | email |\n|------|-------|\n| Ada | a@x.org |\n", ["Ada", "a@x.org"]),
        ("name|tags|email\nAda|a,b;c|a@x.org\n", ["Ada", "a,b;c", "a@x.org"]),
    ],
)  # fmt: skip
def test_other_signs_stay_in_the_cells(text: str, row: list[str]) -> None:
    assert read_rows(text)[1][: len(row)] == row


def test_a_chosen_separator_beats_the_found_one() -> None:
    text = "name,email;note\nAda,a@x.org;b\n"
    assert read_rows(text, ";") == [["name,email", "note"], ["Ada,a@x.org", "b"]]
    assert read_rows(text, ",") == [["name", "email;note"], ["Ada", "a@x.org;b"]]
