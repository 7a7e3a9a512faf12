"""Numbers in words, in every language that the library knows: how many, which one, years, digits."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, pairwise

from renderer.words.reader import Reader

# One before a noun, where it is not as one counts.
_ONE = {"de": "ein", "es": "un", "it": "un", "ca": "un", "nl": "een", "da": "en", "sv": "en", "no": "en"}
# Between a number and its decimals; other languages are left to the library.
_POINT = {
    "en": "point", "de": "Komma", "fr": "virgule", "es": "coma", "it": "virgola", "pt": "vírgula",
    "nl": "komma", "sv": "komma", "da": "komma", "no": "komma", "fi": "pilkku", "pl": "przecinek",
}  # fmt: skip
_READ_AS_NUMBER = frozenset({"fr", "es", "it", "pt", "nl"})
LONG = 7  # digits from which a number without groups is read digit by digit, and in groups
_GROUPS = {7: [3, 4], 8: [4, 4], 9: [3, 3, 3], 10: [3, 3, 4], 11: [3, 4, 4]}  # else fours
# Signs before a number.
MINUS = {"es": "menos", "it": "meno", "pt": "menos", "fr": "moins", "nl": "min", "ru": "минус", "uk": "мінус"}
PLUS = {"es": "más", "it": "più", "pt": "mais"}
# Between the ends of a range.
TO = {
    "en": "to",
    "de": "bis",
    "fr": "à",
    "es": "a",
    "it": "a",
    "pt": "a",
    "nl": "tot",
    "pl": "do",
    "sv": "till",
}
_HUNDREDS = {"de": "hundert", "nl": "honderd"}
_TEENS_HUNDRED = range(1100, 2000)


def knows_numbers(reader: Reader) -> bool:
    return _find_library_language(reader.language, reader.territory) is not None


def parse_number(text: str, reader: Reader) -> Decimal:
    """A number as people of the reader's place write it: "1,234.5", "1.234,5", "1 234,5", "1'234.5"."""
    plain = re.sub(r"[\s'’]", "", text)
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        return Decimal(plain)
    last = marks[-1]
    whole, _, rest = plain.rpartition(last)
    if len(set(marks)) == 1 and (len(marks) > 1 or _is_group(whole, last, rest, reader)):
        return Decimal(plain.replace(last, ""))
    return Decimal(re.sub("[.,]", "", whole) + "." + rest)


def _is_group(whole: str, mark: str, rest: str, reader: Reader) -> bool:
    if len(rest) != 3 or whole.startswith("0") or len(whole) > 3:
        return False
    return mark == reader.groups or (mark != reader.decimal and mark == ".")


def say_decimal(number: Decimal, reader: Reader) -> str:
    if number == number.to_integral_value() and number.as_tuple().exponent in (0, -2):  # 100.00, not 2.0
        return say_cardinal(int(number), reader)
    point = _find_point(reader)
    if not point:
        return _ask_library(str(number), "cardinal", reader)
    whole, _, rest = str(abs(number)).partition(".")
    as_number = reader.language in _READ_AS_NUMBER and len(rest) < 3 and not rest.startswith("0")
    decimals = say_cardinal(int(rest), reader) if as_number else say_digits(rest, reader)
    said = f"{say_cardinal(int(whole), reader)} {point} {decimals}"
    return f"{say_cardinal(-1, reader).split()[0]} {said}" if number < 0 else said


def _find_point(reader: Reader) -> str:
    if reader.language == "es" and reader.territory in ("MX", "US", "GT", "HN", "NI", "SV", "PA", "PR", "DO"):
        return "punto"
    return _POINT.get(reader.language, "")


def say_cardinal(number: int, reader: Reader) -> str:
    if number < 0:
        minus = (
            _ask_library("-1", "cardinal", reader).split()[0] if reader.language not in _NO_MINUS else "minus"
        )
        return f"{minus} {say_cardinal(-number, reader)}"
    return _tidy(_ask_library(str(number), "cardinal", reader), reader)


_NO_MINUS = frozenset({"pl", "cs", "sk", "vi"})  # the library fails at the sign


def say_count(number: Decimal, reader: Reader) -> str:
    """A number before the noun that it counts."""
    if number == 1 and number.as_tuple().exponent == 0:
        return _ONE.get(reader.language) or say_cardinal(1, reader)
    said = say_decimal(number, reader)
    return (
        re.sub("uno$", "ún" if said.endswith("veintiuno") else "un", said)
        if reader.language == "es"
        else said
    )


def say_ordinal(number: int, reader: Reader) -> str:
    return _tidy(_ask_library(str(number), "ordinal", reader), reader)


def say_digits(text: str, reader: Reader) -> str:
    """Digits one by one, a long row in groups with pauses; other characters are left out."""
    digits = "".join(character for character in text if character.isdecimal())
    sizes = [len(digits)] if len(digits) < LONG else _GROUPS.get(len(digits), [4] * (len(digits) // 4 + 1))
    ends = list(accumulate(sizes, initial=0))
    groups = [digits[start:end] for start, end in pairwise(ends)]
    return ", ".join(" ".join(say_cardinal(int(one), reader) for one in group) for group in groups if group)


def say_year(year: int, reader: Reader) -> str:
    """2026: twenty twenty six; 1905: nineteen oh five; 2009: two thousand nine."""
    if not reader.is_english:
        if reader.language in _HUNDREDS and year in _TEENS_HUNDRED:
            rest = _ask_library(str(year % 100), "cardinal", reader) if year % 100 else ""
            return f"{_ask_library(str(year // 100), 'cardinal', reader)}{_HUNDREDS[reader.language]}{rest}"
        return say_cardinal(year, reader)
    century, remainder = divmod(year, 100)
    if not 1100 <= year <= 2099 or 2000 <= year <= 2009:
        return say_cardinal(year, reader)
    if remainder == 0:
        return f"{say_cardinal(century, reader)} hundred"
    return (
        f"{say_cardinal(century, reader)} {'oh ' if remainder < 10 else ''}{say_cardinal(remainder, reader)}"
    )


def _tidy(said: str, reader: Reader) -> str:
    """Without the commas and hyphens at which a voice would pause; Americans say no "and"."""
    if not reader.is_english:
        return said.replace(", ", " ").replace("  ", " ")
    plain = said.replace(",", "").replace("-", " ")
    return plain.replace(" and ", " ") if reader.is_american else plain


@lru_cache(maxsize=4096)
def _ask_library_in(number: str, form: str, language: str) -> str:
    from num2words import num2words  # the grammars of all languages, loaded at the first number

    value = int(number) if re.fullmatch(r"-?\d+", number) else Decimal(number)
    try:
        return str(num2words(value, lang=language, to=form))
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
        return number  # a gap in a grammar: the voice reads the figures by its own rules


def _ask_library(number: str, form: str, reader: Reader) -> str:
    language = _find_library_language(reader.language, reader.territory)
    assert language is not None, "asked only where knows_numbers"
    return _ask_library_in(number, form, language)


@lru_cache(maxsize=64)
def _find_library_language(language: str, territory: str) -> str | None:
    from num2words import CONVERTER_CLASSES

    tags = (f"{language}_{territory}", language) if language != "en" else ("en",)
    return next((tag for tag in tags if tag in CONVERTER_CLASSES), None)
