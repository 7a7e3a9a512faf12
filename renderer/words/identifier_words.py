"""Order numbers, codes, rooms, flights and postcodes: figures that are read one by one."""

from __future__ import annotations

import re

from renderer.words.number_words import knows_numbers, say_cardinal, say_digits, say_year
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule, behind
from renderer.words.word_lists import list_words

_CODED = (
    "code|PIN|pin|OTP|password|passcode|invoice|order|ticket|case|reference|ref|account|booking|confirmation|"
    "serial|tracking|ZIP|zip|ID|id|member|membership|customer|policy|claim|SKU|voucher|registration|Invoice|Order|"
    "Ticket|Case|Reference|Account|Booking|Code|Confirmation|Member|Customer|Policy|Claim|ending in|number|"
    r"code is|PIN is|number is|Number|no\.|No\.|Nr\."
)
_NUMBER = {
    "en": "number",
    "de": "Nummer",
    "fr": "numéro",
    "es": "número",
    "it": "numero",
    "pt": "número",
    "nl": "nummer",
    "pl": "numer",
}
_FLIGHTS = "BA|LH|AA|UA|DL|AF|KL|EK|QR|SQ|FR|WN|AC|IB|LX|OS|SK|TK|VS|QF|CX|NH|JL|BE|EZY|U2|B6|AS"
_STREETS = (
    "St|Street|Ave|Avenue|Blvd|Boulevard|Rd|Road|Dr|Drive|Ln|Lane|"
    "Way|Ct|Court|Pl|Place|Hwy|Highway|Pkwy|Parkway|Sq|Square|Terrace|Circle"
)
_LETTER = "[A-Za-zÀ-ɏ]"
_STATES = list_words(
    "AL AK AZ AR CA CO CT DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH "
    "NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY DC"
)


def _say_sign(match: re.Match[str], reader: Reader) -> str | None:
    """#12 is number twelve; four figures and more are read one by one."""
    word, digits = _NUMBER.get(reader.language), match["d"]
    if word is None or not knows_numbers(reader):
        return None
    said = _say_figures(digits, reader)
    repeats = re.search(rf"(?:\b{word}|No\.?) ?$", match.string[: match.start()], re.IGNORECASE)
    return said if repeats else f"{word} {said}"


def _say_figures(digits: str, reader: Reader) -> str:
    one_by_one = len(digits) > 3 or digits.startswith("0")
    return say_digits(digits, reader) if one_by_one else say_cardinal(int(digits), reader)


def _say_code(match: re.Match[str], reader: Reader) -> str | None:
    """A-1234, INV-2024-001, PO 4711: letters, then figures, joined so that no pause comes between."""
    if not knows_numbers(reader):
        return None
    parts = re.findall(r"[^\W\d_]+|\d+", match[0])
    said = " ".join(
        _say_part(part, reader) + ("," if part.isdecimal() and at + 1 < len(parts) else "")
        for at, part in enumerate(parts)
    )
    return re.sub(r"\bA (?=[a-z])", "A-", said) if reader.is_english else said


def _say_part(part: str, reader: Reader) -> str:
    if part.isdecimal():
        return (
            say_cardinal(int(part), reader)
            if len(part) < 3 and not part.startswith("0")
            else say_digits(part, reader)
        )
    return " ".join(part) if part.isupper() and len(part) < 4 else part


def _say_digits(match: re.Match[str], reader: Reader) -> str | None:
    return say_digits(match["d"], reader) if knows_numbers(reader) else None


def _say_room(match: re.Match[str], reader: Reader) -> str:
    return say_room(match["d"], reader)


def say_room(digits: str, reader: Reader) -> str:
    """101: one oh one; 1203: twelve oh three; 200: two hundred."""
    if digits.endswith("000") or (digits.endswith("00") and len(digits) < 4):
        return say_cardinal(int(digits), reader)
    if digits.endswith("00"):
        return f"{say_cardinal(int(digits[:-2]), reader)} hundred"
    first, rest = digits[:-2], digits[-2:]
    middle = f"oh {say_cardinal(int(rest), reader)}" if rest[0] == "0" else say_cardinal(int(rest), reader)
    return f"{say_cardinal(int(first), reader)} {middle}"


def _say_letter_number(match: re.Match[str], reader: Reader) -> str | None:
    """Q3, B2B, A4, H1, 5G, iPhone 15, GPT-4: letters and figures of one word."""
    if not knows_numbers(reader):
        return None
    pieces = re.findall(r"[^\W\d_]+|\d+", match[0])
    said = []
    for at, piece in enumerate(pieces):
        if piece.isdecimal():
            said.append(_say_mixed_figures(piece, reader))
        elif len(piece) == 1 and piece in "Aa" and reader.is_english:
            said.append("A-" if at + 1 < len(pieces) else "eh")
        else:
            said.append(piece)
    return " ".join(said).replace("- ", "-")


def _say_mixed_figures(digits: str, reader: Reader) -> str:
    if re.fullmatch(r"(?:19|20)\d\d", digits):
        return say_year(int(digits), reader)
    if digits.startswith("0"):
        return say_digits(digits, reader)
    if len(digits) == 3 and reader.is_english and not digits.endswith("00"):
        return say_room(digits, reader)
    return say_cardinal(int(digits), reader) if len(digits) < 4 else say_digits(digits, reader)


def _say_signs(match: re.Match[str], reader: Reader) -> str:
    """SW1A 1AA, BA 249: letters and figures one by one."""
    said = " ".join(_say_one(sign, reader) for sign in match[0] if sign.isalnum())
    return re.sub(r"\beh (?=[a-z]{3})", "A-", said)


def _say_one(sign: str, reader: Reader) -> str:
    return say_cardinal(int(sign), reader) if sign.isdecimal() else "eh" if sign == "A" else sign


def _say_groups(match: re.Match[str], reader: Reader) -> str | None:
    groups = match[0].split("-")
    return ", ".join(say_digits(group, reader) for group in groups) if knows_numbers(reader) else None


def _say_numbered_groups(match: re.Match[str], reader: Reader) -> str | None:
    word = _NUMBER.get(reader.language)
    if word is None or not knows_numbers(reader):
        return None
    return f"{word} " + ", ".join(say_digits(group, reader) for group in match["d"].split("-"))


def _say_letter(match: re.Match[str], reader: Reader) -> str:
    return f" {_say_one(match['l'].upper(), reader)}"


def _say_short_number(match: re.Match[str], reader: Reader) -> str | None:
    """Text STOP to 12345."""
    texted = re.search(r"\b(?:text|send|sms)\b", match.string[: match.start()], re.IGNORECASE)
    return say_digits(match["d"], reader) if texted else None


def _say_zip(match: re.Match[str], reader: Reader) -> str | None:
    if match["state"] not in _STATES:
        return None
    last = f", {say_digits(match['e'], reader)}" if match["e"] else ""
    return f"{match['state']} {say_digits(match['d'], reader)}{last}"


def _say_point(match: re.Match[str], reader: Reader) -> str | None:
    """The number of a point of a list."""
    return f"{say_cardinal(int(match['n']), reader)}," if knows_numbers(reader) else None


RULES = (
    Rule(r"^(?P<n>\d{1,2})[.)](?= \S)", _say_point),
    Rule(r"(?<![\w&])# ?(?P<d>\d+)(?![\w]|[.,]\d|-\w)", _say_sign),
    Rule(r"(?<![\w&])# ?(?P<d>\d+(?:-\d+){1,6})(?!\w|[.,]\d)", _say_numbered_groups),
    Rule(r"(?<![\w&])#(?=[A-Z]+-?\d)", lambda match, reader: "number " if reader.is_english else None),
    Rule(r"(?<![\w.])[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w)", _say_signs, ENGLISH),
    Rule(r"(?<![\w.])[A-Z]{1,4}-\d{2,}(?:-\d+){0,6}(?:-[A-Z]+)?(?!\w|[.,]\d)", _say_code),
    Rule(r"(?<![\w.])[A-Z]{1,5}(?:-[A-Z\d]+){0,6}-\d{3,}(?:-[A-Z\d]+){0,6}(?!\w|[.,]\d)", _say_code),
    Rule(r"(?<![\w.])\d{2,5}-\d{2,}-\d{2,}(?:-\d+){0,6}(?!\w|[.,]\d)", _say_groups),
    Rule(rf"(?<![\w.])(?:{_FLIGHTS}) ?\d{{2,4}}(?!\w|[.,:]\d|%)", _say_signs, ENGLISH),
    Rule(r"\b(?P<state>[A-Z]{2}) (?P<d>\d{5})(?:-(?P<e>\d{4}))?(?!\w|[.,]\d)", _say_zip, ENGLISH),
    Rule(r"(?<=, )(?P<d>\d{5})(?= [A-ZÄÖÜ])", _say_digits, frozenset({"de"})),
    Rule(r"(?<=\d)\((?P<l>[a-zA-Z])\)", _say_letter, ENGLISH),
    Rule(r"(?<![\w.,])(?P<d>40[13]|529)(?=\([a-z]\)|k\b| plan)", _say_room, ENGLISH),
    Rule(
        rf"(?<![\w.,$€£#-])(?P<d>[1-9]\d{{2,3}})"
        rf"(?= (?:[NSEW]\.? )?(?:[A-Z][\w.’'-]* ){{1,3}}(?:{_STREETS})\b)",
        _say_room,
        ENGLISH,
    ),
    Rule(behind("ext\\.|Ext\\.|extension|Extension") + r"(?P<d>\d{2,6})(?!\w|[.,]\d)", _say_digits, ENGLISH),
    Rule(
        behind("[Cc]all|[Dd]ial|[Rr]ing|[Tt]ext") + r"(?P<d>\d{3,6})(?!\w|[.,]\d|[- ]\d)",
        _say_digits,
        ENGLISH,
    ),
    Rule(r"(?<=\bto )(?P<d>\d{4,6})(?!\w|[.,]\d)", _say_short_number, ENGLISH),
    Rule(
        behind(_CODED) + r"(?P<d>\d{4,}|0\d+)(?!\w|[.,:]\d|[-–]\d)",
        _say_digits,
        ENGLISH,
    ),
    Rule(
        behind(
            r"[Rr]oom|[Ss]uite|Rm\.|[Ff]light|[Bb]us|[Hh]ighway|[Rr]oute|Boeing|[Gg]ate|[Ee]rror|[Ss]tatus|[Hh]ouse|[Cc]hannel"
        )
        + r"(?P<d>[1-9]\d{2,3})(?!\w|[.,]\d)",
        _say_room,
        ENGLISH,
    ),
)
# Tried after all that has figures and letters with a meaning: "1990s", "3rd", "5km".
MIXED_RULES = (
    Rule(
        rf"(?<![\w.,$€£])(?:{_LETTER}+\d+|\d+{_LETTER}+\d*|{_LETTER}+-\d+)(?:{_LETTER}|\d|-(?=\d))*(?!\w|[.,]\d)",
        _say_letter_number,
    ),
)  # fmt: skip
