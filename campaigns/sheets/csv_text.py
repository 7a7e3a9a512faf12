"""Text with separators into records, quotes as people write them; linear in time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from campaigns.problems import Code
from campaigns.sheets.addresses import ADDRESS
from campaigns.sheets.records import Note, Record, SheetFacts, SheetSource
from campaigns.sheets.role_names import knows

SEPARATORS = (",", ";", "\t", "|")
# Signs that texts hold, too: these separate only where they cut all records alike.
_RARE_SEPARATORS = ("^", "~", ":", "¦", "§", "\x1f", "\x01")
_OF_SEVERAL_SIGNS = re.compile(r"(?<=[\w\"'\s)])[|^~:#*=<>¦§-]{2,3}(?=[\w\"'\s(])")
SEPARATOR_CHARACTERS_MAX = 3
_RULE = re.compile(r":?[-=+]{3,}:?")
_RULES_UNTIL = 20  # records
SNIFFED_RECORDS = 50
SNIFFED_CHARACTERS = 200_000
_LINE_END = re.compile(r"\r\n|\n|\r")
_SEP_LINE = re.compile(r'"?sep=([^\r\n"]{1,3}?)"?[ \t,;]*(?:\r\n|\n|\r|$)', re.IGNORECASE)
_ESCAPED_QUOTE = re.compile(r'\\"(?!\s*(?:[,;\t|^~:¦§]|\r|\n|$))')


class CsvText:
    """A decoded file; its separator and its way of writing quotes are found once."""

    def __init__(self, text: str, separator: str | None = None) -> None:
        given = _SEP_LINE.match(text)
        self.text = text[given.end() :] if given else text
        self.first_number = 2 if given else 1
        head = self.text[:SNIFFED_CHARACTERS]
        self._backslash = bool(_ESCAPED_QUOTE.search(head))
        self.separator = separator or (given[1] if given else self._detect_separator(head))

    def to_source(self) -> SheetSource:
        return SheetSource("", self.read)

    def read(self, width: int, facts: SheetFacts) -> Iterator[Record]:
        """Records numbered as a spreadsheet program numbers them: a line break in quotes does not count.
        A line that only names the separator has a number, too."""
        for number, (cells, closed) in enumerate(_split(self.text, self.separator, self._backslash), 1):
            if number < _RULES_UNTIL and _is_rule(cells):
                continue
            notes = () if closed else (_tell_open_quote(cells, width),)
            filled = len(cells)
            while filled > width and not cells[filled - 1].strip():
                filled -= 1
            is_wider = filled > width
            yield Record(
                number + self.first_number - 1, tuple(cells[:width]), notes,
                shifting=is_wider, width=filled if is_wider else 0,
            )  # fmt: skip

    def _detect_separator(self, head: str) -> str:
        """The separator that cuts the first records into the same number of cells, the more the better."""
        several = dict.fromkeys(_OF_SEVERAL_SIGNS.findall(head[: head.find("\n", 1) + 1][:2000]))
        candidates = (*several, *SEPARATORS, *_RARE_SEPARATORS)
        return max(candidates, key=lambda separator: _rate(head, separator, self._backslash))


def _rate(head: str, separator: str, backslash: bool) -> tuple[float, float, int]:
    """How alike the records are, which part of their cells is whole (a known header, an address), and how
    many cells they have."""
    if separator not in head:
        return 0.0, 0.0, 0
    split = (cells for cells, _ in _split(head, separator, backslash))
    records = list(islice((cells for cells in split if any(map(str.strip, cells))), SNIFFED_RECORDS))
    wide = [len(cells) for cells in records if len(cells) > 1]  # a title above the table is one cell
    if not wide:
        return 0.0, 0.0, 0
    usual, count = Counter(wide).most_common(1)[0]
    alike = (count + len(wide)) / (2 * len(records))
    whole = sum(_is_whole(cell.strip(" \"'")) for cells in records for cell in cells)
    if separator not in SEPARATORS and (alike < 1 or not whole):
        return 0.0, 0.0, 0
    hollow = sum(not any(cells[at : at + 1] != [""] for cells in records) for at in range(min(usual, 500)))
    return round(alike - 0.01 * hollow, 3), whole / sum(map(len, records)), usual


def _is_rule(cells: list[str]) -> bool:
    """A line of hyphens below the headers, as in Markdown and on terminals."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(_RULE.fullmatch(cell) for cell in filled)


def _is_whole(cell: str) -> bool:
    return bool(cell) and len(cell) < 100 and (bool(ADDRESS.fullmatch(cell)) or knows(cell))


def _tell_open_quote(cells: list[str], width: int) -> Note:
    at = next((i for i, cell in enumerate(cells) if cell.lstrip().startswith('"')), 0)
    message = "A quote opens here and is never closed. Close it, or remove it."
    return Note(min(at, max(width - 1, 0)), Code.QUOTE_NOT_CLOSED, message)


def _split(text: str, separator: str, backslash: bool) -> Iterator[tuple[list[str], bool]]:
    """Each record's cells, and whether all of its quotes are closed."""
    at, end = 0, len(text)
    while at < end:
        match = _LINE_END.search(text, at)
        stop, after = match.span() if match else (end, end)
        line = text[at:stop]
        if '"' not in line:
            yield line.split(separator), True
            at = after
            continue
        cells, closed, at = _split_quoted(text, at, stop, after, separator, backslash)
        yield cells, closed


def _split_quoted(
    text: str, at: int, stop: int, after: int, separator: str, backslash: bool
) -> tuple[list[str], bool, int]:
    """The cells of a record that starts at ``at``, in a line that ends at ``stop``; where the next begins."""
    start_of_line, cells = at, []
    while True:
        start = at
        while start < stop and text[start] in " \xa0" and not text.startswith(separator, start):
            start += 1
        if text[start : start + 1] != '"':
            cut = text.find(separator, at, stop)
            cells.append(text[at : stop if cut < 0 else cut])
            if cut < 0:
                return cells, True, after
            at = cut + len(separator)
            continue
        found = _find_quoted_end(text, start, stop, separator, backslash)
        if found is None:
            return text[start_of_line:stop].split(separator), False, after
        cell, cut = found
        cells.append(cell)
        if cut > stop:  # the cell went over the end of the line
            match = _LINE_END.search(text, cut)
            stop, after = match.span() if match else (len(text), len(text))
        if cut >= stop:
            return cells, True, after
        at = cut + len(separator)


def _find_quoted_end(
    text: str, start: int, stop: int, separator: str, backslash: bool
) -> tuple[str, int] | None:
    """The cell whose opening quote is at ``start``, and where its separator or line's end is."""
    quotes, at = 1, start + 1
    while True:
        quote = text.find('"', at)
        if quote < 0:
            return None
        if backslash and text[quote - 1] == "\\":
            at = quote + 1
            continue
        if quote > stop:
            return _find_end_in_later_line(text, start, quote, quotes, separator)
        quotes += 1
        at = quote + 1
        if quotes % 2:
            continue
        cut = _find_cut(text, at, stop, separator)
        if cut is not None:
            return _unquote(text[start + 1 : quote], backslash), cut
        if text[at : at + 1] == '"':
            continue
        # Text behind a quote that closes: a word in quotes, then more, up to the separator.
        cut = text.find(separator, at, stop)
        cut = stop if cut < 0 else cut
        following = text.find('"', at, cut)
        if following < 0:
            return text[start:cut], cut


def _find_end_in_later_line(
    text: str, start: int, quote: int, quotes: int, separator: str
) -> tuple[str, int] | None:
    """A cell over several lines: its quotes come in pairs up to the one before a separator or line's end."""
    at = quote
    while quotes % 2:
        if text[at + 1 : at + 2] == '"':  # a pair inside the cell
            at = text.find('"', at + 2)
            if at < 0:
                return None
            continue
        match = _LINE_END.search(text, at + 1)
        cut = _find_cut(text, at + 1, match.start() if match else len(text), separator)
        return None if cut is None else (_unquote(text[start + 1 : at], False), cut)
    return None


def _find_cut(text: str, at: int, stop: int, separator: str) -> int | None:
    """The separator or the line's end at ``at``, spaces aside."""
    while at < stop and text[at] in " \xa0" and not text.startswith(separator, at):
        at += 1
    return at if at >= stop or text.startswith(separator, at) else None


def _unquote(text: str, backslash: bool) -> str:
    if backslash:
        text = text.replace('\\"', '"')
    return text.replace('""', '"')
