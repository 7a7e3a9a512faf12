"""Numbers with what they count: percentages, temperatures, units, speeds, areas."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from renderer.words.money_words import say_scaled
from renderer.words.number_words import (
    MINUS,
    PLUS,
    TO,
    knows_numbers,
    parse_number,
    say_cardinal,
    say_count,
    say_decimal,
)
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule, behind, compile_pattern

# As written: the name of the unit in the Unicode locale tables.
_UNITS = {
    "µm": "length-micrometer", "μm": "length-micrometer", "µg": "mass-microgram", "tsp": "volume-teaspoon",
    "tbsp": "volume-tablespoon", "km": "length-kilometer",
    "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter",
    "mi": "length-mile", "yd": "length-yard", "ft": "length-foot", "nm": "length-nanometer",
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "lb": "mass-pound",
    "lbs": "mass-pound", "oz": "mass-ounce", "t": "mass-tonne", "l": "volume-liter", "L": "volume-liter",
    "ml": "volume-milliliter", "mL": "volume-milliliter", "cl": "volume-centiliter", "gal": "volume-gallon",
    "km/h": "speed-kilometer-per-hour", "kph": "speed-kilometer-per-hour",
    "km/hr": "speed-kilometer-per-hour", "kmh": "speed-kilometer-per-hour", "mph": "speed-mile-per-hour",
    "m/s": "speed-meter-per-second", "km²": "area-square-kilometer", "m²": "area-square-meter",
    "sqm": "area-square-meter", "cm²": "area-square-centimeter", "m³": "volume-cubic-meter",
    "ft²": "area-square-foot", "sq ft": "area-square-foot", "sq. ft.": "area-square-foot",
    "mi²": "area-square-mile", "km2": "area-square-kilometer", "m2": "area-square-meter",
    "m3": "volume-cubic-meter", "ha": "area-hectare", "h": "duration-hour", "hr": "duration-hour",
    "hrs": "duration-hour", "min": "duration-minute", "mins": "duration-minute", "s": "duration-second",
    "sec": "duration-second", "secs": "duration-second", "ms": "duration-millisecond",
    "yr": "duration-year", "yrs": "duration-year", "wk": "duration-week", "wks": "duration-week",
    "hr.": "duration-hour", "hrs.": "duration-hour", "min.": "duration-minute", "mins.": "duration-minute",
    "sec.": "duration-second", "yrs.": "duration-year", "Std.": "duration-hour", "Min.": "duration-minute",
    "Sek.": "duration-second", "lbs.": "mass-pound", "lb.": "mass-pound", "oz.": "mass-ounce",
    "ft.": "length-foot", "kB": "digital-kilobyte", "KB": "digital-kilobyte", "MB": "digital-megabyte",
    "GB": "digital-gigabyte", "TB": "digital-terabyte", "Mbit": "digital-megabit",
    "Gbit": "digital-gigabit", "W": "power-watt", "kW": "power-kilowatt", "MW": "power-megawatt",
    "GW": "power-gigawatt", "hp": "power-horsepower", "kWh": "energy-kilowatt-hour",
    "kcal": "energy-kilocalorie", "V": "electric-volt", "Hz": "frequency-hertz",
    "kHz": "frequency-kilohertz", "MHz": "frequency-megahertz", "GHz": "frequency-gigahertz",
    "°C": "temperature-celsius", "°F": "temperature-fahrenheit", "℃": "temperature-celsius",
    "℉": "temperature-fahrenheit", "°": "angle-degree", "°c": "temperature-celsius",
    "px": "graphics-pixel", "MP": "graphics-megapixel",
}  # fmt: skip
_UNIT = "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))
_ENGLISH_UNITS = {
    "Mbps": "megabits per second", "Gbps": "gigabits per second", "Mb/s": "megabits per second",
    "MB/s": "megabytes per second", "fps": "frames per second", "rpm": "R P M", "mpg": "miles per gallon",
    "dB": "decibels", "bps": "basis points", "pts": "points", "pcs": "pieces", "pt": "points",
    "mo": "months", "mos": "months", "ppl": "people", "K": "kelvin",
}  # fmt: skip
_ENGLISH_UNIT = "|".join(sorted(_ENGLISH_UNITS, key=len, reverse=True))
# What is one letter: a unit only behind a space or where nothing else is meant, never "5 s" of a name.
_NUMBER = r"(?<![\w.,/])(?P<minus>(?<![%€$£°])[-−–+])?(?P<n><NUM>)(?:(?P<dash> ?[-–—] ?)(?P<to><NUM>))?"
_HYPHENATED = "km|cm|mm|mi|ft|kg|lb|oz|min|hr|sec|yr|wk|GB|TB|MB|kW|kWh|MP|ml|mph|°C|°F"
# Behind these, a letter after a figure is a part of it ("room 12B").
_PLACES = behind(
    "[Rr]oom|[Ss]eat|[Aa]pt|[Uu]nit|[Gg]ate|[Rr]ow|[Ss]uite|[Ff]loor|[Ff]lat|[Nn]umber|[Ss]ection|[Bb]us|[Ll]ine|"
    "[Ff]orm|[Gg]rade|[Cc]lass|[Ee]xhibit|[Tt]able|[Pp]latform|[Tt]rack|Rm\\.|[Aa]pt\\.|[Nn]o\\."
)
_PERCENT = {
    "en": "percent", "de": "Prozent", "fr": "pour cent", "es": "por ciento", "it": "per cento",
    "pt": "por cento", "nl": "procent", "pl": "procent", "sv": "procent", "da": "procent", "no": "prosent",
    "fi": "prosenttia", "cs": "procent", "tr": "yüzde", "ru": "процентов", "ja": "パーセント",
}  # fmt: skip


def _say_percent(match: re.Match[str], reader: Reader) -> str | None:
    if not knows_numbers(reader) or reader.language not in _PERCENT:
        return None
    word = {"%": _PERCENT[reader.language], "‰": "per mille"}[match["u"]]
    if reader.language == "tr":
        return f"{word} {_say_numbers(match, reader)}"
    said = re.sub("veintiuno$", "veintiún", _say_numbers(match, reader))
    return f"{said}{'' if reader.language == 'ja' else ' '}{word}"


def _say_numbers(match: re.Match[str], reader: Reader) -> str:
    before = _say_sign(match["minus"], reader)
    first = say_decimal(parse_number(match["n"], reader), reader)
    if not match["to"]:
        return before + first
    last = say_decimal(parse_number(match["to"], reader), reader)
    return f"{before}{first} {TO.get(reader.language, 'to')} {last}"


def _say_sign(sign: str | None, reader: Reader) -> str:
    if sign == "+":
        return f"{PLUS.get(reader.language, 'plus')} "
    return f"{MINUS.get(reader.language, 'minus')} " if sign else ""


def _say_unit(match: re.Match[str], reader: Reader) -> str | None:
    ordinal = (
        match["u"] == "°" and reader.language == "it" and re.match(" [a-z]", match.string[match.end() :])
    )
    if not knows_numbers(reader) or ordinal:
        return None  # il 2° piano
    count = parse_number(match["to"] or match["n"], reader)
    name = _name_unit(_UNITS[match["u"]], count, reader)
    if (
        match["u"] == "m"
        and not reader.is_english
        and re.fullmatch(r"[12][.,]\d\d", match["n"])
        and not match["to"]
    ):
        return _say_height_in_metres(match["n"], reader)
    if match["to"]:
        return f"{_say_numbers(match, reader)} {name}"
    sign = _say_sign(match["minus"], reader)
    if (
        reader.is_english
        and re.search(r"\b[Aa]n? $", match.string[: match.start()])
        and re.match(r" [a-z]", match.string[match.end() :])
    ):
        name = _name_unit(_UNITS[match["u"]], Decimal(1), reader)  # a 5 km run is a five kilometer run
    return f"{sign}{say_count(count, reader)} {name}"


@lru_cache(maxsize=512)
def _name_unit(unit: str, count: Decimal, reader: Reader) -> str:
    from babel.numbers import format_decimal
    from babel.units import format_unit

    whole = int(count) if count == int(count) else count
    text = str(format_unit(whole, unit, "long", locale=reader.words))
    return text.replace(str(format_decimal(whole, locale=reader.words)), "").strip()


def _say_hyphenated(match: re.Match[str], reader: Reader) -> str:
    """A 15-min call: a fifteen minute call."""
    number = say_decimal(parse_number(match["n"], reader), reader)
    return f"{number} {_name_unit(_UNITS[match['u']], Decimal(1), reader)}"


def _say_unit_after_plus(match: re.Match[str], reader: Reader) -> str:
    return f" {_name_unit(_UNITS[match['u']], Decimal(5), reader)}"


def _say_height_in_metres(number: str, reader: Reader) -> str:
    """1,80 m: ein Meter achtzig, un mètre quatre-vingts."""
    whole, rest = Decimal(number[0]), int(number[2:])
    said = f"{say_count(whole, reader)} {_name_unit('length-meter', whole, reader)}"
    joint = {"it": "e ", "pt": "e "}.get(reader.language, "")
    return f"{said} {joint}{say_cardinal(rest, reader)}" if rest else said


def _say_english_unit(match: re.Match[str], reader: Reader) -> str:
    said, name = _say_numbers(match, reader), _ENGLISH_UNITS[match["u"]]
    return f"{said} {name.removesuffix('s') if match['n'] == '1' and not match['to'] else name}"


def _say_scaled(match: re.Match[str], reader: Reader) -> str | None:
    scale = match["u"]
    if scale in "BMkK" and compile_pattern(f"{_PLACES}$", False).search(match.string[: match.start()]):
        return None
    if scale in "MB" and re.match(r" [A-Z][a-z]", match.string[match.end() :]):
        return None  # the 3M Company, 221B Baker Street
    count = say_scaled(parse_number(match["to"] or match["n"], reader), scale, reader)
    if match["to"]:
        return f"{_say_numbers(match, reader).rpartition(' to ')[0]} to {count}"
    return _say_sign(match["minus"], reader) + count


def _say_height(match: re.Match[str], reader: Reader) -> str:
    """6'2": six foot two."""
    return f"{say_count(Decimal(match['f']), reader)} foot {say_count(Decimal(match['i']), reader)}"


def _say_feet(match: re.Match[str], reader: Reader) -> str | None:
    """5' is five feet; 5" five inches where no quotation closes."""
    if match["u"] == '"' and match.string[: match.start()].count('"') % 2:
        return None
    one, several = ("foot", "feet") if match["u"] in "'′" else ("inch", "inches")
    number = parse_number(match["n"], reader)
    return f"{say_count(number, reader)} {one if number == 1 else several}"


def _say_unit_alone(match: re.Match[str], reader: Reader) -> str | None:
    return _name_unit(_UNITS[match["u"]], Decimal(5), reader) if knows_numbers(reader) else None


def _say_pence(match: re.Match[str], reader: Reader) -> str:
    return f"{say_count(Decimal(match['n']), reader)} {'penny' if match['n'] == '1' else 'pence'}"


def _say_display(match: re.Match[str], reader: Reader) -> str:
    """4K video, 5K run: the letter."""
    return f"{say_count(Decimal(match['n']), reader)} K"


def _say_foreign_per(match: re.Match[str], reader: Reader) -> str:
    return f" {_FOREIGN_PER[reader.language]} {match['u']}"


def _say_per(match: re.Match[str], reader: Reader) -> str:
    return f" per {_PER.get(match['u'], match['u'])}"


_FOREIGN_PER = {"de": "pro", "fr": "par", "es": "por", "it": "per", "pt": "por", "nl": "per", "pl": "na"}
_PER = {
    "mo": "month", "mth": "month",
    "yr": "year", "hr": "hour", "h": "hour", "wk": "week", "kg": "kilogram", "km": "kilometer",
    "min": "minute", "sec": "second", "s": "second", "sqm": "square meter", "m²": "square meter",
    "lb": "pound",
}  # fmt: skip
_PRICED = (
    "mth|"
    "month|mo|year|yr|annum|week|wk|day|night|hour|hr|h|min|minute|sec|second|s|user|person|seat|head|piece|"
    "unit|kg|lb|km|sqm|m²|quarter|license|licence|employee|room|session|class|student|item"
)
# Behind a figure, a sign of money, or a unit of up to four letters.
_COUNT = "|".join(
    [r"(?<=[\d€£$%])", *(rf"(?<=\d{space}[a-zA-Z]{{{n}}})" for space in ("", " ") for n in range(1, 5))]
)

RULES = (
    Rule(rf"{_NUMBER} ?(?P<u>[%‰])(?!\w)", _say_percent),
    Rule(r"(?<![\w.,])(?P<f>[3-7]) ?ft\.?,? (?P<i>\d\d?) ?in\b\.?", _say_height, ENGLISH),
    Rule(r"\b(?P<f>[4-7])(?:'|′) ?(?P<i>\d\d?)(?:\"|″|'')", _say_height, ENGLISH),
    Rule(
        r"(?<![\w.,])(?P<n>[245810]{1,2})[kK]"
        r"(?= (?:video|run|race|display|screen|TV|monitor|resolution|camera|footage))",
        _say_display,
        ENGLISH,
    ),
    Rule(r"(?<![\w.,])(?P<n>\d+)(?P<u>['′])(?= |$)", _say_feet, ENGLISH),
    Rule(r"(?<=\d)[- ](?=inch|foot|feet)", lambda match, reader: " ", ENGLISH),
    Rule(r"(?<![\w.,\"])(?P<n><NUM>)(?P<u>[\"″])(?= |$|[.,])", _say_feet, ENGLISH),
    Rule(r"(?<![\w/])(?P<u>km/h|m/s|mph|kWh)(?![\w/])", _say_unit_alone),
    Rule(rf"(?<![\w.,])(?P<n><NUM>)-(?P<u>{_HYPHENATED})(?!\w)", _say_hyphenated, ENGLISH),
    Rule(rf"(?<=\d\+) ?(?P<u>{_HYPHENATED}|hrs|mins|yrs|lbs)(?!\w)", _say_unit_after_plus, ENGLISH),
    Rule(r"(?<![\w.,])(?P<n>\d\d?)p(?!\w)", _say_pence, ENGLISH),
    Rule(rf"{_NUMBER} ?(?P<u>{_UNIT})(?![\w²³°])", _say_unit),
    Rule(rf"{_NUMBER} (?P<u>{_ENGLISH_UNIT})(?!\w)", _say_english_unit, ENGLISH),
    Rule(rf"{_NUMBER}(?P<u>Mbps|Gbps|fps|rpm|mpg|dB|bps|pts|pcs)(?!\w)", _say_english_unit, ENGLISH),
    Rule(rf"{_NUMBER} ?(?P<u>[kK]|[mM]n|M|bn|Bn|B)(?!\w)", _say_scaled, ENGLISH),
    Rule(rf"{_NUMBER}(?P<u>m)(?= [a-z]+s\b|\+)", _say_scaled, ENGLISH),
    Rule(r"(?<=[\d€£$%]) ?/ ?(?P<u>[^\W\d_]{2,})", _say_foreign_per, frozenset(_FOREIGN_PER)),
    Rule(rf"(?:{_COUNT}) ?/ ?(?P<u>{_PRICED})\b", _say_per, ENGLISH),
)  # fmt: skip
