"""The words on a recipient's picture, such as “Hi Ada”."""

from __future__ import annotations

import unicodedata

from campaigns.models import Campaign, Recipient
from campaigns.scripts.faults import ScriptError
from campaigns.scripts.template import fill_text, find_column

_FIRST_NAMES = ("first_name", "firstname", "given_name")
_LANGUAGES = ("language", "locale", "lang")
_TITLE_CHARACTERS_MAX = 5  # “Prof.”


def write_words(campaign: Campaign, recipient: Recipient) -> str:
    """What stands on this recipient's picture; "" for nothing, also where the row has no value for it."""
    if not campaign.mail_names:
        return ""
    if campaign.picture_text.strip():
        try:
            return " ".join(fill_text(campaign.picture_text, recipient.values).split())
        except ScriptError:
            return ""
    name = find_first_name(campaign, recipient)
    return f"Hi {name}" if name else ""


def find_locale(campaign: Campaign, recipient: Recipient) -> str:
    """The language that the row or else the campaign is in, as they write it; "" where nothing says so."""
    return _read(campaign, recipient, "language", _LANGUAGES) or campaign.locale


def find_first_name(campaign: Campaign, recipient: Recipient) -> str:
    """The cell with the first name; without one the first word of the name that is no title."""
    cell = _read(campaign, recipient, "first_name", _FIRST_NAMES)
    if cell:
        return " ".join(cell.split())
    _, comma, after = recipient.name.partition(",")
    words = (after if comma else recipient.name).split()
    return next((word for word in words if _is_name(word)), "")


def _read(campaign: Campaign, recipient: Recipient, role: str, usual: tuple[str, ...]) -> str:
    column = campaign.column_roles.get(role) or find_column(tuple(recipient.values), usual)
    return str(recipient.values.get(column, "")).strip() if column else ""


def _is_name(word: str) -> bool:
    is_title = word.endswith(".") and len(word) <= _TITLE_CHARACTERS_MAX
    return not is_title and any(unicodedata.category(one).startswith("L") for one in word)
