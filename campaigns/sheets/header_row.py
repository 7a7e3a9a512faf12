"""The row that names the columns, among titles, comments and blank rows; or that there is none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.sheets.addresses import holds_address
from campaigns.sheets.records import Record
from campaigns.sheets.role_names import fold, knows

LOOKED_AT = 60  # rows
_DATA = re.compile(
    r"[-+(]?[$€£]?\s?\d[\d\s.,:/%()-]*[$€£%]?|https?://\S+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\+?\d[\d\s()/-]{5,}|TRUE|FALSE|#\w+[!?]"
)
_UNITS = frozenset(
    [
        "text",
        "string",
        "str",
        "char",
        "varchar",
        "number",
        "int",
        "integer",
        "float",
        "date",
        "boolean",
        "bool",
        "required",
        "optional",
        "mandatory",
        "free",
        "any",
        "email",
        "yes/no",
        "text/number",
        "pflichtfeld",
        "optionnel",
        "obligatoire",
        "texte",
        "texto",
        "testo",
        "zahl",
        "nombre",
        "numero",
        "link",
        "url",
        "example",
        "beispiel",
        "exemple",
        "ejemplo",
        "format",
        "iso",
        "dd/mm/yyyy",
        "yyyy-mm-dd",
        "eur",
        "usd",
        "kg",
        "cm",
        "unit",
    ]
)


@dataclass(frozen=True)
class Header:
    """``record`` None: there seems to be none. ``sure`` False: a person has to say."""

    record: Record | None
    sure: bool


def find_header(records: Sequence[Record]) -> Header:
    """Among the first rows that are not blank. There has to be one."""
    filled = [record for record in records if not record.is_blank][:LOOKED_AT]
    widths = Counter(_count(record) for record in filled)
    usual = max(widths, key=lambda width: (widths[width] * min(width, 8), width))
    rated = [(_rate(record, usual), -at) for at, record in enumerate(filled[:30])]
    best, place = max(rated)
    record = filled[-place]
    if best <= 0:
        return Header(None, False)
    below = filled[-place + 1 :]
    known = sum(knows(cell) for cell in record.cells if cell.strip())
    return Header(record, known > 0 or not _looks_like_people(record, below, usual))


def looks_like_units(cells: Sequence[str]) -> bool:
    """“(text)”, “(text)” under the headers."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return False
    hints = [cell for cell in filled if _is_hint(cell)]
    in_brackets = [cell for cell in filled if re.fullmatch(r"[(\[<{].*[)\]>}]", cell)]
    is_all = len(hints) == len(filled) and (bool(in_brackets) or len(filled) > 1)
    return (is_all and not all(knows(cell) for cell in filled if cell not in in_brackets)) or bool(
        is_all and in_brackets
    )


def _is_hint(cell: str) -> bool:
    if re.fullmatch(r"[(\[<{].{1,60}[)\]>}]", cell):
        return not holds_address(cell)
    return cell.casefold() in _UNITS


def _count(record: Record) -> int:
    return sum(bool(cell.strip()) for cell in record.cells)


def _rate(record: Record, usual: int) -> float:
    """Above 0: it may name the columns."""
    cells = [cell.strip() for cell in record.cells if cell.strip()]
    if any(holds_address(cell) for cell in cells) or looks_like_units(cells):
        return -5.0
    known = sum(knows(cell) for cell in cells)
    data = sum(bool(_DATA.fullmatch(cell)) for cell in cells)
    long = sum(len(cell) > 80 for cell in cells)
    width = min(len(cells) / usual, 1.0)
    rate = (
        2.0 * min(known, 4)
        + 3.0 * width
        - (0.7 if known else 2.5) * data
        - 2.0 * long
        - (0.0 if width >= 0.6 else 2.5)
    )
    if cells and cells[0].startswith(("#", "//")) and cells[0] != "#" and not known:
        rate -= 3.0
    if len({cell.casefold() for cell in cells}) < len(cells):
        rate -= 0.5
    return rate - 0.2 if record.shifting else rate


def _looks_like_people(record: Record, below: Sequence[Record], usual: int) -> bool:
    """Nothing in the row is what columns are called, and its cells are like those below."""
    cells = [(at, cell.strip()) for at, cell in enumerate(record.cells) if cell.strip()]
    if any(re.search(r"[_:]|[a-z][A-Z]", cell) for _, cell in cells) or usual < 2 or not below:
        return False
    again = {(at, fold(cell)) for other in below for at, cell in enumerate(other.cells) if cell.strip()}
    if any((at, fold(cell)) in again for at, cell in cells):
        return True
    return all(cell[:1].isupper() or not cell[:1].isalpha() for _, cell in cells) and any(
        " " in cell or cell[:1].isupper() for _, cell in cells
    )
