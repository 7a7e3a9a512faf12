"""A webhook cannot be turned against the network that Byname stands in."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from campaigns.webhooks import targets
from campaigns.webhooks.targets import NoAnswer, TargetRefused, check_url, find_address, post
from tests.campaigns.webhooks.receiver import receiver

PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[fe80::1]",
    "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::10.0.0.1]", "[2002:7f00:1::]", "[2002:a00:1::]", "[2001:db8::1]", "[::127.0.0.1]",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(TargetRefused):
        check_url(f"https://{host}/")
    with pytest.raises(TargetRefused):
        find_address(host.strip("[]"), 443)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0"])
def test_names_and_numbers_that_mean_this_machine_are_refused(host: str) -> None:
    with receiver() as told, pytest.raises((TargetRefused, NoAnswer)):
        port = told.url.rpartition(":")[2]
        post(f"https://{host}:{port}", b"{}", {})
    assert not told.calls


@pytest.mark.parametrize(
    "url",
    ["", "x", "http://example.org/", "ftp://example.org/", "https://", "https:///x", "https://a b/",
     "https://user:secret@example.org/", "https://example.org\r\nX: y", "https://example.org:0/",
     "https://example.org:99999/", "https://exämple.org/",
     "https://[::1/", "https://example.org/" + "x" * 2000],
)  # fmt: skip
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused):
        check_url(url)


def test_public_addresses_are_taken() -> None:
    assert find_address("93.184.216.34", 443) == "93.184.216.34"
    assert check_url("https://hooks.example.org/catch/1?x=2").hostname == "hooks.example.org"


def test_the_own_network_is_reached_where_it_is_allowed_and_redirects_are_not_followed(
    settings: Settings,
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    with receiver() as told:
        assert post(f"{told.url}?key=1", b"{}", {"X-Test": "yes"}) == 200
        assert told.calls[0][0]["x-test"] == "yes" and told.calls[0][0]["host"] in told.url
        told.status, told.headers = 302, {"Location": told.url}
        assert post(told.url, b"{}", {}) == 302 and len(told.calls) == 2


def test_an_answer_that_drips_is_cut_at_the_deadline(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    monkeypatch.setattr(targets, "DEADLINE_S", 1.0)
    with receiver() as told:
        told.never_ends.set()
        with pytest.raises(NoAnswer):
            post(told.url, b"{}", {})
