"""What every channel offers, and the one error that it raises."""

from __future__ import annotations

from typing import Protocol, TypeVar

from campaigns.models import Delivery

Letter = TypeVar("Letter")


class SendError(Exception):
    """Why a letter did not go out; the message is shown to the person as it is.

    ``permanent``: trying again cannot help. ``maybe_sent``: it may have arrived all the same, so nobody may
    try again without a decision. ``bad_address``: the other side said that this address does not exist.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, maybe_sent: bool = False, bad_address: bool = False
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.maybe_sent = maybe_sent
        self.bad_address = bad_address


class Channel(Protocol[Letter]):
    """A module with these two functions."""

    def prepare(self, delivery: Delivery) -> Letter:
        """Everything that can go wrong at home, before anything leaves. SendError: it cannot be written."""
        ...

    def transmit(self, letter: Letter) -> None:
        """Hand it over; returning means that the other side took it. SendError otherwise."""
        ...
