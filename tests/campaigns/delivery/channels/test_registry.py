"""The table of channels is the only place that knows which there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from campaigns.delivery.channels import email, registry
from campaigns.delivery.channels.channel import BadAddress, Channel
from campaigns.delivery.channels.registry import CHANNELS, find_channel, list_channels
from campaigns.delivery.schedule import deliver, send_approved
from campaigns.models import Campaign, Delivery, Recipient
from campaigns.states import DeliveryState
from tests.campaigns.mail import approve_all

CAMPAIGNS = Path(registry.__file__).parents[2]


def test_the_names_that_deliveries_hold_stay_as_they_are() -> None:
    assert [channel.name for channel in CHANNELS] == ["email"]
    assert Delivery().channel == CHANNELS[0].name


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_an_entry_says_everything_and_its_example_is_an_address(channel: Channel[object]) -> None:
    assert all((channel.label, channel.noun, channel.columns))
    assert channel.clean_address(f" {channel.example} ") == channel.example
    with pytest.raises(BadAddress, match="is not"):
        channel.clean_address("no address")


def test_no_name_means_the_first_channel_and_an_unknown_one_is_refused_with_the_choices() -> None:
    assert find_channel("") is find_channel("email") is list_channels()[0]
    with pytest.raises(LookupError, match=r"no channel “pigeon”\. Choose one of: email"):
        find_channel("pigeon")


def test_an_address_that_is_none_is_scheduled_as_it_is_so_that_somebody_hears_of_it() -> None:
    recipient = Recipient(email=" Lars at example ")
    assert email.CHANNEL.get_address(recipient) == "Lars at example"
    assert email.CHANNEL.get_address(Recipient(email="  ")) == ""


def test_a_delivery_whose_channel_is_gone_fails_and_says_so(campaign: Campaign, alice: User) -> None:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    delivery = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=delivery.pk).update(channel="pigeon")
    assert deliver(delivery.pk, "test") == DeliveryState.FAILED
    delivery.refresh_from_db()
    assert "no channel “pigeon”" in delivery.reason


NAMED = re.compile(
    rf"""(?i:channel).*["'](?:{"|".join(channel.name for channel in CHANNELS)})["']|\bCHANNEL\b"""
)


@pytest.mark.parametrize("code", ['filter(channel="email")', "CHANNELS = {'email': email}", "email.CHANNEL"])
def test_a_channel_that_is_named_is_noticed(code: str) -> None:
    assert NAMED.search(code)


def test_no_other_module_names_a_channel() -> None:
    files = [path for path in CAMPAIGNS.rglob("*.py") if "migrations" not in path.parts]
    found = {
        path.relative_to(CAMPAIGNS).as_posix() for path in files if NAMED.search(path.read_text("utf-8"))
    }
    assert found == {
        "delivery/channels/email.py",
        "delivery/channels/registry.py",
        "models/messages.py",  # the default of a column, as version 0.2 stored it
        "recipients/row_validation.py",  # a recipient's address is stored in a column of its own
    }
