"""Refusals by RFC 3463: only one of the recipient says something about the address."""

from __future__ import annotations

import pytest

from campaigns.delivery.channels.refusals import Refused, classify, classify_report, is_temporary

RECIPIENT = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
# Every other code of the registry of IANA that is no success.
SENDER = ("5.1.0", "5.1.4", "5.1.5", "5.1.7", "5.1.8", "5.1.9", *(f"5.7.{detail}" for detail in range(31)))
SYSTEM = (
    "5.0.0", "5.2.0", "5.2.2", "5.2.3", "5.2.4", *(f"5.3.{detail}" for detail in range(6)),
    *(f"5.4.{detail}" for detail in range(8)), *(f"5.5.{detail}" for detail in range(7)),
)  # fmt: skip
CONTENT = tuple(f"5.6.{detail}" for detail in range(11))


@pytest.mark.parametrize("enhanced", RECIPIENT)
def test_a_refused_recipient_is_a_bad_address_for_good_and_never_for_now(enhanced: str) -> None:
    assert classify(550, f"{enhanced} <policy@spam.example> No such user here").is_bad_address
    for code, text in (
        (450, f"{enhanced} contradicts itself"),
        (450, f"4{enhanced[1:]} Not now"),
        (550, f"4{enhanced[1:]} Not now"),
        (550, f"{enhanced}1 Another code"),
        (550, f"See {enhanced} of RFC 3463"),
        (550, f"{enhanced} Unknown\n5.7.1 Policy"),
        (550, f"{enhanced} Sender address rejected"),
        (550, f"{enhanced} Your address is on a block list"),
    ):
        assert not classify(code, text).is_bad_address, text
    assert not classify(550, f"{enhanced} Unknown", to_sender=True).is_bad_address


@pytest.mark.parametrize(
    ("codes", "refused"), [(SENDER, Refused.SENDER), (SYSTEM, Refused.SYSTEM), (CONTENT, Refused.CONTENT)]
)
def test_no_other_code_is_about_the_address(codes: tuple[str, ...], refused: Refused) -> None:
    for enhanced in codes:
        answer = classify(550, f"{enhanced} No such user, mailbox unavailable")
        assert (answer.refused, answer.permanent, answer.is_bad_address) == (refused, True, False), enhanced


@pytest.mark.parametrize("text", ["", "No such user", "User unknown 5.1.1", "5.1 half a code", "2.1.5 Fine"])
def test_without_a_code_nothing_is_known_of_the_address(text: str) -> None:
    assert not classify(550, text).is_bad_address
    assert classify(450, text).permanent is False


def test_several_lines_with_one_code_are_one_answer() -> None:
    assert classify(550, "5.1.1 The account does not exist.\n5.1.1 See example.org/help").is_bad_address


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 No such user",
        "smtp; 550 5.1.1 No such user",
        "x-smtp;550-5.1.1 No such user",
        "5.1.1 No such user",
        "550-5.1.1 The account does not exist.\n550 5.1.1 See example.org/help",
    ],
)
def test_an_answer_that_is_passed_on_is_read_like_one_that_was_heard(text: str) -> None:
    assert classify_report(text).is_bad_address and not is_temporary(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No such user",
        "550 No user",
        "550 5.2.2 Full",
        "450 4.1.1 Later",
        "5.1.1.1 550 refused",
        "605 Old",
    ],
)
def test_an_answer_that_is_passed_on_without_a_code_says_nothing_of_the_address(text: str) -> None:
    assert not classify_report(text).is_bad_address
    assert is_temporary(text) is text.startswith("4")
