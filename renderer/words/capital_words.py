"""Words in capitals that are no abbreviations: voices would spell "HI MARTINEZ" letter by letter."""

from __future__ import annotations

import re

from renderer.words.reader import Reader
from renderer.words.rules import Rule, behind

_VOWEL, _OTHER = "AEIOUYÀ-ÅÈ-ÏÒ-ÖÙ-Ý", "BCDFGHJKLMNPQRSTVWXZÇÑ"
# What can be said as a word: a vowel, no three of them and no four consonants in a row.
_SAYABLE = re.compile(rf"(?=.*[{_VOWEL}])(?!.*[{_VOWEL}]{{3}})(?!.*[{_OTHER}]{{4}})(?!.*(?:AA|CP|PCA|BTQ)).*")


def _say_word(match: re.Match[str], reader: Reader) -> str | None:
    word = match[0]
    return word.capitalize() if _SAYABLE.fullmatch(word) else None


_CAPITAL = "A-ZÀ-ÖØ-Þ"
RULES = (
    # Abbreviations of five letters and more are nearly all words too ("UNESCO").
    Rule(rf"(?<![\w.&'’*])[{_CAPITAL}]{{5,}}(?![\w&*])", _say_word),
    # A shorter name after a greeting, and beside another word in capitals.
    Rule(
        rf"{behind('Hi|Hello|Hey|Dear|HI|HELLO')}[{_CAPITAL}]{{3,4}}(?![\w&*.])",
        _say_word,
    ),
    Rule(rf"(?<![\w.&'’*])[{_CAPITAL}]{{2,4}}(?= [{_CAPITAL}]{{5,}}(?![\w&]))", _say_word),
    Rule(rf"(?<=[{_CAPITAL}]{{5}} )[{_CAPITAL}]{{3,4}}(?![\w&*.])", _say_word),
)
