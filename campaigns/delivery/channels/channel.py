"""What a channel says of itself, and the errors that it raises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from campaigns.models import Delivery, Recipient
from campaigns.scripts.template import find_column

Payload = TypeVar("Payload")


class BadAddress(ValueError):
    """Why a text is no address of a channel: a sentence without its full stop."""


class SendError(Exception):
    """Why a payload was not sent. The message is shown to the person as it is.

    ``permanent``: trying again cannot help. ``maybe_sent``: it may have arrived all the same, so nobody may
    try again without a decision. ``bad_address``: the other side said that this address does not exist.
    ``of_sender``: it said that it wants nothing from this sender, so the next one would be refused, too.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        maybe_sent: bool = False,
        bad_address: bool = False,
        of_sender: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.maybe_sent = maybe_sent
        self.bad_address = bad_address
        self.of_sender = of_sender


def read_column(recipient: Recipient, columns: tuple[str, ...]) -> str:
    """The cell of the first of these columns that the recipient's spreadsheet has; "" where it has none."""
    column = find_column(tuple(recipient.values), columns)
    return str(recipient.values[column]).strip() if column else ""


@dataclass(frozen=True)
class Channel(Generic[Payload]):
    """One way to bring a message to a person: where it reaches them, and how it gets there.

    ``name`` stands in each delivery's row and is never renamed; ``label`` and ``noun`` (one of what is sent)
    stand on pages. ``columns`` are the spreadsheet's columns that may hold the address, as a script writes
    them (“First name” is ``first_name``); ``example`` is an address for error messages.
    """

    name: str
    label: str
    noun: str
    columns: tuple[str, ...]
    example: str
    clean_address: Callable[[str], str]
    """An address in its one way of writing (apart from case, which never counts). Raises BadAddress."""
    prepare: Callable[[Delivery], Payload]
    """Build what is sent; nothing leaves yet. Raises SendError when it cannot be built, as for an address
    that `clean_address` refuses."""
    transmit: Callable[[Payload], str | None]
    """Send it. Returns when the other side accepted it, with its id of it; raises SendError otherwise."""
    read_address: Callable[[Recipient], str] | None = None
    """A recipient's address as it was given, "" for none; where this is None, the cell in ``columns``."""
    address_field: str = ""
    """The recipient's database column with that address, where there is one: then it is counted quickly."""

    def get_address(self, recipient: Recipient) -> str:
        """Where a recipient is reached, "" for nowhere. What is no address comes as it was given: `prepare`
        says what is wrong with it."""
        read = self.read_address
        given = (read(recipient) if read else read_column(recipient, self.columns)).strip()
        try:
            return self.clean_address(given) if given else ""
        except BadAddress:
            return given
