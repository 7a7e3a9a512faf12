"""Who reads a line: the language of the words, and the place whose figures and dates are meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# eSpeak NG's tags where they are not those of the Unicode locales.
_TAGS = {"cmn": "zh", "nb": "no", "nn": "no"}
_HOME = {"en": "US", "pt": "PT", "es": "ES", "fr": "FR", "de": "DE"}
_AMERICAN = frozenset({"US", "PH", "LR", "029"})


@dataclass(frozen=True)
class Reader:
    """``language`` of the words, such as "en", with their ``territory`` ("US", or "").

    ``decimal`` and ``groups`` are the signs inside numbers, by the campaign's locale; ``month_first`` says
    how 12/03/2026 is read. ``formats`` is the Unicode locale of both ("de_DE").
    """

    language: str
    territory: str
    formats: str
    decimal: str
    groups: str
    month_first: bool

    @property
    def is_english(self) -> bool:
        return self.language == "en"

    @property
    def is_american(self) -> bool:
        return self.territory in _AMERICAN

    @property
    def words(self) -> str:
        """The Unicode locale of the words, such as "en_GB"."""
        language = "nb" if self.language == "no" else self.language
        return f"{language}_{self.territory}" if self.territory else language

    @property
    def has_spaced_groups(self) -> bool:
        """Whether 1 234 is one number."""
        return self.groups.isspace()


@lru_cache(maxsize=64)
def find_reader(language: str, locale: str = "") -> Reader:
    """``language`` is a voice's, such as "en-gb"; ``locale`` a campaign's ("de-DE"), "" as the voice's."""
    spoken, spoken_territory = _split_tag(language)
    meant, territory = _split_tag(locale or language)
    if meant == spoken:
        spoken_territory = territory
    formats, decimal, groups, month_first = _find_formats(meant, territory)
    return Reader(spoken, spoken_territory or _HOME.get(spoken, ""), formats, decimal, groups, month_first)


def is_locale(tag: str) -> bool:
    """Whether figures and dates are known for a tag such as "en-GB"."""
    language, territory = _split_tag(tag)
    return _parse_babel_locale(language, territory, strict=True) is not None


def _split_tag(tag: str) -> tuple[str, str]:
    parts = re.split(r"[-_]", tag.strip())
    language = _TAGS.get(parts[0].lower(), parts[0].lower())
    territories = [part.upper() for part in parts[1:] if re.fullmatch(r"[A-Za-z]{2}|\d{3}", part)]
    return language, territories[0] if territories else _HOME.get(language, "")


def _find_formats(language: str, territory: str) -> tuple[str, str, str, bool]:
    found = _parse_babel_locale(language, territory)
    if found is None:
        return "en_US", ".", ",", False
    symbols = found.number_symbols.get("latn", {})
    pattern = found.date_formats["short"].pattern
    month, day = pattern.find("M"), pattern.find("d")
    decimal, groups = symbols.get("decimal", "."), symbols.get("group", ",")
    return str(found), decimal, groups.replace("\u202f", " ").replace("\xa0", " "), month < day


def _parse_babel_locale(language: str, territory: str, strict: bool = False):  # type: ignore[no-untyped-def]
    from babel import (  # tables of all languages, loaded when the first line is read
        Locale,
        UnknownLocaleError,
    )

    tags = [f"{language}_{territory}"] if territory else [language]
    for tag in tags if strict else [*tags, language]:
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    return None
