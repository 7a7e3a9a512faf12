"""What a channel must implement, and the one error that it raises."""

from __future__ import annotations

from typing import Protocol, TypeVar

from campaigns.models import Delivery

Payload = TypeVar("Payload")


class SendError(Exception):
    """Why a payload was not sent. The message is shown to the person as it is.

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


class Channel(Protocol[Payload]):
    """A module with these two functions."""

    def prepare(self, delivery: Delivery) -> Payload:
        """Build what is sent; nothing leaves yet. Raises SendError when it cannot be built."""
        ...

    def transmit(self, payload: Payload) -> None:
        """Send it. Returns when the other side accepted it; raises SendError otherwise."""
        ...
