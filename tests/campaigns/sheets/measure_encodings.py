"""How many files of one row and of ten rows are read right, asked about or read wrong, for each encoding:
``python -m tests.campaigns.sheets.measure_encodings``."""

from __future__ import annotations

import sys
from collections import Counter

from campaigns.sheets.records import SheetError
from campaigns.sheets.text_encoding import decode
from tests.campaigns.sheets.locale_names import ENCODINGS, list_files

ROWS = (1, 10)
_CEDILLAS = str.maketrans("şţŞŢ", "șțȘȚ")  # older encodings have no other letters for Romanian


def judge(text: str, encoding: str) -> str:
    """Right; asked with the right letters among the answers, or without them; or wrong."""
    data = text.encode(encoding)
    try:
        found = decode(data, "people.csv")
    except SheetError:
        return "refused"
    readings = (found.text, *(data.decode(name, errors="replace") for name in found.rivals[:3]))
    is_there = text.translate(_CEDILLAS) in (one.translate(_CEDILLAS) for one in readings)
    if not found.rivals:
        return "right" if is_there else "wrong"
    return "asked" if is_there else "asked without"


def count(encoding: str, rows: int) -> Counter[str]:
    return Counter(judge(text, encoding) for text in list_files(encoding, rows))


def main() -> None:
    kinds = ("right", "asked", "asked without", "wrong", "refused")
    heads = (f"{rows} row(s): {', '.join(kinds)}" for rows in ROWS)
    sys.stdout.write(f"{'encoding':12}{' | '.join(heads)}\n")
    for encoding in ENCODINGS:
        found = [count(encoding, rows) for rows in ROWS]
        cells = (" ".join(f"{one[kind]:>5}" for kind in kinds) for one in found)
        sys.stdout.write(f"{encoding:12}{' | '.join(cells)}\n")


if __name__ == "__main__":
    main()
