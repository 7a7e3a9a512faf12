"""Number formats in markup: ``mso-number-format`` in HTML, names and codes in XML Spreadsheet 2003."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from campaigns.sheets.number_formats import NO_DAY, show_number, show_text

# What Excel calls formats in both kinds of markup, as it shows them in the United States.
_NAMED = {
    "general number": "General", "general date": "m/d/yyyy h:mm", "long date": "dddd, mmmm d, yyyy",
    "medium date": "d-mmm-yy", "short date": "m/d/yyyy", "long time": "h:mm:ss AM/PM",
    "medium time": "h:mm AM/PM", "short time": "h:mm", "currency": '"$"#,##0.00',
    "euro currency": '"€"#,##0.00',
    "fixed": "0.00", "standard": "#,##0.00", "percent": "0.00%", "scientific": "0.00E+00",
    "yes/no": '"Yes";"Yes";"No"', "true/false": '"True";"True";"False"', "on/off": '"On";"On";"Off"',
}  # fmt: skip
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,17})?(?:[eE][-+]?\d{1,3})?")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?Z?")
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,4000})\}")
_DECLARED = re.compile(r"""mso-number-format\s*:\s*(?:"([^"]*)"|'([^']*)'|([^;}]*))""", re.IGNORECASE)
_SELECTED = re.compile(r"(?:td|th|tr)?(?:\.[\w-]+)?", re.IGNORECASE)
_FEBRUARY_1900 = 61  # the first day after the 29 February that the programs believe in


def show_by_format(text: str, code: str) -> str:
    """A number or an ISO date as the format shows it; other texts, and what is shown already, as they are."""
    code = _NAMED.get(code.strip().lower(), code)
    plain = text.strip()
    if not code.strip() or not plain:
        return text
    if code.strip() in ("@", "General"):
        return text
    if _NUMBER.fullmatch(plain):
        shown = show_number(float(plain), code)
    elif (day := read_day_number(plain)) is not None and re.search("[ymdhs]", _strip_literals(code)):
        shown = show_number(day, code)
    else:
        return show_text(text, code)
    return plain if shown == NO_DAY else shown


def read_day_number(text: str) -> float | None:
    """2026-03-14T10:30:00.000 → the number by which spreadsheets store the moment."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        passed = datetime(year, month, day, hour, minute, second) - datetime(1899, 12, 30)
    except ValueError:
        return None
    days = passed.total_seconds() / 86_400
    return days if days >= _FEBRUARY_1900 or days < 1 else days - 1


class StyleSheet:
    """The number formats that the rules of a page give to cells."""

    def __init__(self) -> None:
        self._by_selector: dict[str, str] = {}

    def add(self, css: str) -> None:
        plain = re.sub(r"<!--|-->|/\*.*?\*/", " ", css, flags=re.DOTALL)
        for selectors, declared in _RULE.findall(plain):
            code = find_declared(declared)
            if code is None:
                continue
            for selector in selectors.split(","):
                if _SELECTED.fullmatch(selector.strip()):
                    self._by_selector[selector.strip().lower()] = code

    def find(self, tag: str, given: Mapping[str, str]) -> str | None:
        """The format of an element: its own, that of a class, or that of its kind."""
        own = find_declared(given.get("style", ""))
        if own is not None or not self._by_selector:
            return own
        classes = given.get("class", "").lower().split()
        named = [selector for one in classes for selector in (f"{tag}.{one}", f".{one}")]
        found = (self._by_selector.get(selector) for selector in (*named, tag))
        return next((code for code in found if code is not None), None)


def find_declared(style: str) -> str | None:
    """The number format in CSS declarations; None where there is none."""
    match = _DECLARED.search(style) if "mso-number-format" in style.lower() else None
    return None if match is None else _unescape(match[1] or match[2] or match[3] or "")


def _unescape(value: str) -> str:
    r"""“\0022$\0022\#\,\#\#0\.00” → “"$"#,##0.00”: Excel escapes quotes by number, signs by a backslash."""
    plain = re.sub(r"\\00([0-9A-Fa-f]{2})\s?", lambda match: chr(int(match[1], 16)), value.strip())
    return re.sub(r"\\(.)", r"\1", plain)


def _strip_literals(code: str) -> str:
    return re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).lower()
