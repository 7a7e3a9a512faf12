"""The table of channels. A new one is a module with a `Channel`, and its entry here (docs/extending.md)."""

from __future__ import annotations

from typing import Any

from campaigns.delivery.channels import email
from campaigns.delivery.channels.channel import Channel

# The first one is what is meant where no channel is named.
CHANNELS: tuple[Channel[Any], ...] = (email.CHANNEL,)


def list_channels() -> tuple[Channel[Any], ...]:
    """Every channel, the default first."""
    return CHANNELS


def find_channel(name: str = "") -> Channel[Any]:
    """The channel of this name, for "" the default one. Raises LookupError for a name not in the table."""
    for channel in CHANNELS:
        if name in (channel.name, ""):
            return channel
    known = ", ".join(channel.name for channel in CHANNELS)
    raise LookupError(f"There is no channel “{name}”. Choose one of: {known}.")
