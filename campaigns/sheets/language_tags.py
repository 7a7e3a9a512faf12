"""Languages and locales as cells name them: “de”, “en_GB”, “German”, “français”, “English (UK)”."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

# The languages in whose words a cell may name one; each is loaded only when those before it have no answer.
_WRITTEN_IN = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "tr", "ru", "ja", "zh",
)  # fmt: skip
# What languages call themselves, where none of these says it.
_OWN_NAMES = {
    "ελληνικά": "el", "magyar": "hu", "română": "ro", "українська": "uk", "български": "bg",
    "hrvatski": "hr", "srpski": "sr", "српски": "sr", "slovenčina": "sk", "slovenščina": "sl",
    "eesti": "et", "latviešu": "lv", "lietuvių": "lt", "עברית": "he", "العربية": "ar",
    "فارسی": "fa", "हिन्दी": "hi", "বাংলা": "bn", "தமிழ்": "ta", "ไทย": "th", "tiếng việt": "vi",
    "bahasa indonesia": "id", "bahasa melayu": "ms", "한국어": "ko", "català": "ca", "galego": "gl",
    "euskara": "eu", "íslenska": "is", "shqip": "sq", "català valencià": "ca", "norsk": "nb",
    "简体中文": "zh", "繁體中文": "zh", "國語": "zh", "普通话": "zh", "mandarin": "zh", "castellano": "es",
    "farsi": "fa", "flemish": "nl", "vlaams": "nl", "swiss german": "de-CH",
    "schweizerdeutsch": "de-CH",
}  # fmt: skip
_PLACES = {
    "uk": "GB", "u k": "GB", "britain": "GB", "british": "GB", "england": "GB", "us": "US",
    "u s": "US", "usa": "US", "u s a": "US", "america": "US", "american": "US", "australian": "AU",
    "canadian": "CA", "irish": "IE", "indian": "IN", "brazilian": "BR", "brasil": "BR",
    "brazil": "BR", "mexican": "MX", "swiss": "CH", "austrian": "AT",
}  # fmt: skip
_SCRIPTS = frozenset(("simplified", "traditional", "latin", "cyrillic"))
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}|\d{3}))?(?:[.@].*)?")


@lru_cache(maxsize=4096)  # every row asks
def read_language_tag(text: str) -> str:
    """“en_gb” and “English (UK)” → “en-GB”, “Deutsch” → “de”; "" for what names no language."""
    plain = text.strip()
    match = _TAG.fullmatch(plain)
    if match:
        return _read_tag(match[1].lower(), (match[2] or "").upper())
    words = _fold(plain).split()
    for size in range(len(words), 0, -1):  # “Swiss German” and “German Switzerland”
        for named, rest in ((words[:size], words[size:]), (words[-size:], words[:-size])):
            language = _find_language(" ".join(named))
            if language:
                place = " ".join(rest)
                territory = _find_place(place)
                if territory or place in _SCRIPTS or not place:
                    return f"{language}-{territory}" if territory else language
    return ""


def name_language(tag: str) -> str:
    """“en-GB” → “English (United Kingdom)”."""
    try:
        return str(Locale.parse(tag, sep="-").get_display_name("en"))
    except (UnknownLocaleError, ValueError):
        return tag


def get_base(tag: str) -> str:
    """“en-GB” → “en”: the language alone, as voices name it."""
    base = re.split("[-_]", tag)[0].lower()
    return {"nb": "no", "nn": "no", "cmn": "zh"}.get(base, base)


def _read_tag(language: str, territory: str) -> str:
    language = str(get_global("language_aliases").get(language, language))
    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return _find_language(language) if not territory else ""
    territory = {"UK": "GB"}.get(territory, territory)
    if territory and territory not in Locale("en").territories:
        return ""
    return f"{language}-{territory}" if territory else language


def _find_language(name: str) -> str:
    """The tag of a language by its name, folded; "" where nobody calls one so."""
    found = _list_own_names().get(name, "")
    return found or next((tag for one in _WRITTEN_IN if (tag := _list_names(one).get(name))), "")


@cache
def _list_own_names() -> dict[str, str]:
    return {_fold(name): tag for name, tag in _OWN_NAMES.items()}


@cache
def _list_names(written_in: str) -> dict[str, str]:
    """What one language calls the languages, a macro-language before its parts → their tags."""
    names = Locale(written_in).languages.items()
    known = [(str(tag), str(name)) for tag, name in names if re.fullmatch("[a-z]{2,3}", str(tag))]
    return {_fold(name): tag for tag, name in sorted(known, key=lambda one: -len(one[0]))}


@cache
def _list_places(written_in: str) -> dict[str, str]:
    known = Locale(written_in).territories.items()
    return {_fold(str(name)): code for code, name in known if re.fullmatch(r"[A-Z]{2}", code)}


def _find_place(text: str) -> str:
    if re.fullmatch("[a-z]{2}", text) and text.upper() in Locale("en").territories:
        return _PLACES.get(text, text.upper())
    if not text or text in _PLACES:
        return _PLACES.get(text, "")
    return next((code for one in _WRITTEN_IN if (code := _list_places(one).get(text))), "")


def _fold(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]|_", " ", text.casefold()).split())
