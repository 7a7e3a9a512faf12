"""The encoding of a text file, by the letters that it would give: nothing in such a file names it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from campaigns.sheets.letters import DOUBLE_BYTE, NAMES, RARE, SINGLE_BYTE
from campaigns.sheets.records import SheetError
from campaigns.sheets.role_names import COMMON_NAMES, HEADER_WORDS

# So much better than the next reading must the best one be; costs are about −ln of a likelihood.
SURE, SURE_OF_FEW, FEW_WORDS = 2.0, 2.5, 3
_SCORED_BYTES = 200_000
_BAD_BYTE = 5.0
_FOREIGN = 7.0
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\s,;|\t\"@<>/()]*[^\x00-\x7f][^\s,;|\t\"@<>/()]*")
_QUOTES = "‘’“”„«»‚‹›–—…•·"
_MONEY = "€£¥©®™°§"
_FINAL_ALONE = "òìù"  # stand at the end of words, but in rare languages
_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")
_NEVER_FIRST = "ÌÒÙÏ"


@dataclass(frozen=True)
class Decoded:
    """``rivals``: other encodings whose reading is about as good, best first; () where it is sure."""

    text: str
    encoding: str
    rivals: tuple[str, ...] = ()


def decode(data: bytes, file_name: str, encoding: str | None = None) -> Decoded:
    """The text of a file. A byte that is no letter becomes U+FFFD. Raises SheetError for what is no text."""
    if encoding:
        return Decoded(_decode_as(data, find_encoding(encoding, file_name)), encoding)
    for bom, name in _BOMS:
        if data.startswith(bom):
            return Decoded(_decode_as(data[len(bom) :], name), name)
    if b"\0" in data:
        return _decode_with_zeros(data, file_name)
    if b"\x1b$" in data or b"\x1b(" in data:
        try:
            return Decoded(data.decode("iso2022_jp"), "iso2022_jp")
        except UnicodeDecodeError:
            pass
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_by_letters(data, file_name)


def find_encoding(given: str, file_name: str) -> str:
    """The codec of a name that a person chose, such as “cp1250” or “Windows, Central Europe”."""
    by_label = {label.casefold(): name for name, label in NAMES.items()}
    name = by_label.get(given.strip().casefold(), given.strip())
    try:
        text, _ = codecs.lookup(name).decode(b"a")
    except (LookupError, UnicodeError, TypeError, ValueError):
        raise SheetError(f"{file_name}: there is no encoding “{given}”. Name one such as utf-8.") from None
    if not isinstance(text, str):
        raise SheetError(f"{file_name}: there is no encoding “{given}”. Name one such as utf-8.")
    return name


def _decode_as(data: bytes, name: str) -> str:
    return data.decode(name, errors="replace").removeprefix("\ufeff")


def _decode_with_zeros(data: bytes, file_name: str) -> Decoded:
    """UTF-16 and UTF-32 without a mark. Else a text with stray zeros, which cells then show; or no text."""
    part = data[: 40_000 // 4 * 4]
    best = min(_WIDE, key=lambda name: _rate_wide(part, name))
    if _rate_wide(part, best) < 0.2:
        return Decoded(_decode_as(data, best), best)
    odd = sum(byte < 32 and byte not in (0, 9, 10, 13) for byte in part)
    if part.count(0) > len(part) / 20 or odd > len(part) / 100:
        raise SheetError(
            f"{file_name} is neither CSV nor XLSX. "
            "Open it in a spreadsheet program and save it as one of them."
        )
    found = decode(data.replace(b"\0", b""), file_name)
    return Decoded(_decode_as(data, found.encoding), found.encoding, found.rivals)


def _rate_wide(part: bytes, name: str) -> float:
    """The share of characters that no text has; 1 for a text without a line's end."""
    size = 2 if "16" in name else 4
    text = part[: len(part) // size * size].decode(name, errors="replace")
    if not text or ("\n" not in text and "\r" not in text):
        return 1.0
    odd = sum(
        unicodedata.category(c) in ("Cn", "Co", "Cs") or (c < " " and c not in "\t\r\n") or c == "\ufffd"
        for c in text
    )
    breaks = sum(c in "\r\n,;\t" for c in text)
    return odd / len(text) + (0.0 if breaks else 1.0)


# by letters


def _decode_by_letters(data: bytes, file_name: str) -> Decoded:
    sample = _sample(data)
    costs = {}
    for name in ("utf-8", *SINGLE_BYTE, *DOUBLE_BYTE):
        cost = _rate(sample, name, data)
        if cost is not None:
            costs[name] = cost
    ranked = sorted(costs, key=lambda name: costs[name])
    best = ranked[0]
    text = _decode_as(data, best)
    read = _decode_as(sample, best)
    sure = SURE if len(set(_WORD.findall(read))) > FEW_WORDS else SURE_OF_FEW
    rivals = [
        name for name in ranked[1:] if costs[name] - costs[best] < sure and _decode_as(sample, name) != read
    ]
    return Decoded(text, best, tuple(rivals))


def _sample(data: bytes) -> bytes:
    """The first line, which names the columns, and lines with bytes beyond ASCII."""
    lines = re.split(rb"[\r\n]+", data[: 20 * 2**20])
    beyond = [line for line in lines if not line.isascii()]
    return (
        b"\n".join(beyond)[:_SCORED_BYTES].rpartition(b"\n")[0]
        if sum(map(len, beyond)) > _SCORED_BYTES
        else (b"\n".join(beyond))
    )


def _rate(sample: bytes, name: str, data: bytes) -> float | None:
    """What this encoding's reading costs; None where it has no letter for some byte."""
    prior = _find_prior(name, data)
    if name == "utf-8":
        return _rate_broken_utf8(sample)
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return None
    words = list(dict.fromkeys(_WORD.findall(text)))[:3000]
    bonus = sum(4.0 for word in words if word.casefold() in HEADER_WORDS | COMMON_NAMES)
    if name in DOUBLE_BYTE:
        known = DOUBLE_BYTE[name][0]
        return prior - bonus + sum(_rate_ideographs(word, known, name) for word in words)
    languages = SINGLE_BYTE[name][0]
    return prior - bonus + _rate_words(words, languages)


def _find_prior(name: str, data: bytes) -> float:
    table: dict[str, tuple[object, float]] = {**SINGLE_BYTE, **DOUBLE_BYTE}
    prior = table[name][1] if name in table else 0.0
    if b"\r" in data and b"\n" not in data:  # only the old Mac ends its lines so
        return prior - (4.0 if name.startswith("mac_") else 0.0)
    return prior


def _rate_broken_utf8(sample: bytes) -> float | None:
    """None where nothing speaks for UTF-8."""
    text = sample.decode("utf-8", errors="replace")
    good = [c for c in text if c > "\x7f" and c != "\ufffd"]
    if not good:
        return None
    return text.count("\ufffd") * _BAD_BYTE + 0.5 * len(set(good)) - min(len(good), 50) * 0.5


def _rate_words(words: Iterable[str], languages: tuple[str, ...]) -> float:
    """Each word in its best language; the file's own language is cheaper than one that only a word has."""
    rated = [(_rate_shape(word), _rate_letters(word, languages)) for word in words]
    if not rated:
        return 0.0
    rare = [RARE.get(language, 0.0) for language in languages]
    totals = [sum(min(costs[at], 12.0) for _, costs in rated) + rare[at] for at in range(len(languages))]
    main = totals.index(min(totals))
    cost = rare[main]
    for shape, costs in rated:
        cost += shape + min(costs[main], min(map(sum, zip(costs, rare, strict=True))) + 0.7)
    return cost


@lru_cache(maxsize=400)
def _rank(language: str) -> dict[str, float]:
    step = 0.4 if len(language) < 18 else 3.0 / len(language)
    return {letter: 0.5 + step * at for at, letter in enumerate(language)}


def _rate_letters(word: str, languages: tuple[str, ...]) -> list[float]:
    letters = [c.lower() for c in word if c > "\x7f" and unicodedata.category(c)[0] in "LM"]
    return [sum(_rank(language).get(c[0], _FOREIGN) for c in letters) for language in languages]


def _rate_shape(word: str) -> float:
    """Signs among letters, capitals behind small letters, two scripts in one word."""
    cost = 0.0
    for match in _BEYOND_ASCII.finditer(word):
        for at in range(match.start(), match.end()):
            before = word[at - 1] if at else ""
            after = word[at + 1] if at + 1 < len(word) else ""
            cost += _rate_place(before, word[at], after)
    return cost


def _rate_place(before: str, sign: str, after: str) -> float:
    kind = unicodedata.category(sign)
    if kind[0] == "L":
        mixed = any(c.isascii() and c.isalpha() for c in (before, after)) and not _is_latin(sign)
        capital = kind == "Lu" and before.islower()
        small = kind == "Ll" and before.isupper() and after.isupper()
        shouted = kind == "Lu" and before.isupper()
        second = shouted and after.islower()
        first = not before.isalpha()
        odd = (sign in _FINAL_ALONE and after.isalpha()) or (sign in _NEVER_FIRST and first)
        odd = odd or (first and ((sign == "ç" and after in _CONSONANTS) or (sign == "à" and after.islower())))
        return 6.0 * mixed + 5.0 * capital + 3.0 * small + 0.6 * shouted + 4.0 * second + 3.0 * odd
    if kind[0] == "M" and before.isascii() and sign > "\u036f":
        return 6.0  # a mark of another script
    if kind[0] == "M":
        return 0.5 if before and unicodedata.category(before)[0] in "LM" else 6.0
    between = before.isalpha() and after.isalpha()
    if sign == "’":
        return 0.8 if between else 5.0 if after.isalpha() else 2.5
    if sign == "\xa0":
        return 4.0 if between and after.islower() else 0.8
    if sign in _QUOTES:
        return 5.0 if between else 2.5 if not (before.isalpha() or after.isalpha()) else 3.0
    if sign in _MONEY:
        return 7.0 if before.isalpha() or after.isalpha() else 1.5
    if sign in "¼½¾" and not (before.isalpha() or after.isalpha()):
        return 1.5
    if sign in "ªº" and (before.isalpha() or before.isdigit()) and not after.isalpha():
        return 2.0
    return 12.0 if kind == "Cc" or between else 7.0


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00"


def _rate_ideographs(word: str, known: frozenset[str], name: str) -> float:
    cost = 0.0
    for match in _BEYOND_ASCII.finditer(word):
        cost += sum(_rate_ideograph(c, known, name) for c in match[0])
        for at in (match.start() - 1, match.end()):
            if 0 <= at < len(word) and word[at].isalpha():
                cost += 5.0
    return cost


def _rate_ideograph(sign: str, known: frozenset[str], name: str) -> float:
    if sign in known:
        return 1.2
    if "\u3041" <= sign <= "\u30ff" or sign in "々ー":
        return 1.2 if name in ("cp932", "euc_jp") else 3.0
    if "\uac00" <= sign <= "\ud7a3":
        return 2.5 if name == "cp949" else 8.0
    if "\uff01" <= sign <= "\uff5e" or sign in "　、。・「」（）":
        return 2.0
    if "\u4e00" <= sign <= "\u9fff":
        return 3.5 if _is_usual(sign, name) else 6.5
    return 8.0


def _is_usual(sign: str, name: str) -> bool:
    """Of the first level of the country's own table, which holds the characters that people use."""
    table, first, last = {
        "gb18030": ("gb2312", 0xB0, 0xD7), "cp950": ("big5", 0xA4, 0xC6), "cp932": ("euc_jp", 0xB0, 0xCF),
        "euc_jp": ("euc_jp", 0xB0, 0xCF), "cp949": ("euc_kr", 0x00, 0x00),
    }[name]  # fmt: skip
    try:
        return first <= sign.encode(table)[0] <= last
    except UnicodeEncodeError:
        return False


def list_beyond_ascii(cells: Iterable[str]) -> Iterator[int]:
    """Places of the cells that the encoding is about."""
    yield from (at for at, cell in enumerate(cells) if not cell.isascii())
