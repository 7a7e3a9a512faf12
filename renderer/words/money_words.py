"""Amounts of money in words."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from renderer.words.number_words import MINUS, TO, knows_numbers, parse_number, say_cardinal, say_count
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule
from renderer.words.word_lists import list_words

_SIGNS = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "MX$": "MXN", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY",
    "₹": "INR", "Rs.": "INR", "Rs": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₦": "NGN",
    "₱": "PHP", "₫": "VND", "฿": "THB", "₴": "UAH", "zł": "PLN", "Kč": "CZK", "kr.": "SEK", "kr": "SEK",
    "Fr.": "CHF", "SFr.": "CHF", "CN¥": "CNY",
}  # fmt: skip
_CODES = list_words(
    "USD EUR GBP JPY INR CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON TRY RUB CNY HKD SGD KRW BRL "
    "MXN ZAR ILS AED SAR THB IDR MYR PHP VND UAH NGN KES EGP ARS CLP COP PEN BGN ISK"
)
_BEFORE = "|".join(
    [
        *map(
            re.escape,
            sorted((s for s in _SIGNS if s not in ("zł", "Kč", "kr", "kr.", "Fr.")), key=len, reverse=True),
        ),
        *_CODES,
        r"Fr\.",
    ]
)
_AFTER = "|".join(
    [
        *map(re.escape, sorted(("zł", "Kč", "kr.", "kr", "US$", *"$€£¥₹₩₽₺₪₦₱₫฿₴"), key=len, reverse=True)),
        *(f"{code}\\b" for code in _CODES),
    ]
)
_MINUS = r"(?P<minus>[-−–] ?)?"
_SCALE = (
    r"(?: ?(?P<scale>[kK]|[mM]n|[mM]io\.?|[mM]rd\.?|[mM]|bn|Bn|bln|B|[tT]n?|"
    r"thousand|million|billion|trillion|lakh|crore)(?!\w))?"
)
_SCALES = {
    "k": "thousand", "m": "million", "mn": "million", "mio": "million", "mrd": "billion", "b": "billion",
    "bn": "billion", "bln": "billion", "t": "trillion", "tn": "trillion",
}  # fmt: skip
SCALE_WORDS = {
    "de": {"thousand": "tausend", "million": "Millionen", "billion": "Milliarden"},
    "fr": {"thousand": "mille", "million": "millions d'", "billion": "milliards d'"},
    "es": {"thousand": "mil", "million": "millones de", "billion": "mil millones de"},
    "it": {"thousand": "mila", "million": "milioni di", "billion": "miliardi di"},
    "pt": {"thousand": "mil", "million": "milhões de", "billion": "mil milhões de"},
    "nl": {"thousand": "duizend", "million": "miljoen", "billion": "miljard"},
}
# (one, several, one hundredth, hundredths), where people name them otherwise than the library's tables.
_ENGLISH = {
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "JPY": ("yen", "yen", "", ""),
    "INR": ("rupee", "rupees", "paisa", "paise"),
    "CHF": ("Swiss franc", "Swiss francs", "rappen", "rappen"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "NZD": ("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "SGD": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "BRL": ("real", "reais", "centavo", "centavos"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "KRW": ("won", "won", "", ""),
    "PLN": ("zloty", "zlotys", "grosz", "groszy"),
    "SEK": ("krona", "kronor", "öre", "öre"),
    "NOK": ("krone", "kroner", "øre", "øre"),
    "DKK": ("krone", "kroner", "øre", "øre"),
    "RUB": ("ruble", "rubles", "kopeck", "kopecks"),
    "ZAR": ("rand", "rand", "cent", "cents"),
}
_SHORT = {
    "de": {"USD": "Dollar", "GBP": "Pfund", "CHF": "Franken", "JPY": "Yen"},
    "fr": {"USD": "dollar/dollars", "GBP": "livre/livres", "JPY": "yen/yens"},
    "es": {"USD": "dólar/dólares", "GBP": "libra/libras", "JPY": "yen/yenes"},
    "it": {"USD": "dollaro/dollari", "GBP": "sterlina/sterline", "JPY": "yen"},
    "pt": {"USD": "dólar/dólares", "GBP": "libra/libras", "BRL": "real/reais", "JPY": "iene/ienes"},
    "nl": {"USD": "dollar", "GBP": "pond", "JPY": "yen"},
}
_SEVERAL = Decimal(5)  # a number before the plural in every language
_AND = {"es": "con ", "it": "e ", "pt": "e "}


def _is_before_noun(match: re.Match[str], reader: Reader) -> bool:
    """A $5 coupon is a five dollar coupon."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    return reader.is_english and bool(
        re.search(r"\b(?:an?|per) $", before, re.IGNORECASE) and re.match(r"[ -][a-z]", after)
    )


def _say_amount(match: re.Match[str], reader: Reader) -> str | None:
    if not knows_numbers(reader):
        return None
    groups = match.groupdict()
    code = _find_code(match["sign"])
    minus = f"{MINUS.get(reader.language, 'minus')} " if groups.get("minus") else ""
    if groups.get("to"):
        first = say_count(parse_number(match["n"], reader), reader)
        return (
            f"{first} {TO.get(reader.language, 'to')} {_say(match['to'], groups.get('scale'), code, reader)}"
        )
    said = minus + _say(match["n"], groups.get("scale"), code, reader)
    if _is_before_noun(match, reader) and code in _ENGLISH and " and " not in said:
        one, several, *_ = _ENGLISH[code]
        return re.sub(f"{several}$", one, said)
    return said


def _say_compound(match: re.Match[str], reader: Reader) -> str | None:
    """Ein 5-€-Schein."""
    said = _say_amount(match, reader)
    return said and said.replace(" ", "-") + "-"


def _say_cents(match: re.Match[str], reader: Reader) -> str:
    cents = parse_number(match["n"], reader)
    return f"{say_count(cents, reader)} {'cent' if cents == 1 else 'cents'}"


def _find_code(sign: str) -> str:
    return _SIGNS.get(sign.strip(), sign.strip())


def _say(number: str, scale: str | None, code: str, reader: Reader) -> str:
    amount = parse_number(number, reader)
    if scale:
        return f"{say_scaled(amount, scale, reader)} {_name(_SEVERAL, code, reader)}".replace("' ", "'")
    if amount == amount.to_integral_value():
        return f"{say_count(Decimal(int(amount)), reader)} {_name(amount, code, reader)}"
    whole, rest = divmod(abs(amount), 1)
    if rest * 100 != int(rest * 100):  # $0.005
        return f"{say_count(amount, reader)} {_name(amount, code, reader)}"
    return _say_with_cents(int(whole), int(rest * 100), code, reader)


def _say_with_cents(whole: int, cents: int, code: str, reader: Reader) -> str:
    units = f"{say_count(Decimal(whole), reader)} {_name(Decimal(whole), code, reader)}"
    if not reader.is_english:
        return f"{units} {_AND.get(reader.language, '')}{say_cardinal(cents, reader)}"
    _, _, one, several = _ENGLISH.get(code, ("", "", "", ""))
    if not several:
        number = f"{say_count(Decimal(whole), reader)} point {say_cardinal(cents, reader)}"
        return f"{number} {_name(_SEVERAL, code, reader)}"
    small = f"{say_cardinal(cents, reader)} {one if cents == 1 else several}"
    return f"{units} and {small}" if whole else small


def say_scaled(amount: Decimal, scale: str, reader: Reader) -> str:
    """1.5 and "M" are one point five million."""
    word = _SCALES.get(scale.lower().rstrip("."), scale.lower())
    own = SCALE_WORDS.get(reader.language, {})
    return f"{say_count(amount, reader)} {own.get(word, word)}"


@lru_cache(maxsize=512)
def _name(count: Decimal, code: str, reader: Reader) -> str:
    if reader.is_english and code in _ENGLISH:
        return _ENGLISH[code][0 if count == 1 else 1]
    short = _SHORT.get(reader.language, {}).get(code)
    if short:
        one, _, several = short.partition("/")
        return one if count == 1 or not several else several
    from babel.numbers import get_currency_name

    name = str(get_currency_name(code, count=count, locale=reader.words))
    return re.sub(r" polski(?:ch|e)?$", "", name)  # nobody in Poland says so


_DASH = r" ?[-–—] ?"
RULES = (
    Rule(
        rf"(?<![\w.,]){_MINUS}(?P<sign>{_BEFORE}) ?(?P<n><NUM>){_DASH}(?P<to><NUM>){_SCALE}(?![\w%])",
        _say_amount,
    ),
    Rule(rf"(?<![\w.,]){_MINUS}(?P<sign>{_BEFORE}) ?(?P<n><NUM>)(?:[.,][-–—]+)?{_SCALE}(?!\w)", _say_amount),
    Rule(rf"(?<![\w.,])(?P<n><NUM>){_DASH}(?P<to><NUM>){_SCALE} ?(?P<sign>{_AFTER})(?!\w)", _say_amount),
    Rule(r"(?<![\w.,])(?P<n><NUM>)-(?P<sign>[€$£])-(?=\w)", _say_compound, frozenset({"de"})),
    Rule(rf"(?<![\w.,]){_MINUS}(?P<n><NUM>){_SCALE} ?(?P<sign>{_AFTER})(?!\w)", _say_amount),
    Rule(r"(?<![\w.,])(?P<n><NUM>) ?¢", _say_cents, ENGLISH),
)
