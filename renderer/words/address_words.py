"""E-mail and web addresses, file names, handles and hashtags: as a person reads them out."""

from __future__ import annotations

import re

from renderer.words.number_words import knows_numbers, say_cardinal, say_digits
from renderer.words.reader import Reader
from renderer.words.rules import Rule
from renderer.words.word_lists import list_words

_DOT = {
    "de": "Punkt",
    "fr": "point",
    "es": "punto",
    "it": "punto",
    "pt": "ponto",
    "nl": "punt",
    "pl": "kropka",
}
_AT = {
    "de": "ät",
    "fr": "arobase",
    "es": "arroba",
    "it": "chiocciola",
    "pt": "arroba",
    "nl": "apenstaartje",
    "pl": "małpa",
}
_SLASH = {
    "de": "Schrägstrich",
    "fr": "barre oblique",
    "es": "barra",
    "it": "barra",
    "pt": "barra",
    "nl": "schuine streep",
}
_DASH = {"de": "Bindestrich", "fr": "tiret", "es": "guion", "it": "trattino", "pt": "hífen", "nl": "streepje"}
_UNDERSCORE = {
    "de": "Unterstrich",
    "fr": "tiret bas",
    "es": "guion bajo",
    "it": "trattino basso",
    "pt": "sublinhado",
}
_SUFFIXES = (
    "com|org|net|edu|gov|io|ai|co|app|dev|me|tv|info|biz|us|uk|de|fr|es|it|nl|pl|pt|be|ch|at|eu|ie|ca|au|nz|in|jp|"
    "br|mx|se|no|dk|fi|cz|gg|ly|xyz|online|shop|store|tech|cloud|agency|studio|site|page|link|email|news|health|inc"
)
_FILES = "pdf|docx?|xlsx?|pptx?|csv|txt|jpe?g|png|gif|svg|mp[34]|mov|wav|zip|html?|js|py|json|xml|exe|md"
# The endings that people spell; others are said as words ("dot com").
_SPELT = list_words("uk us eu tv io ai uk de fr es nl pl pt ch pdf csv html xml mp3 mp4 jpg gif svg js")


def _say_address(match: re.Match[str], reader: Reader) -> str:
    address = re.sub(r"^https?://", "", match[0], flags=re.IGNORECASE).rstrip("/")
    address = re.sub(r"^mailto:", "", address, flags=re.IGNORECASE)
    return say_address(address, reader)


def _say_host(match: re.Match[str], reader: Reader) -> str | None:
    return _say_address(match, reader) if _is_address(match[0]) else None


def say_address(address: str, reader: Reader) -> str:
    """ada.lee@example.co.uk: ada dot lee at example dot co dot U K."""
    language = reader.language
    signs = {
        ".": _DOT.get(language, "dot"),
        "@": _AT.get(language, "at"),
        "/": _SLASH.get(language, "slash"),
        "-": _DASH.get(language, "dash"),
        "_": _UNDERSCORE.get(language, "underscore"),
        "+": "plus", "#": "hash", "?": "question mark", "=": "equals", "&": "and", "%": "percent",
        ":": "colon",
    }  # fmt: skip
    words = []
    for piece in re.findall(r"[^\W\d_]+|\d+|.", address):
        words.append(signs.get(piece) or _say_piece(piece, reader))
    return " ".join(filter(None, words))


def _say_piece(piece: str, reader: Reader) -> str:
    if piece.isdecimal():
        if not knows_numbers(reader):
            return piece
        short = len(piece) < 3 and not piece.startswith("0")
        return say_cardinal(int(piece), reader) if short else say_digits(piece, reader)
    if piece.lower() == "www":
        return "w w w" if reader.is_english else piece
    if piece.lower() in _SPELT and reader.is_english:
        return " ".join("eh" if letter == "a" else letter.upper() for letter in piece.lower())
    return piece if piece.isalpha() else ""


def _say_hashtag(match: re.Match[str], reader: Reader) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_|(?<=[^\W\d_])(?=\d)", " ", match["tag"])
    said = re.sub(r"\d+", lambda number: _say_tag_number(number[0], reader), words)
    return f"hashtag {said}"


def _say_tag_number(digits: str, reader: Reader) -> str:
    from renderer.words.number_words import say_year

    if not knows_numbers(reader):
        return digits
    return (
        say_year(int(digits), reader)
        if re.fullmatch(r"(?:19|20)\d\d", digits)
        else say_cardinal(int(digits), reader)
    )


def _say_handle(match: re.Match[str], reader: Reader) -> str:
    return say_address(match[0], reader)


RULES = (
    Rule(r"(?i:mailto:)?[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", _say_address),
    Rule(r"(?i:https?://|www\.)[^\s<>\"“”«»]*[^\s<>\"“”«».,;:!?)\]'’]", _say_address),
    Rule(
        rf"(?<![\w@.])(?i:[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:{_SUFFIXES}))(?![\w@]|\.\w)"
        r"(?:/[\w/#?=&%.-]*\w)?",
        _say_host,
    ),
    Rule(rf"(?<![\w@.])[\w-]+\.(?:{_FILES})(?!\w)", _say_address),
    Rule(r"(?<![\w&#/])#(?![A-Z]-?\d)(?P<tag>[^\W\d_][\w]*)(?!-\d|\w)", _say_hashtag),
    Rule(r"(?<![\w@.])@[\w.]*\w", _say_handle),
)  # fmt: skip


def _is_address(text: str) -> bool:
    """example.com, not "Hi Ada.It is": a capital after a dot begins a sentence, unless all are capitals."""
    host = text.partition("/")[0]
    last = host.rpartition(".")[2]
    return last.islower() or host.isupper()
