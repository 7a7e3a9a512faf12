"""Fractions, ratios, ordinals and powers in words."""

from __future__ import annotations

import re
from decimal import Decimal

from renderer.words.number_words import knows_numbers, say_cardinal, say_decimal, say_ordinal
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule, behind
from renderer.words.word_lists import list_words

_GLYPHS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_GLYPH = "".join(_GLYPHS)
_NAMED = frozenset({2, 3, 4, 5, 6, 8, 16, 32})
_FIXED = {
    "24/7": (24, 7),
    "24x7": (24, 7),
    "50/50": (50, 50),
    "9/11": (9, 11),
    "20/20": (20, 20),
    "80/20": (80, 20),
    "24/7/365": (24, 7, 365),
}
_FOREIGN_GLYPHS = {
    "de": {"½": "ein halb", "¼": "ein Viertel", "¾": "drei Viertel", "⅓": "ein Drittel", "⅔": "zwei Drittel"},
    "fr": {"½": "un demi", "¼": "un quart", "¾": "trois quarts", "⅓": "un tiers", "⅔": "deux tiers"},
    "es": {"½": "medio", "¼": "un cuarto", "¾": "tres cuartos", "⅓": "un tercio", "⅔": "dos tercios"},
    "it": {"½": "mezzo", "¼": "un quarto", "¾": "tre quarti", "⅓": "un terzo", "⅔": "due terzi"},
    "pt": {"½": "meio", "¼": "um quarto", "¾": "três quartos", "⅓": "um terço", "⅔": "dois terços"},
    "nl": {"½": "een half", "¼": "een kwart", "¾": "drie kwart", "⅓": "een derde", "⅔": "twee derde"},
}
_AND = {"fr": "et", "es": "y", "it": "e", "pt": "e", "nl": "en", "en": "and"}
_OUT_OF = {"de": "von", "fr": "sur", "es": "de", "it": "su", "pt": "de", "nl": "van", "pl": "na"}
_RATIO = {"de": "zu", "fr": "à", "es": "a", "it": "a", "pt": "a", "nl": "tegen", "pl": "do"}
_OF = list_words("people customers users points stars clients companies employees students times patients")
_GERMAN_CASES = "[Aa]m|[Zz]um|[Vv]om|[Dd]em|[Dd]er|[Dd]en|[Dd]es|[Ii]m|[Bb]eim|[Dd]ie|[Dd]as"
_POWERS = {"²": "squared", "³": "cubed", "2": "squared", "3": "cubed"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def say_fraction(top: int, bottom: int, reader: Reader, alone: bool = True) -> str:
    """1/2: one half; 3/4: three quarters; 5/16: five sixteenths."""
    if bottom == 2:
        return ("one half" if alone else "a half") if top == 1 else f"{say_cardinal(top, reader)} halves"
    name = "quarter" if bottom == 4 else say_ordinal(bottom, reader)
    article = "one" if alone else "a"
    return f"{article} {name}" if top == 1 else f"{say_cardinal(top, reader)} {name}s"


def _say_glyph(match: re.Match[str], reader: Reader) -> str | None:
    whole = match["w"]
    if not reader.is_english:
        said = _FOREIGN_GLYPHS.get(reader.language, {}).get(match["f"])
        if said and whole and knows_numbers(reader):
            return f"{say_cardinal(int(whole), reader)} {_AND.get(reader.language, '')} {said}"
        return said
    said = say_fraction(*_GLYPHS[match["f"]], reader, alone=not whole)
    return f"{say_cardinal(int(whole), reader)} and {said}" if whole else said


def _say_slashed(match: re.Match[str], reader: Reader) -> str | None:
    top, bottom = int(match["a"]), int(match["b"])
    first, second = say_cardinal(top, reader), say_cardinal(bottom, reader)
    following = re.match(r" (\w+)", match.string[match.end() :])
    if following and following[1] in _OF and bottom > 3:
        return f"{match['w'] or ''}{first} out of {second}"
    if match["w"]:
        return f"{say_cardinal(int(match['w']), reader)} and {say_fraction(top, bottom, reader, alone=False)}"
    if 0 < top < bottom and bottom in _NAMED:
        return say_fraction(top, bottom, reader)
    if top <= bottom and bottom in (10, 20, 50, 100):
        return f"{first} out of {second}"
    return f"{first} {second}" if bottom < 100 and top < 100 and top > bottom else f"{first} over {second}"


def _say_rated(match: re.Match[str], reader: Reader) -> str:
    """4.5/5 is four point five out of five."""
    return f"{say_decimal(Decimal(match['a']), reader)} out of {say_cardinal(int(match['b']), reader)}"


def _say_foreign_slashed(match: re.Match[str], reader: Reader) -> str | None:
    """3/4: drei Viertel; 9/10: neun von zehn."""
    glyph = next((sign for sign, parts in _GLYPHS.items() if parts == (int(match["a"]), int(match["b"]))), "")
    named = _FOREIGN_GLYPHS.get(reader.language, {}).get(glyph)
    first, second = say_cardinal(int(match["a"]), reader), say_cardinal(int(match["b"]), reader)
    return named or f"{first} {_OUT_OF[reader.language]} {second}"


def _say_round_the_clock(match: re.Match[str], reader: Reader) -> str:
    """24h/24 et 7j/7."""
    unit = "heures" if match["u"] == "h" else "jours"
    return f"{say_cardinal(int(match['a']), reader)} {unit} sur {say_cardinal(int(match['b']), reader)}"


def _say_foreign_ratio(match: re.Match[str], reader: Reader) -> str:
    first, second = say_cardinal(int(match["a"]), reader), say_cardinal(int(match["b"]), reader)
    return f"{first} {_RATIO[reader.language]} {second}"


def _say_german_decade(match: re.Match[str], reader: Reader) -> str:
    return f"{say_cardinal(int(match['n']), reader)}er"


def _say_fixed(match: re.Match[str], reader: Reader) -> str | None:
    return (
        " ".join(say_cardinal(number, reader) for number in _FIXED[match[0]])
        if knows_numbers(reader)
        else None
    )


def _say_ordinal(match: re.Match[str], reader: Reader) -> str:
    return say_ordinal(int(match["n"].replace(",", "")), reader)


def _say_foreign_ordinal(match: re.Match[str], reader: Reader) -> str | None:
    number, mark = int(match["n"]), match["o"]
    if not knows_numbers(reader):
        return None
    said = say_ordinal(number, reader)
    if reader.language == "fr":
        return {"er": "premier", "re": "première", "ère": "première"}.get(mark, said) if number == 1 else said
    if reader.language in ("es", "pt", "it") and mark.endswith(("ª", "a")):
        return " ".join(re.sub("o$", "a", word) for word in said.split())
    if reader.language == "es" and mark.endswith("er"):
        return said.removesuffix("o")
    return said


def _say_german_ordinal(match: re.Match[str], reader: Reader) -> str:
    """der 3. Platz, am 2. Tag, zum 5. Mal."""
    before = match.string[: match.start()].split()
    e = before and before[-1].lower() in ("der", "die", "das", "unsere", "ihre", "seine", "meine")
    r = not before or before[-1].lower() in ("ihr", "unser", "mein", "dein", "sein", "ein")
    return say_ordinal(int(match["n"]), reader).removesuffix("e") + ("e" if e else "er" if r else "en")


def _say_power(match: re.Match[str], reader: Reader) -> str:
    base, power = match["base"], match["p"].translate(_SUPERSCRIPTS)
    said = say_cardinal(int(base), reader) if base.isdecimal() else base
    if match["p"] in _POWERS:  # a square, a cube
        return f"{said} {_POWERS[match['p']]}"
    if power.startswith("-"):
        return f"{said} to the minus {say_ordinal(int(power[1:]), reader)}"
    return f"{said} to the {say_ordinal(int(power), reader)}"


def _say_subscript(match: re.Match[str], reader: Reader) -> str | None:
    """CO₂, H₂O."""
    if not knows_numbers(reader):
        return None
    digits = match["d"].translate(_SUBSCRIPTS)
    return f" {say_cardinal(int(digits), reader)} "


def _say_ratio(match: re.Match[str], reader: Reader) -> str:
    return f"{say_cardinal(int(match['a']), reader)} to {say_cardinal(int(match['b']), reader)}"


_EDGE = r"(?<![\w.,/])"
RULES = (
    Rule(rf"(?<![\w./])(?:{'|'.join(sorted(_FIXED, key=len, reverse=True))})(?![\w/]|[.,]\d)", _say_fixed),
    Rule(rf"(?<![\w.,])(?:(?P<w>\d+) ?)?(?P<f>[{_GLYPH}])", _say_glyph),
    Rule(rf"{_EDGE}(?P<a>\d\d?\.\d+)/(?P<b>\d{{1,3}})(?![\w/]|[.,]\d)", _say_rated, ENGLISH),
    Rule(
        rf"{_EDGE}(?:(?P<w>\d\d?) )?(?P<a>\d{{1,3}})[/⁄](?P<b>\d{{1,3}})(?![\w/]|[.,]\d)",
        _say_slashed,
        ENGLISH,
    ),
    Rule(r"(?<![\w.,])(?P<n>\d{1,3}(?:,\d{3})*|\d+)(?:st|nd|rd|th|ST|ND|RD|TH)(?!\w)", _say_ordinal, ENGLISH),
    Rule(
        r"(?<![\w.,])(?P<n>\d+)(?P<o>ers?|res?|ère|èmes?|e|nde?|ème)(?!\w)",
        _say_foreign_ordinal,
        frozenset({"fr"}),
    ),
    Rule(
        r"(?<![\w.,])(?P<n>\d+)(?P<o>\.?[ºª°]|\.er|er|\.os?|\.as?)(?!\w)",
        _say_foreign_ordinal,
        frozenset({"es", "pt", "it"}),
    ),
    Rule(r"(?<![\w.,])(?P<n>\d+)(?P<o>e|ste|de)(?!\w)", _say_foreign_ordinal, frozenset({"nl"})),
    Rule(r"(?<![\w.,/])(?P<a>24|7) ?(?P<u>[hj])/(?P<b>24|7)(?!\w)", _say_round_the_clock, frozenset({"fr"})),
    Rule(
        rf"{_EDGE}(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?![\w/]|[.,]\d)", _say_foreign_slashed, frozenset(_OUT_OF)
    ),
    Rule(r"(?<![\w.,:])(?P<a>\d{1,2}):(?P<b>\d{1,2})(?![\w:]|[.,]\d)", _say_foreign_ratio, frozenset(_RATIO)),
    Rule(r"(?<![\w.,])(?P<n>\d0)er(?![\w])", _say_german_decade, frozenset({"de"})),
    Rule(r"(?<![\w.,])(?P<n>\d+)(?P<o>°)(?= [a-z])", _say_foreign_ordinal, frozenset({"it"})),
    Rule(behind(_GERMAN_CASES) + r"(?P<n>\d{1,3})\.(?= \w)", _say_german_ordinal, frozenset({"de"})),
    Rule(r"(?<![\w.,])(?P<n>\d{1,3})\.(?= [A-ZÄÖÜ][a-zäöü])", _say_german_ordinal, frozenset({"de"})),
    Rule(r"(?<![\w.,])(?P<base>\d+|\b[A-Za-z])(?P<p>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", _say_power, ENGLISH),
    Rule(r"(?<![\w.,])(?P<base>\d+|\b[A-Za-z])\^(?P<p>-?\d{1,3})(?!\w)", _say_power, ENGLISH),
    Rule(r"(?<=[A-Za-z])(?P<d>[₀-₉]+)", _say_subscript),
    Rule(r"(?<![\w.,:])(?P<a>\d{1,3}):(?P<b>\d{1,3})(?![\w:]|[.,]\d)", _say_ratio, ENGLISH),
)
