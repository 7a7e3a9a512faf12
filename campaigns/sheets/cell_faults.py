"""Texts in cells that no person would say: errors, placeholders, letters and digits that got lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from campaigns.problems import Code, Problem, Source
from campaigns.sheets.addresses import count_addresses
from campaigns.sheets.choice import Role
from campaigns.sheets.number_formats import to_moment
from campaigns.sheets.records import CELL_CHARACTERS_MAX
from campaigns.sheets.role_names import fold

_ERROR = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|BLOCKED!|BUSY!|CONNECT!|FIELD!|UNKNOWN!|EXTERNAL!"
    r"|GETTING_DATA|PYTHON!|NV|BEZUG!|WERT!|ZAHL!|NOM\s?\?|VALEUR!|NOMBRE\?|VALOR!|REF\.?|ERROR!|ЗНАЧ!|ССЫЛКА!"
    r"|ИМЯ\?|Н/Д|ДЕЛ/0!|ARG!|ADR!|NAZWA\?|WAARDE!|NAAM\?|VERW!|N/D|DIV/0|ND!?)?[!?]?|#{3,}|Err:\d{3}|#[A-Z]{2,}[!?]",
    re.IGNORECASE,
)
_PLACEHOLDERS = frozenset(
    [
        "n/a",
        "n.a.",
        "n.a",
        "n/d",
        "n.d.",
        "n/v",
        "k.a.",
        "k/a",
        "s/o",
        "b/d",
        "tbd",
        "tba",
        "t.b.d.",
        "tbc",
        "todo",
        "to-do",
        "unknown",
        "unbekannt",
        "inconnu",
        "desconocido",
        "null",
        "undefined",
        "test",
        "tester",
        "testing",
        "test1",
        "test2",
        "testname",
        "testuser",
        "asdf",
        "asdfg",
        "asdfgh",
        "qwerty",
        "qwertz",
        "xxx",
        "xxxx",
        "xxxxx",
        "foo",
        "foobar",
        "dummy",
        "example",
        "placeholder",
        "sample",
        "firstname",
        "lastname",
        "first_name",
        "last_name",
        "vorname",
        "nachname",
        "prénom",
        "fname",
        "lname",
        "blank",
        "empty",
        "missing",
        "lorem",
        "<na>",
        "[null]",
        "(null)",
        "nil",
    ]
) | {
    "not available",
    "not applicable",
    "no name",
    "to be defined",
    "to be determined",
    "lorem ipsum",
    "test test",
    "test user",
    "test name",
    "first name",
    "last name",
    "your name",
    "(blank)",
    "(empty)",
    "(none)",
    "(leer)",
    "john q. public",
    "no data",
    "keine angabe",
    "not provided",
    "not set",
    "not specified",
    "unnamed",
}
_OF_NAMES = frozenset(["none", "true", "false", "nan"])
_BY_CASE = frozenset(("NA", "NaN", "NAN", "nan", "na", "-nan", "NULL", "None", "none"))
_ONLY_SIGNS = re.compile(r"[-–—_.?*/\\!~xX]{0,}[-–—_.?*/\\!~]+")
_TAG = re.compile(
    r"(\{\{.*\}\}|\*\|.*\|\*|%%.+%%|\[(first|last|full)?[ _]?name\]|<<.+>>|«.+»)", re.IGNORECASE
)
_SCIENTIFIC = re.compile(r"[-+]?\d+(?:[.,]\d+)?E[+-]?\d{1,3}", re.IGNORECASE)
_FORMULA = re.compile(r"=[A-Za-z+\-(@$\"'].*|[+@][A-Z]{2,}\w*\(.*|=\d+[-+*/].*", re.DOTALL)
_TEXT_FORMULA = re.compile(r'=\s*"((?:[^"]|"")*)"|=\s*\(\s*"((?:[^"]|"")*)"\s*\)')
_GARBLED = re.compile(
    "[Â-ô][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022"
    "\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)
_GARBLED_MAC = re.compile("√[\u00a0-\u00ff\u0131\u0152-\u2265ƒ†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√≈∆«»…ÀÃÕ]")
_GARBLED_CYRILLIC = re.compile(
    "(?:[РС][\u0402-\u040f\u0452-\u045f\u00a0-\u00bf\u2010-\u2122\u0490\u0491]){1,}"
)
_LOST_LETTER = re.compile(r"[^\W\d_]\?(?=[^\W\d_]|$|\s)|\?{2,}")
_DAY_WORDS = frozenset(
    [
        "date",
        "day",
        "birthday",
        "birthdate",
        "dob",
        "datum",
        "tag",
        "geburtstag",
        "geburtsdatum",
        "jour",
        "fecha",
        "dia",
        "data",
        "giorno",
        "dato",
        "paiva",
        "pvm",
        "dzien",
        "den",
        "nap",
        "tarih",
        "дата",
        "день",
        "日付",
        "日期",
        "날짜",
        "생일",
        "anniversary",
        "deadline",
        "termin",
        "termine",
        "event",
        "created",
    ]
)
_CODES = frozenset(
    [
        "country",
        "region",
        "code",
        "state",
        "land",
        "pays",
        "pais",
        "locale",
        "language",
        "lang",
        "sprache",
        "langue",
        "idioma",
    ]
)
_NAMING = (Role.NAME, Role.FIRST_NAME, Role.LAST_NAME)
# Found from the text alone, so that a corrected cell or another script finds them anew.
FOUND_IN_TEXT = frozenset(
    (
        Code.ERROR_IN_CELL, Code.PLACEHOLDER, Code.FORMULA_AS_TEXT, Code.DIGITS_LOST, Code.DATE_AS_NUMBER,
        Code.LETTER_UNREADABLE, Code.LETTERS_GARBLED, Code.CELL_TOO_LONG, Code.SEVERAL_ADDRESSES,
    )
)  # fmt: skip


def tidy_cell(text: str) -> str:
    """A cell as it is shown: without signs that nobody sees at its ends, ``="01234"`` as 01234."""
    if text.isascii() and text.isprintable():
        stripped = text.strip()
    else:
        kept = "".join(c for c in text if c >= " " or c in "\t\n\r")
        stripped = (
            kept.replace("\r\n", "\n")
            .strip("\u200b\ufeff\u2060\u200e\u200f\u202a\u202b\u202c\xad \xa0\t\n\r")
            .strip()
        )
    if stripped.startswith("="):
        quoted = _TEXT_FORMULA.fullmatch(stripped)
        if quoted:
            return (quoted[1] or quoted[2] or "").replace('""', '"').strip()
    return stripped


def find_cell_problems(
    values: Mapping[str, str], row: int, roles: Mapping[str, Role], columns: Iterable[str] | None = None
) -> list[Problem]:
    """What is wrong with the row's texts. ``roles``: column → what it holds. ``columns``: None for all."""
    found = []
    for column in values if columns is None else columns:
        wrong = find_fault(values.get(column, ""), column, roles.get(column))
        if wrong is not None:
            found.append(Problem(wrong[0], Source.SPREADSHEET, wrong[1], row, column))
    return found


def find_fault(text: str, header: str, role: Role | None = None) -> tuple[Code, str] | None:
    """The kind of fault and a sentence, None for a text that can be said."""
    if not text:
        return None
    if (text[0] == "#" or text.startswith("Err:")) and _ERROR.fullmatch(text):
        return (
            Code.ERROR_IN_CELL,
            f"The cell shows the error {text}. Correct its formula, or empty the cell.",
        )
    if "\ufffd" in text:
        return Code.LETTER_UNREADABLE, (
            f"A letter of “{text[:60]}” cannot be read. Write it again, or save the file as CSV UTF-8."
        )
    if not text.isascii():
        fault = _find_garbled(text)
        if fault is not None:
            return fault
    if role == Role.EMAIL:
        if count_addresses(text) > 1:
            return Code.SEVERAL_ADDRESSES, "The cell holds several addresses. Keep one."
        return None
    if len(text) > CELL_CHARACTERS_MAX:
        return Code.CELL_TOO_LONG, f"The cell holds more than {CELL_CHARACTERS_MAX:,} characters. Shorten it."
    return _find_placeholder(text, header, role) or _find_lost(text, header, role)


def _find_placeholder(text: str, header: str, role: Role | None) -> tuple[Code, str] | None:
    if len(text) > 60:
        return None
    small = text.casefold()
    naming = role in _NAMING
    if (
        small in _PLACEHOLDERS
        or (text in _BY_CASE and not set(fold(header).split()) & _CODES and role != Role.LANGUAGE)
        or (naming and small in _OF_NAMES and text != "Nan")
        or (_ONLY_SIGNS.fullmatch(text) and role != Role.PRONOUNCE_AS)
        or _TAG.fullmatch(text)
        or (naming and set(small) <= {"?"})
    ):
        sentence = (
            f"“{text}” stands for something that is missing. Write what belongs here, or empty the cell."
        )
        return Code.PLACEHOLDER, sentence
    return None


def _find_lost(text: str, header: str, role: Role | None) -> tuple[Code, str] | None:
    if _SCIENTIFIC.fullmatch(text) and "e" in text.lower():
        digits = (
            f"“{text}” is a number whose digits got lost. Format the column as text and write them again."
        )
        return Code.DIGITS_LOST, digits
    if text[0] in "=+@" and _FORMULA.fullmatch(text):
        return (
            Code.FORMULA_AS_TEXT,
            "The cell holds a formula instead of its value. Write what it should show.",
        )
    if role in _NAMING and "?" in text and _LOST_LETTER.search(text):
        return Code.LETTER_UNREADABLE, f"“{text}” seems to have lost letters. Write the name again."
    if (
        text.isdecimal()
        and len(text) == 5
        and set(fold(header).split()) & _DAY_WORDS
        and 20_000 < int(text) < 80_000
    ):
        day = to_moment(float(text), False)
        return Code.DATE_AS_NUMBER, (
            f"{text} is how spreadsheets store the day {day.day} {day:%B %Y}. Format the column as a date."
        )
    return None


def _find_garbled(text: str) -> tuple[Code, str] | None:
    for pattern, encoding in (
        (_GARBLED, "cp1252"),
        (_GARBLED_MAC, "mac_roman"),
        (_GARBLED_CYRILLIC, "cp1251"),
    ):
        if not pattern.search(text):
            continue
        meant = _repair_all(pattern, encoding, text)
        if meant != text:
            return Code.LETTERS_GARBLED, (
                f"“{text[:60]}” was read with a wrong encoding somewhere before: "
                f"is it “{meant[:60]}”? Write it so."
            )
    return None


def _repair_all(pattern: re.Pattern[str], encoding: str, text: str) -> str:
    return pattern.sub(lambda match: _repair(match[0], encoding), text)


def _repair(text: str, encoding: str) -> str:
    """The text that was meant; the same where it makes no sense as UTF-8."""
    raw = b""
    for sign in text:
        try:
            raw += sign.encode(encoding)
        except UnicodeEncodeError:
            if sign > "\xff":
                return text
            raw += sign.encode("latin-1")
    for size in range(len(raw), 1, -1):  # the signs behind may be real
        try:
            meant = raw[:size].decode("utf-8")
        except UnicodeDecodeError:
            continue
        if all(unicodedata.category(c)[0] in "LMPSZ" for c in meant):
            return meant + text[size:]
    return text
