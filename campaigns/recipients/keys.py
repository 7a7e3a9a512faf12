"""What tells a person apart from the others in a new spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campaigns.delivery.suppression import normalize_address
from campaigns.models import Campaign
from campaigns.recipients.row_validation import find_email_column
from campaigns.scripts.template import find_column, to_variable
from campaigns.sheets.choice import Role

KEY_CHARACTERS_MAX = 400


def find_key_column(campaign: Campaign, columns: Sequence[str], roles: Mapping[Role, str]) -> str:
    """The chosen key column among these, also where it is written a little differently; else that of the
    addresses; "" where there is neither."""
    chosen = campaign.key_column
    found = chosen if chosen in columns else find_column(columns, [to_variable(chosen)]) if chosen else ""
    return found or find_email_column(columns, roles)


def fold_key(text: str) -> str:
    """A key as it is compared: as addresses are, without regard to case and space."""
    return normalize_address(" ".join(text.split()))[:KEY_CHARACTERS_MAX]


def read_roles(campaign: Campaign) -> dict[Role, str]:
    """What the columns of the campaign's spreadsheet hold, as it was chosen."""
    known = set(Role)
    return {Role(role): column for role, column in campaign.column_roles.items() if role in known}
