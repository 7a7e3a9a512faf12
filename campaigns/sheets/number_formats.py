"""Numbers as spreadsheet programs show them by a format code, such as ``$#,##0.00`` or ``d mmmm yyyy``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

# What the ids without a code mean (ECMA-376, 18.8.30), as the program shows them in the United States.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0', 6: '"$"#,##0',
    7: '"$"#,##0.00', 8: '"$"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: "#,##0", 42: '"$"#,##0', 43: "#,##0.00",
    44: '"$"#,##0.00', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
# Programs that write files, not people, give every moment this format; midnight means that it is a day.
_WRITTEN_BY_PROGRAMS = "yyyy-mm-dd h:mm:ss"
NO_DAY = "########"  # what the programs show for a number that is no day
_DAYS_MAX = 2_958_465  # 31 December 9999, the last day that spreadsheet programs show
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<half>AM/PM|A/P)|(?P<general>General)|(?P<exponent>E[+-])|(?P<date>y+|m+|d+|h+|s+|e+|b+|g+)"
    r"|(?P<fraction>\.0+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_LOCALES = {
    "407": "de", "40c": "fr", "40a": "es", "c0a": "es", "410": "it", "413": "nl", "416": "pt", "816": "pt",
    "415": "pl", "405": "cs", "419": "ru", "41d": "sv", "406": "da", "414": "nb", "40b": "fi", "41f": "tr",
    "40e": "hu", "408": "el", "411": "ja", "804": "zh", "404": "zh_Hant", "412": "ko", "409": "en",
    "809": "en",
    "807": "de", "c07": "de", "100c": "fr", "80c": "fr", "422": "uk", "418": "ro", "41b": "sk", "424": "sl",
}  # fmt: skip


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True)
class _Section:
    tokens: tuple[_Token, ...]
    condition: tuple[str, float] | None
    locale: str
    is_date: bool


def show_number(value: float, code: str, epoch_1904: bool = False) -> str:
    """The number by the format code; a code that makes no sense shows it as if it had none."""
    sections = _parse(code)
    if not sections:
        return show_general(value)
    section, shown = _choose_section(sections, value)
    if section is None:
        return show_general(value)
    try:
        if section.is_date:
            is_day = 0 <= value <= _DAYS_MAX
            return _show_date(section, value, epoch_1904, code) if is_day else NO_DAY
        return _show_digits(section, shown)
    except (ValueError, OverflowError, ArithmeticError):
        return show_general(value)


def show_text(text: str, code: str) -> str:
    """A text by the code's fourth section or its ``@``; most codes leave texts alone."""
    if "@" not in code or code.strip() == "@":
        return text
    with_text = [one for one in _parse(code) if any(token.text == "@" for token in one.tokens)]
    if not with_text:
        return text
    shown = (
        text if token.text == "@" and token.kind == "other" else _show_literal(token)
        for token in with_text[-1].tokens
    )
    return "".join(shown).strip()


def show_general(value: float) -> str:
    """3 instead of 3.0, all digits of a whole number up to 15, else ten of them."""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10g}" if abs(value) < 1e15 else f"{value:.6g}"
    return text.upper()


@lru_cache(maxsize=2000)
def _parse(code: str) -> tuple[_Section, ...]:
    parts: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(code[:1000]):
        kind = str(match.lastgroup)
        text = match[kind] or ""
        if kind == "other" and text == ";":
            parts.append([])
        else:
            parts[-1].append(_Token(kind, text))
    return tuple(_build_section(part) for part in parts[:4]) if code.strip() else ()


def _build_section(tokens: list[_Token]) -> _Section:
    condition, locale, kept = None, "en", []
    for token in tokens:
        if token.kind != "bracket":
            kept.append(token)
            continue
        text = token.text
        compared = re.fullmatch(r"(<=|>=|<>|<|>|=)(-?[\d.]+)", text)
        if compared:
            condition = (compared[1], float(compared[2]))
        elif text.startswith("$"):
            sign, _, code = text[1:].partition("-")
            locale = _LOCALES.get(code.lower().lstrip("0")[-4:].lstrip("0"), locale)
            kept.append(_Token("quoted", sign))
        elif re.fullmatch(r"h+|m+|s+", text, re.IGNORECASE):
            kept.append(_Token("elapsed", text.lower()))
    is_date = any(
        token.kind in ("elapsed", "half") or (token.kind == "date" and token.text[0].lower() in "ymdhse")
        for token in kept
    ) and not any(token.kind == "general" or token.text in ("0", "#") for token in kept)
    if not is_date:  # ".00" is seconds' fraction in a time, in a number a point and two places
        kept = [one for token in kept for one in _split_fraction(token)]
    return _Section(tuple(kept), condition, locale, is_date)


def _split_fraction(token: _Token) -> list[_Token]:
    return [_Token("other", sign) for sign in token.text] if token.kind == "fraction" else [token]


def _choose_section(sections: tuple[_Section, ...], value: float) -> tuple[_Section | None, float]:
    """The section for this number, and the number that it shows: a section of its own shows no minus."""
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _holds(section.condition, value):
                return section, value
        return None, value
    numeric = [section for section in sections[:3]]
    if value < 0 and len(numeric) > 1:
        return numeric[1], -value
    if value == 0 and len(numeric) > 2:
        return numeric[2], value
    return numeric[0], value


def _holds(condition: tuple[str, float], value: float) -> bool:
    sign, other = condition
    return {
        "<": value < other, "<=": value <= other, ">": value > other, ">=": value >= other,
        "=": value == other, "<>": value != other,
    }[sign]  # fmt: skip


def _show_literal(token: _Token) -> str:
    match token.kind:
        case "quoted" | "escaped":
            return token.text
        case "space":
            return " "
        case "fill":
            return ""
    return token.text


# dates and times


def to_moment(value: float, epoch_1904: bool) -> datetime:
    """The moment of a day number. Raises ValueError where no spreadsheet program has one."""
    if not 0 <= value <= _DAYS_MAX:
        raise ValueError("no day has this number")
    if epoch_1904:
        return datetime(1904, 1, 1) + timedelta(days=value)
    # The programs believe in a 29 February 1900; days before it count from one day later.
    return datetime(1899, 12, 30 if value >= 61 else 31) + timedelta(days=value)


def _show_date(section: _Section, value: float, epoch_1904: bool, code: str) -> str:
    tokens = section.tokens
    has_part = any(token.kind == "fraction" for token in tokens)
    moment = to_moment(value, epoch_1904)
    if not has_part:
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    if code.strip().lower() == _WRITTEN_BY_PROGRAMS and not (moment.hour or moment.minute or moment.second):
        return f"{moment:%Y-%m-%d}"
    half = next((token.text for token in tokens if token.kind == "half"), "")
    seconds = round(value * 86_400)
    shown = []
    for at, token in enumerate(tokens):
        if token.kind == "date":
            shown.append(_show_part(tokens, at, moment, bool(half), section.locale))
        elif token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
            shown.append(str(seconds // unit).zfill(len(token.text)))
        elif token.kind == "half":
            word = "AM" if moment.hour < 12 else "PM"
            shown.append(word if len(half) > 3 else word[0])
        elif token.kind == "fraction":
            digits = len(token.text) - 1
            shown.append("." + f"{moment.microsecond:06d}"[:digits])
        elif token.kind == "general" or token.text == "@":
            continue
        else:
            shown.append(_show_literal(token))
    return "".join(shown).strip()


def _show_part(tokens: tuple[_Token, ...], at: int, moment: datetime, half: bool, locale: str) -> str:
    text = tokens[at].text.lower()
    size = len(text)
    match text[0]:
        case "y" | "e":
            return f"{moment.year % 100:02d}" if text[0] == "y" and size <= 2 else f"{moment.year:04d}"
        case "d":
            if size > 2:
                return _names(locale, "days", size > 3)[moment.weekday()]
            return str(moment.day).zfill(size)
        case "h":
            return str((moment.hour % 12 or 12) if half else moment.hour).zfill(min(size, 2))
        case "s":
            return str(moment.second).zfill(min(size, 2))
        case "m" if size <= 2 and _is_minute(tokens, at):
            return str(moment.minute).zfill(size)
        case "m" if size > 2:
            name = _names(locale, "months", size > 3)[moment.month]
            return name[0] if size == 5 else name
        case "m":
            return str(moment.month).zfill(size)
    return ""


def _is_minute(tokens: tuple[_Token, ...], at: int) -> bool:
    """An m behind hours or before seconds."""
    parts = [(i, t) for i, t in enumerate(tokens) if t.kind in ("date", "elapsed")]
    where = next(n for n, (i, _) in enumerate(parts) if i == at)
    before = parts[where - 1][1].text[0].lower() if where else ""
    after = parts[where + 1][1].text[0].lower() if where + 1 < len(parts) else ""
    return before == "h" or after == "s"


@lru_cache(maxsize=100)
def _names(locale: str, kind: str, wide: bool) -> dict[int, str]:
    try:
        known = Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        known = Locale("en")
    width: Literal["wide", "abbreviated"] = "wide" if wide else "abbreviated"
    found = get_day_names(width, locale=known) if kind == "days" else get_month_names(width, locale=known)
    return {number: name if wide else name.rstrip(".") for number, name in found.items()}


# digits


def _show_digits(section: _Section, value: float) -> str:
    tokens = section.tokens
    if any(token.kind == "general" for token in tokens):
        shown = (show_general(value) if token.kind == "general" else _show_literal(token) for token in tokens)
        return "".join(shown).strip()
    pattern = "".join(_to_pattern(token) for token in tokens)
    if not re.search(r"[0#?]", pattern):
        return "".join("" if t.text == "@" else _show_literal(t) for t in tokens).strip()
    start = min(pattern.find(sign) for sign in "0#?" if sign in pattern)
    end = max(pattern.rfind(sign) for sign in "0#?" if sign in pattern) + 1
    if start and pattern[start - 1] == ".":
        start -= 1
    while end < len(pattern) and pattern[end] == ",":
        end += 1
    core = pattern[start:end]
    before = "".join(_show_literal(token) for token in tokens[:start])
    after = "".join(_show_literal(token) for token in tokens[end:])
    number = Decimal(repr(value)) * (100 ** sum(t.kind == "other" and t.text == "%" for t in tokens))
    minus = "-" if number < 0 else ""
    digits = _show_core(core, abs(number), tokens[start:end])
    if not re.search(r"[1-9]", digits) and minus:
        minus = ""
    return f"{minus}{before}{digits}{after}".strip()


def _to_pattern(token: _Token) -> str:
    """One sign for each token, so that places in the pattern are places in the tokens."""
    if token.kind == "other" and token.text in "0#?.,/":
        return token.text
    return "E" if token.kind == "exponent" else "x"


def _show_core(core: str, number: Decimal, tokens: tuple[_Token, ...]) -> str:
    if "/" in core:
        return _show_fraction(core, number, tokens)
    if "E" in core:
        return _show_exponent(core, number, tokens)
    plain = core.rstrip(",")
    number /= Decimal(1000) ** (len(core) - len(plain))
    whole, _, part = plain.partition(".")
    places = sum(part.count(sign) for sign in "0#?")
    rounded = str(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
    digits, _, decimals = rounded.partition(".")
    needed = sum(part.count(sign) for sign in "0")
    while len(decimals) > needed and decimals.endswith("0"):
        decimals = decimals[:-1]
    text = digits.lstrip("0").zfill(whole.count("0")) if whole.count("0") else digits.lstrip("0")
    grouped = "," in whole
    literals = [
        t for t in tokens if t.kind in ("quoted", "escaped") or (t.kind == "other" and t.text in " -()")
    ]
    if literals and "." not in plain:
        return _fill_places(tokens, text)
    text = f"{int(text or 0):,}".zfill(len(text)) if grouped and text else text
    return text + ("." + decimals if decimals else "")


def _fill_places(tokens: tuple[_Token, ...], digits: str) -> str:
    """Digits into places with signs between them, such as 000-0000, from the right."""
    shown: list[str] = []
    rest = list(digits)
    places = sum(t.kind == "other" and t.text in "0#?" for t in tokens)
    for token in reversed(tokens):
        if token.kind == "other" and token.text in "0#?":
            places -= 1
            if rest:
                shown.append(rest.pop())
            elif token.text == "0":
                shown.append("0")
            if places == 0:
                shown.extend(reversed(rest))
        elif token.text != ",":
            shown.append(_show_literal(token)[::-1])
    return "".join(reversed(shown))


def _show_exponent(core: str, number: Decimal, tokens: tuple[_Token, ...]) -> str:
    before, _, after = core.partition("E")
    places = len(re.sub("[^0#?]", "", before.partition(".")[2]))
    text = f"{number:.{places}E}"
    digits, _, exponent = text.partition("E")
    power = int(exponent)
    sign = "-" if power < 0 else "+" if any(t.text == "E+" for t in tokens) else ""
    return f"{digits}E{sign}{str(abs(power)).zfill(len(after))}"


def _show_fraction(core: str, number: Decimal, tokens: tuple[_Token, ...]) -> str:
    below = core.partition("/")[2]
    fixed = re.fullmatch(r"\d+", "".join(t.text for t in tokens[core.index("/") + 1 :]).strip())
    top = 10 ** max(1, len(below)) - 1
    if fixed and int(fixed[0]):
        part = Fraction(round(Fraction(number) * int(fixed[0])), int(fixed[0]))
        bottom = int(fixed[0])
    else:
        part = Fraction(number).limit_denominator(top)
        bottom = part.denominator
    has_whole = "x" in core.partition("/")[0]
    whole, rest = divmod(part, 1) if has_whole else (0, part)
    upper = int(rest * bottom)
    shown = f"{upper}/{bottom}" if upper else ""
    return " ".join(one for one in (str(whole) if whole or not upper else "", shown) if one)
