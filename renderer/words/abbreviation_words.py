"""Abbreviations, titles, initials and acronyms in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from renderer.words.abbreviation_lists import get_forms, list_languages
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule
from renderer.words.word_lists import JOBS, NO_STREET, SAINTS, SISTERS

# Where some titles are words or names too, those that need no stop.
_BARE_TITLES = {
    "en": "Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Capt|Sgt|Lt|Col|Messrs|Mme|Mlle",
    "fr": "Mme|Mmes|Mlle|Mlles|Dr|Pr|MM|Me|Mgr",
    "es": "Sr|Sra|Srta|Dr|Dra",
    "pl": "dr|mgr",
}
_NAME = r"[A-ZÀ-ÖØ-Þ]"


def _say_title(match: re.Match[str], reader: Reader, language: str) -> str | None:
    title = match["t"]
    said = get_forms("title", language).get(title)
    if said and language == "en" and title == "Hon" and not reader.is_american:
        return "Honourable"
    if language == "en" and title == "Sr":
        return _say_sr(match)
    return said


def _say_title_anywhere(match: re.Match[str], reader: Reader) -> str:
    return get_forms("title", "en")[match["t"]]


def _say_sr(match: re.Match[str]) -> str:
    """Sr. Mary is a sister, Sr. García a señor, the Sr. Engineer and John Lee Sr. are seniors."""
    following = match.string[match.end() :].split()
    word = following[0].strip(".,") if following else ""
    if _follows_first_name(match) or word in JOBS or word.isupper():
        return "Senior"
    return "Sister" if word in SISTERS else "Señor"


def _follows_first_name(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].split()
    return bool(before) and before[-1][:1].isupper() and before[-1].lower() not in NO_STREET


def _is_street(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].split()
    following = re.match(r"\.? ?([\w]+)", match.string[match.end() - match[0].endswith(".") :])
    if following and following[1] in SAINTS:
        return False
    if not re.match(rf"\.? ?{_NAME}", match.string[match.end() - match[0].endswith(".") :]):
        return True
    word = before[-1] if before else ""
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", word):
        return True
    return word[:1].isupper() and word.isalpha() and word.lower() not in NO_STREET


def _say_street(match: re.Match[str], reader: Reader) -> str:
    """Main St. is a street, St. Louis a saint: by the words around it."""
    return "Street" if _is_street(match) else "Saint"


def _say_drive(match: re.Match[str], reader: Reader) -> str | None:
    """Ocean Dr. is a drive where no name follows."""
    return "Drive" if _follows_first_name(match) else None


def _say_senior(match: re.Match[str], reader: Reader) -> str:
    return "Senior"


def _say_short_form(match: re.Match[str], reader: Reader, language: str) -> str | None:
    return get_forms("short", language).get(match[0])


def _say_before_number(match: re.Match[str], reader: Reader, language: str) -> str:
    said = get_forms("number", language)[match["a"]]
    return said if match[0].endswith(" ") else said + " "


def _say_initials(match: re.Match[str], reader: Reader) -> str:
    """J.P. is said as letters when it has no last stop, which would end the sentence."""
    return re.sub(r"[\s.]+", ".", match[0]).rstrip(".")


def _say_initial(match: re.Match[str], reader: Reader) -> str:
    """One letter. A voice says a single A as the article."""
    return "Eh" if match["i"] == "A" and reader.is_english else match["i"]


def _say_tight_initial(match: re.Match[str], reader: Reader) -> str:
    """J.Smith."""
    return _say_initial(match, reader) + " "


def _alternate(written: Iterable[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(written, key=len, reverse=True))


def _build_number_rule(language: str) -> Rule:
    forms = _alternate(get_forms("number", language))
    say = partial(_say_before_number, language=language)
    return Rule(rf"(?<![\w.])(?P<a>{forms})(?: ?(?=[#\d])| (?=[A-Z]?\d))", say, frozenset({language}))


def _build_title_rules(language: str) -> list[Rule]:
    """Titles without a stop, where they cannot be words, and with one."""
    titles = _alternate(get_forms("title", language))
    bare = _BARE_TITLES.get(language, titles)
    say, only = partial(_say_title, language=language), frozenset({language})
    return [
        Rule(rf"(?<![\w.'’-])(?P<t>{bare})(?= {_NAME}| (?:&|and) {_NAME})", say, only),
        Rule(rf"(?<![\w.])(?P<t>{titles})\.(?= ?{_NAME}| [A-Z]\.|[^\W\d_]| (?:et|und|y|e|en|i) )", say, only),
    ]


def _build_short_form_rule(language: str) -> Rule:
    forms = _alternate(get_forms("short", language))
    return Rule(
        rf"(?<![\w./])(?:{forms})(?!\w|\.\w)",
        partial(_say_short_form, language=language),
        frozenset({language}),
    )


RULES = (
    Rule(rf"(?<![\w.])St\.?(?= {_NAME})(?! ?\.)", _say_street, ENGLISH),
    Rule(r"(?<=[a-z] )(?:St)(?:\.|(?=,|$| \d))", _say_street, ENGLISH),
    Rule(rf"(?<=[a-z] )Dr\.(?! ?{_NAME})", _say_drive, ENGLISH),
    Rule(r"(?<=[a-z] )Sr\.(?! [A-Z])|(?<=[a-z], )Sr\.?", _say_senior, ENGLISH),
    Rule(r"(?<![\w.])Ave(?!\w)(?=[,.]| \d|$)\.?", lambda match, reader: "Avenue", ENGLISH),
    Rule(r"(?<![\w.])(?P<t>Mr|Mrs|Ms|Mx|Messrs|Prof|Rev|Capt|Sgt)\.(?!\w)", _say_title_anywhere, ENGLISH),
    Rule(r"(?<=[a-zäöüß])str\.(?!\w)", lambda match, reader: "straße", frozenset({"de"})),
    Rule(r"\b[A-Z]{2}(?=&[A-Z]\b)", lambda match, reader: ".".join(match[0]), ENGLISH),
    Rule(rf"(?<![\w.])Ft\.(?= {_NAME})", lambda match, reader: "Fort", ENGLISH),
    *(_build_number_rule(language) for language in list_languages("number")),
    *(rule for language in list_languages("title") for rule in _build_title_rules(language)),
    *(_build_short_form_rule(language) for language in list_languages("short")),
    Rule(rf"(?<![\w.'’])(?:{_NAME}\. ?){{1,5}}{_NAME}\.(?!\w)", _say_initials),
    Rule(r"(?<![\w.'’])(?:[a-z]\.){2,4}(?!\w)", _say_initials),
    Rule(rf"(?<![\w.'’])(?:{_NAME}\.){{1,5}}{_NAME}(?= |$|,)", _say_initials),
    Rule(rf"(?<![\w.'’])(?P<i>{_NAME})\.(?= [^\W\d_])", _say_initial),
    Rule(rf"(?<![\w.'’])(?P<i>{_NAME})\.(?={_NAME}[a-z])", _say_tight_initial),
)  # fmt: skip
