"""Roman numerals: "World War II" counts, "John Smith III" is the third."""

from __future__ import annotations

import re

from renderer.words.number_words import say_cardinal, say_ordinal
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule, behind

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_RANKED = frozenset({"de", "fr", "es", "it", "pt", "nl"})
_LONG_NUMERAL = r"(?=[IVX]{2,5}(?!\w))X{0,2}(?:IX|IV|V?I{0,3})"
_NUMERAL = r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
# Words after which a numeral counts: "Chapter IV" is chapter four.
_COUNTED = (
    "War|Part|Chapter|Volume|Vol\\.|Book|Act|Scene|Phase|Type|Title|Class|Section|Level|Stage|Article|Bowl|"
    "Episode|Fantasy|Grade|Tier|Schedule|Group|Mark|Mk|Rocky|Module|Unit|Appendix|Annex|Figure|Table|Round|"
    "Step|Version|Generation|Gen|Option|Plan|Category|Factor|Division|Series|Season|Edition|Clause|Exhibit|"
    "Algebra|Calculus|Physics|Chemistry|English|Engineer|Analyst|Technician|Developer|Manager|Associate|Specialist"
)
# Names of rulers, whose single letters are numerals too ("Charles V", "Elizabeth I").
_RULERS = (
    "Charles|Henry|George|Louis|Edward|William|James|Richard|Philip|Elizabeth|Mary|Pope|Paul|John|Pius|"
    "Francis|Frederick|Peter|Catherine|Napoleon|Leo|Nicholas|Alexander|Ivan|Robert|Haakon|Harald"
)
_FOREIGN_RULERS = (
    "Carlos|Felipe|Alfonso|Fernando|Isabel|Pedro|Luis|Juan|Pablo|Wilhelm|Friedrich|Karl|Otto|Ludwig|Heinrich|Franz|"
    "François|Louis|Henri|Charles|Napoléon|Philippe|Vittorio Emanuele|Umberto|Filippo|Pio|Willem|João"
)
_FOREIGN_COUNTED = {
    "fr": "guerre mondiale|chapitre|tome|partie|volume|acte|phase|niveau|type",
    "es": "s\\.|guerra mundial|capítulo|tomo|parte|volumen|siglo|acto|fase|nivel|tipo",
    "it": "guerra mondiale|capitolo|tomo|parte|volume|atto|fase|livello|tipo",
    "pt": "guerra mundial|capítulo|tomo|parte|volume|século|ato|fase|nível|tipo",
    "de": "Weltkrieg|Kapitel|Band|Teil|Akt|Phase|Stufe|Typ|Klasse",
}


def _parse(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral.upper()]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _say_count(match: re.Match[str], reader: Reader) -> str:
    return say_cardinal(_parse(match["r"]), reader)


def _say_rank(match: re.Match[str], reader: Reader) -> str:
    return f"the {say_ordinal(_parse(match['r']), reader)}"


def _say_foreign_rank(match: re.Match[str], reader: Reader) -> str | None:
    """Louis XIV: quatorze; Felipe VI: sexto; Ludwig XIV.: der vierzehnte."""
    before = match.string[: match.start()].split()[-1]
    if not before[0].isupper():
        return None
    rank = _parse(match["r"])
    if reader.language == "fr" and rank == 1:
        return "premier"
    if reader.language == "fr" or (reader.language in ("es", "pt") and rank > 10):
        return say_cardinal(rank, reader)
    article = {"de": "der ", "nl": "de "}.get(reader.language, "")
    return article + say_ordinal(rank, reader)


def _say_first(match: re.Match[str], reader: Reader) -> str:
    return "premier" if match["r"] == "er" else "première"


def _say_century(match: re.Match[str], reader: Reader) -> str:
    return say_ordinal(_parse(match["r"]), reader)


_END = r"(?![\w.’'-]*\w)"
RULES = (
    Rule(rf"{behind(_COUNTED)}(?P<r>{_NUMERAL}){_END}", _say_count, ENGLISH),
    Rule(rf"{behind(_COUNTED)}(?P<r>(?=[ivx]{{2}})x{{0,2}}(?:ix|iv|v?i{{0,3}})){_END}", _say_count, ENGLISH),
    Rule(rf"{behind(_RULERS)}(?P<r>[IVX]){_END}", _say_rank, ENGLISH),
    # After a name, two letters and more; never I, V, X, L, C alone ("Malcolm X", "Vitamin C").
    Rule(rf"(?<=[a-z,.] )(?<!\bthe )(?P<r>{_LONG_NUMERAL}){_END}", _say_rank, ENGLISH),
    Rule(rf"(?<=[a-zà-ÿ] )(?P<r>{_LONG_NUMERAL})\.?{_END}", _say_foreign_rank, _RANKED),
    Rule(rf"{behind(_FOREIGN_RULERS)}(?P<r>[IVX])\.?{_END}", _say_foreign_rank, _RANKED),
    Rule(r"(?<=[a-zà-ÿ] )I(?P<r>er|re)(?!\w)", _say_first, frozenset({"fr"})),
    Rule(r"(?<![\w.])s\.(?= [IVX]+\b)", lambda match, reader: "siglo", frozenset({"es"})),
    Rule(r"\b(?P<r>[XVI]{1,5})(?:e|ème)(?= siècle)", _say_century, frozenset({"fr"})),
    Rule(r"\b(?P<r>[XVI]{1,5})(?= secolo)", _say_century, frozenset({"it"})),
    *(
        Rule(
            rf"{behind(names)}(?P<r>{_NUMERAL}){_END}",
            _say_count,
            frozenset({language}),
            re.IGNORECASE if language != "de" else re.NOFLAG,
        )
        for language, names in _FOREIGN_COUNTED.items()
    ),
)  # fmt: skip
