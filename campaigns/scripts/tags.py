"""The tags of a script, {{ … }}, {% … %} and {# … #}, told apart from its text; and the columns' names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# Private-use characters stand for tags while the text around them is worked on; scripts cannot hold them.
HELD_SIGNS = ("\ue003", "\ue004")
_HELD = re.compile("\ue003(\\d+)\ue004")

# How other tools and other languages call what a column holds, as letters and digits alone.
_ALIASES = (
    "firstname fname first givenname forename vorname prenom nombre nome voornaam imie fornavn fornamn",
    "lastname lname last surname familyname nachname apellido cognome achternaam nazwisko efternavn"
    " efternamn",
    "name fullname displayname contactname recipientname",
    "company companyname organization organisation org account accountname firma societe entreprise empresa"
    " azienda bedrijf",
    "email emailaddress mail emailaddr",
    "city town ort stadt ville ciudad citta stad",
    "title jobtitle position role",
)


@dataclass(frozen=True)
class HeldTags:
    """The text of a script with a short sign in each tag's place, and what the signs stand for."""

    text: str
    tags: tuple[str, ...]

    def put_back(self, text: str) -> str:
        """A text with such signs, with the tags in their places again."""
        return _HELD.sub(lambda found: self.tags[int(found.group(1))], text)


def hold_tags(source: str) -> HeldTags:
    """Put the tags aside. The signs have no white space, and text may be cut between them."""
    tags: list[str] = []

    def hold(found: re.Match[str]) -> str:
        tags.append(found.group())
        return f"\ue003{len(tags) - 1}\ue004"

    return HeldTags(TAG.sub(hold, source), tuple(tags))


def blank_tags(source: str) -> str:
    """The script with every tag as private-use characters, so that all places stay where they are."""
    return TAG.sub(lambda found: "\ue003" * len(found.group()), source)


@lru_cache(maxsize=4096)  # every row asks for all its columns
def to_variable(column: str) -> str:
    """The name that a script uses for a column: “First name” is ``first_name``."""
    plain = re.sub(r"\W+", "_", column.strip().lower()).strip("_")
    return f"_{plain}" if plain[:1].isdigit() else plain


def find_meant_column(name: str, columns: Sequence[str]) -> str | None:
    """The column that another tool's name means: “FNAME” or “Contact.FirstName” is “First name”."""
    last = re.split(r"[.:]", name.strip())[-1]
    for wanted in _list_spellings(name, last):
        for column in columns:
            if _squash(column) == wanted:
                return column
    return None


def _list_spellings(*names: str) -> Iterable[str]:
    for squashed in filter(None, map(_squash, names)):
        yield squashed
        for aliases in _ALIASES:
            if squashed in aliases.split():
                yield from aliases.split()


def _squash(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def write_tag(name: str, fallback: str = "") -> str:
    """The tag that speaks a variable, or a fallback where its cell is empty."""
    plain = fallback.strip().strip("\"'“”‘’").replace('"', "'")
    return f'{{{{ {name}|default("{plain}") }}}}' if plain else f"{{{{ {name} }}}}"
