"""Every kind of file that people bring, and other files of the same kinds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from campaigns.problems import Code
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.reading import Limits, QuestionKind, ReadSheet, SheetError, read_sheet_file
from tests.campaigns.sheets.locale_names import ENCODINGS
from tests.campaigns.sheets.measure_encodings import count

FILES = Path(__file__).parent / "files"


def read(name: str, **choice: object) -> ReadSheet:
    return read_sheet_file(FILES / name, choice=SheetChoice(**choice))  # type: ignore[arg-type]


def read_text(text: str, stored: str = "utf-8", **choice: object) -> ReadSheet:
    data = text.encode(stored)
    return read_sheet_file(io.BytesIO(data), "people.csv", SheetChoice(**choice))  # type: ignore[arg-type]


def values(read: ReadSheet, column: str) -> list[str]:
    return [row.values[column] for row in read.sheet.rows]


def told(read: ReadSheet) -> set[tuple[str, int | None, str | None]]:
    return {(str(one.code), one.row, one.column) for one in read.sheet.problems}


def kinds(read: ReadSheet) -> list[QuestionKind]:
    return [question.kind for question in read.questions]


def book(fill: Callable[[openpyxl.Workbook], None]) -> io.BytesIO:
    made = openpyxl.Workbook()
    fill(made)
    file = io.BytesIO()
    made.save(file)
    return file


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("06_mac_roman.csv", ["Zoë", "José"]),
        ("08_cp1250.csv", ["Łukasz", "Jiří", "Štěpán"]),
        ("09_cp1251.csv", ["Иван"]),
        ("10_shiftjis.csv", ["太郎"]),
        ("03_sep_quoted.csv", ["Ada"]),
        ("x02_hidden_row.xlsx", ["Ada", "Cy"]),
        ("x05_readme_first.xlsx", ["Ada"]),
        ("x05b_readme_first_active2.xlsx", ["Ada"]),
        ("x06_hidden_first_sheet.xlsx", ["Ada"]),
        ("x07_offset.xlsx", ["Ada"]),
        ("x08_title.xlsx", ["Ada"]),
        ("x11_rich.xlsx", ["Ada Byron"]),
        ("x30_empty_fill.xlsx", ["Ada"]),
        ("x31_fill_ext.xlsx", ["Ada"]),
        ("x32_no_styles.xlsx", ["Ada"]),
        ("x33_bad_dimension.xlsx", ["Ada"]),
        ("x34_strict.xlsx", ["Ada"]),
        ("x36_chartsheet_first.xlsx", ["Ada", "Bob"]),
        ("x39_fontfamily.xlsx", ["Ada"]),
        ("x42_SharedStrings.xlsx", ["Ada"]),
        ("x43_backslash.xlsx", ["Ada"]),
        ("x50_stray_last_row.xlsx", ["Ada"]),
        ("formats.xls", ["Ada"]),
    ],
)
def test_names_are_read_right(name: str, names: list[str]) -> None:
    assert values(read(name), "first_name") == names


@pytest.mark.parametrize(
    ("name", "header", "email"),
    [
        ("11_gbk.csv", "姓名", "email"),
        ("26_google_contacts.csv", "First Name", "E-mail 1 - Value"),
        ("44_utf16be_nobom.csv", "name", "email"),
        ("45_utf16_cjk_nobom.csv", "姓名", "邮箱"),
        ("46_header_newline.csv", "First Name", "Email (work)"),
        ("20_title_rows.csv", "First Name", "Email"),
        ("50_hash_comment.csv", "name", "email"),
        ("60_de_headers.csv", "Vorname", "E-Mail-Adresse"),
        ("61_work_email.csv", "First Name", "Work Email"),
        ("62_fr_headers.csv", "Prénom", "Adresse e-mail"),
        ("63_thunderbird.csv", "First Name", "Primary Email"),
        ("64_linkedin.csv", "First Name", "Email Address"),
        ("37_html_as_xls.xls", "name", "email"),
    ],
)
def test_header_and_address_column_are_found(name: str, header: str, email: str) -> None:
    found = read(name)
    assert found.questions == ()
    assert found.sheet.columns[0] == header
    assert found.choice.columns[Role.EMAIL] == email


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("07_mixed_utf8_cp1252.csv", {("letter_unreadable", 3, "first_name")}),
        ("28_mailto.csv", {("several_addresses", 4, "email")}),
        ("32_sci_phone.csv", {("digits_lost", 2, "phone")}),
        (
            "66_csv_error_cells.csv",
            {("error_in_cell", row, "company") for row in (2, 3, 4)},
        ),
        ("67_units_row.csv", {("units_row", 2, None)}),
        (
            "71_placeholder_names.csv",
            {("placeholder", row, column) for row in (2, 3, 4) for column in ("first_name", "company")},
        ),
        ("x04_serial.xlsx", {("date_as_number", 2, "day")}),
        ("x09_error_unused.xlsx", {("error_in_cell", 2, "lookup")}),
        ("x25_formula_nocache.xlsx", {("formula_without_value", 2, "full")}),
        ("x37_bad_date.xlsx", {("error_in_cell", 2, "day")}),
    ],
)
def test_what_nobody_would_say_is_told_at_its_cell(
    name: str, cells: set[tuple[str, int | None, str | None]]
) -> None:
    assert told(read(name)) == cells


def test_quotes_are_read_as_people_write_them() -> None:
    assert values(read("14_leading_quote.csv"), "company") == ['"Big" Pipes Ltd', "Acme"]
    assert values(read("15_backslash_quote.csv"), "company")[0] == 'The "Best" Co, Inc'
    assert values(read("16_space_after_comma_quotes.csv"), "company") == ["Acme, Inc."]


def test_links_names_and_invisible_signs_around_addresses_are_taken_off() -> None:
    assert values(read("28_mailto.csv"), "email") == [
        "ada@example.com", "bob@example.com", "cy@example.com;cy2@example.com", "di@example.com",
        "el@example.com", "fi@example.com", "gu@example.com",
    ]  # fmt: skip


def test_values_are_shown_as_the_program_shows_them() -> None:
    (row,) = read("x03_formats.xlsx").sheet.rows
    assert [row.values[one] for one in ("zip", "price", "rate", "time", "day", "dur")] == [
        "01234", "$1,234.50", "25%", "2:30 PM", "14 March 2026", "30:00",
    ]  # fmt: skip
    assert read("formats.xls").sheet.rows[0].values["zip"] == "01234"
    assert read("formats.xls").sheet.rows[0].values["day"] == "14 March 2026"


def test_a_text_formula_is_read_and_noted() -> None:
    found = read("31_excel_text_formula.csv")
    assert values(found, "zip") == ["01234"]
    assert [(note.code, note.row, note.column) for note in found.notes] == [(Code.FORMULA_AS_TEXT, 2, "zip")]


def test_no_header_is_asked_and_answered() -> None:
    assert kinds(read("36_no_header.csv")) == [QuestionKind.HEADER_ROW]
    answered = read("36_no_header.csv", header_row=0)
    assert answered.questions == ()
    assert len(answered.sheet.rows) == 2
    assert answered.choice.columns[Role.EMAIL] == "Column B"


def test_hidden_rows_are_asked_and_answered() -> None:
    assert kinds(read("x02_hidden_row.xlsx")) == [QuestionKind.HIDDEN_ROWS]
    assert values(read("x02_hidden_row.xlsx", with_hidden=True), "first_name") == ["Ada", "Bob", "Cy"]
    assert kinds(read("formats.xls")) == [QuestionKind.HIDDEN_ROWS]


@pytest.mark.parametrize(
    ("name", "code", "column"),
    [
        ("x01_merged.xlsx", Code.MERGED_CELLS, "company"),
        ("x15_note_right.xlsx", Code.CELLS_WITHOUT_COLUMN, "D"),
        ("x16_hidden_col.xlsx", Code.HIDDEN_COLUMN, "internal note"),
        ("x04_serial.xlsx", Code.ADDRESS_COLUMN_MISSING, None),
    ],
)
def test_what_rejects_no_row_is_noted(name: str, code: Code, column: str | None) -> None:
    assert [(note.code, note.column) for note in read(name).notes] == [(code, column)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x18.numbers", "Numbers spreadsheet"),
        ("x19.docx", "Word document"),
        ("x20.zip", "ZIP archive with people.csv"),
        ("38_xml_spreadsheet2003.xml", "XML spreadsheet of Excel 2003"),
        ("x17.ods", "no sheet with cells"),
        ("x22_case_dup.xlsx", "A and B are both called “Name”"),
        ("x23_same_variable.xlsx", "“First Name” and “first_name”"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        read(name)


# other files of the same kinds


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Vorname;Ort;email\nJürgen;Köln;j@example.com\nGrüßle;Düren;g@example.com\n", "cp1252"),
        ("Prénom,Ville,email\nFrançois,Orléans,f@example.com\nHélène,Sète,h@example.com\n", "mac_roman"),
        ("Nom;Ville;email\nLœtitia;Sète;l@example.com\n", "iso8859_15"),
        ("Nimi;Hinta;email\nŠimon;12 €;s@example.com\nŽanna;9 €;z@example.com\n", "iso8859_15"),
        ("Nom;Prix;email\nJosé;12 €;j@example.com\n", "iso8859_15"),
        ("Name;Amount;email\nJosé;1½ kg;j@example.com\n", "cp1252"),
        ("Imię;Miasto;email\nŻaneta;Łódź;z@example.com\nGrażyna;Gdańsk;g@example.com\n", "iso8859_2"),
        ("Имя;Город;email\nНаталья;Москва;n@example.com\nСергей;Тверь;s@example.com\n", "koi8_r"),
        ("Имя;Город;email\nНаталья;Москва;n@example.com\nСергей;Тверь;s@example.com\n", "cp866"),
        ("Όνομα;Πόλη;email\nΝίκος;Αθήνα;n@example.com\nΕλένη;Πάτρα;e@example.com\n", "cp1253"),
        ("Adı;Şehir;email\nAyşe;İstanbul;a@example.com\nÇağrı;Muğla;c@example.com\n", "cp1254"),
        ("名前,会社,email\n佐藤さくら,東京電力,s@example.com\n高橋健一,山田,t@example.com\n", "cp932"),
        ("姓名,公司,email\n陳美玲,台北電信,c@example.com\n林志明,國際,l@example.com\n", "cp950"),
        ("이름,회사,email\n김민준,서울전자,k@example.com\n이서연,한국,l@example.com\n", "cp949"),
        ("שם,עיר,email\nיעקב,ירושלים,y@example.com\nשרה,חיפה,s@example.com\n", "cp1255"),
        ("name,email\nZoë,z@example.com\n", "utf-32"),
        ("name,email\nZoë,z@example.com\n", "utf-16-le"),
    ],
)
def test_letters_of_many_languages_are_right(text: str, encoding: str) -> None:
    found = read_text(text, encoding)
    assert QuestionKind.ENCODING not in kinds(found)
    assert [",".join(row.values.values()) for row in found.sheet.rows] == [
        line.replace(";", ",") for line in text.splitlines()[1:]
    ]


@pytest.mark.parametrize("encoding", sorted(set(ENCODINGS) - {"utf-16-le", "utf-16-be"}))
def test_no_letter_of_ten_names_is_read_wrong(encoding: str) -> None:
    assert count(encoding, rows=10).keys() <= {"right", "asked"}


def test_letters_that_could_be_others_are_asked_with_row_and_column() -> None:
    found = read_text("name,email\nLukač,l@example.com\n", "cp1250")
    (question,) = found.questions
    assert question.kind == QuestionKind.ENCODING
    assert "row 2, column A" in question.sentence
    assert "Lukač" in question.sentence
    assert values(read_text("name,email\nLukač,l@x.org\n", "cp1250", encoding="cp1250"), "name") == ["Lukač"]


@pytest.mark.parametrize("garbled", ["JosÃ©", "FranÃ§ois", "MÃ¼ller", "ZoÃ«", "Jos√©", "РРІР°РЅ"])
def test_letters_garbled_before_are_told(garbled: str) -> None:
    assert told(read_text(f"name,email\n{garbled},a@example.com\n")) == {("letters_garbled", 2, "name")}


@pytest.mark.parametrize("name", ["Zoë", "José", "Łukasz", "Ångström", "Ñandú", "Đorđe", "O’Brien", "Øyvind"])
def test_names_with_accents_are_not_garbled(name: str) -> None:
    assert told(read_text(f"name,email\n{name},a@example.com\n")) == set()


@pytest.mark.parametrize(
    "text",
    ["N/A", "#VALUE!", "#DIV/0!", "TBD", "TEST", "unknown", "--", "null", "#BEZUG!", "{{ first_name }}", "?"],
)
def test_placeholders_and_errors_are_told(text: str) -> None:
    assert [row for _, row, _ in told(read_text(f"name,email\n{text},a@example.com\n"))] == [2]


@pytest.mark.parametrize("text", ["Nan", "Na", "Testa", "Unknown Pleasures Ltd", "X", "Nullmeier"])
def test_names_that_look_a_little_like_placeholders_are_names(text: str) -> None:
    assert told(read_text(f"name,email\n{text},a@example.com\n")) == set()


@pytest.mark.parametrize(
    "header",
    [
        "Correo electrónico", "メールアドレス", "Электронная почта", "E-mailadres", "Adres e-mail", "이메일",
        "邮箱地址", "E-posta", "Indirizzo e-mail", "Endereço de e-mail", "Sähköposti", "Epost",
        "EmailAddress", "Email ID", "WORK_EMAIL", "Contact Email", "Kontakt",
    ],
)  # fmt: skip
def test_the_address_column_is_found_in_many_languages(header: str) -> None:
    found = read_text(f"First Name,{header}\nAda,ada@example.com\nBo,bo@example.com\n")
    assert found.questions == ()
    assert found.choice.columns[Role.EMAIL] == header


def test_two_columns_of_addresses_are_asked_unless_one_is_the_main_one() -> None:
    both = "name,{},{}\nAda,a@example.com,b@example.com\nBo,c@example.com,d@example.com\n"
    asked = read_text(both.format("Work Email", "Email"))
    assert kinds(asked) == [QuestionKind.COLUMNS]
    assert asked.questions[0].options == ("Work Email", "Email")
    answered = read_text(both.format("Work Email", "Email"), columns={Role.EMAIL: "Email"})
    assert answered.questions == ()
    main = read_text(both.format("Email", "Manager Email"))
    assert (main.questions, main.choice.columns[Role.EMAIL]) == ((), "Email")


def test_two_sheets_with_people_are_asked() -> None:
    def fill(made: openpyxl.Workbook) -> None:
        for title in ("Spring", "Autumn"):
            sheet = made.create_sheet(title)
            sheet.append(["name", "email"])
            sheet.append(["Ada", "ada@example.com"])

    file = book(fill)
    asked = read_sheet_file(file, "people.xlsx")
    assert kinds(asked) == [QuestionKind.SHEET]
    assert asked.questions[0].options == ("Spring", "Autumn")
    assert read_sheet_file(file, "people.xlsx", SheetChoice(sheet="Autumn")).questions == ()
    with pytest.raises(SheetError, match="no sheet “Winter”"):
        read_sheet_file(file, "people.xlsx", SheetChoice(sheet="Winter"))


def test_a_row_with_one_cell_too_many_and_an_open_quote_are_told_alone() -> None:
    found = read_text('name,email\n"Ada,a@example.com\nBo,b@example.com,x\nCy,c@example.com\n')
    assert told(found) == {("quote_not_closed", 2, "name"), ("too_many_cells", 3, None)}


def test_ods_shows_its_texts_and_hides_its_filtered_rows() -> None:
    rows = (
        "<table:table-row><table:table-cell><text:p>name</text:p></table:table-cell>"
        "<table:table-cell><text:p>zip</text:p></table:table-cell></table:table-row>"
        '<table:table-row table:visibility="filter"><table:table-cell><text:p>Bo</text:p></table:table-cell>'
        "</table:table-row><table:table-row><table:table-cell><text:p>Ada</text:p></table:table-cell>"
        '<table:table-cell office:value="1234"><text:p>01234</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    )
    content = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body>'
        f'<office:spreadsheet><table:table table:name="People">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    found = read_sheet_file(file, "people.ods")
    assert [(row.number, row.values["zip"]) for row in found.sheet.rows] == [(3, "01234")]
    assert kinds(found) == [QuestionKind.HIDDEN_ROWS]


def _patch(change: Callable[[str, bytes], bytes]) -> io.BytesIO:
    made, file = zipfile.ZipFile(FILES / "x30_empty_fill.xlsx"), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in made.namelist():
            archive.writestr(name, change(name, made.read(name)))
    return file


def test_a_row_that_no_program_shows_is_named() -> None:
    file = _patch(lambda name, data: data.replace(b'<row r="2"', b'<row r="2000000000"'))
    with pytest.raises(SheetError, match="row number 2,000,000,000"):
        read_sheet_file(file, "people.xlsx")


def test_a_file_that_swells_is_ended_by_its_limits() -> None:
    row = b'<row><c t="inlineStr"><is><t>Ada</t></is></c><c t="inlineStr"><is><t>%s</t></is></c></row>'
    rows = row % (b"a" * 3000) * 40_000 + b"</sheetData>"
    file = _patch(lambda name, data: data.replace(b"</sheetData>", rows) if "sheet1" in name else data)
    assert len(file.getvalue()) < 2**20
    with pytest.raises(SheetError, match="too large"):
        read_sheet_file(file, "people.xlsx", limits=Limits(time_s=0.3))
    with pytest.raises(SheetError, match="too large"):
        read_sheet_file(file, "people.xlsx", limits=Limits(memory_bytes=100 * 2**20))


def test_reading_apart_is_cancelled_through_its_progress() -> None:
    def stop(_stage: str, _done: int, _total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        read_sheet_file(FILES / "x30_empty_fill.xlsx", progress=stop)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\nx,y\n" + "," * 100_000,
        "name,email\n" + "a,a@b.org,c\n" * 20_000,
        "name,email\n" + '"a,b\n' * 20_000,
        "name,note\n" + ('a,"' + "x," * 1000 + '"\n') * 500,
    ],
)
def test_long_and_ragged_texts_are_read_in_time(text: str) -> None:
    assert read_sheet_file(io.BytesIO(text.encode()), "people.csv", limits=Limits(time_s=40)).sheet.rows
