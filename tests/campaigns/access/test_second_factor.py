"""Codes: of the app and for a lost phone, each once, and none by guessing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from campaigns.access.second_factor import (
    CodeRefused,
    begin,
    check_code,
    confirm,
    count_recovery_codes,
    find_begun,
    find_device,
    remove,
    renew_codes,
)
from campaigns.history import Verb
from campaigns.models import HistoryEntry
from tests import people


def test_a_secret_counts_once_its_code_confirmed_it(alice: User) -> None:
    key = begin(alice)
    assert find_device(alice) is None
    begun = find_begun(alice, key)
    assert begun is not None
    with pytest.raises(CodeRefused, match="wrong"):
        confirm(alice, key, people.wrong_code(begun))
    TOTPDevice.objects.update(throttling_failure_count=0)
    confirm(alice, key, people.code_of(begun))
    assert find_device(alice) == begun
    with pytest.raises(CodeRefused, match="Begin again"):
        confirm(alice, key, people.code_of(begun))
    assert begin(alice) is None and find_device(alice) == begun  # it takes nothing away


def test_a_code_counts_once(alice: User) -> None:
    device, _ = people.second_factor(alice)
    code = people.code_of(device)
    assert check_code(alice, f" {code[:3]} {code[3:]} ") == device
    with pytest.raises(CodeRefused, match="used already"):
        check_code(alice, code)


def test_a_recovery_code_counts_once_for_its_person_and_stands_nowhere(alice: User, bob: User) -> None:
    device, codes = people.second_factor(alice)
    people.second_factor(bob)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(codes) == 10 and not {code.replace(" ", "") for code in codes} & stored
    with pytest.raises(CodeRefused, match="wrong"):
        check_code(bob, codes[0])
    assert check_code(alice, codes[0].replace(" ", "-")) == device
    with pytest.raises(CodeRefused, match="wrong"):
        check_code(alice, codes[0])
    assert count_recovery_codes(alice) == 9


def test_old_recovery_codes_end_with_new_ones(alice: User) -> None:
    _, old = people.second_factor(alice)
    new = renew_codes(alice)
    with pytest.raises(CodeRefused, match="wrong"):
        check_code(alice, old[0])
    people.forget_wrong_codes()
    check_code(alice, new[0])


@pytest.mark.parametrize(
    ("before", "told"), [(6, r"7 wrong codes.* 6\d seconds"), (9, r"10 wrong .* 9 minutes")]
)
def test_each_wrong_code_doubles_the_wait_and_the_right_one_waits_too(
    alice: User, before: int, told: str
) -> None:
    device, _ = people.second_factor(alice)
    TOTPDevice.objects.update(throttling_failure_count=before)
    with pytest.raises(CodeRefused, match="wrong, or was used") as refused:
        check_code(alice, people.wrong_code(device))
    assert refused.value.guessed
    with pytest.raises(CodeRefused, match=told) as waiting:
        check_code(alice, people.code_of(device))
    assert not waiting.value.guessed
    people.forget_wrong_codes()
    assert check_code(alice, people.code_of(device)) == device


def test_who_mistyped_codes_of_the_app_still_has_recovery_codes(alice: User) -> None:
    device, codes = people.second_factor(alice)
    with pytest.raises(CodeRefused):
        check_code(alice, people.wrong_code(device))
    assert check_code(alice, codes[3]) == device


@pytest.mark.parametrize(
    "code", ["", "12345", "１２３４５６", "+12345", "1e5000", "9" * 400, "\x00" * 6, "abcdef"]
)
def test_what_is_no_code_is_told_and_not_counted(alice: User, code: str) -> None:
    people.second_factor(alice)
    with pytest.raises(CodeRefused, match="six digits") as refused:
        check_code(alice, code)
    assert not refused.value.guessed


def test_who_removed_it_stands_in_the_history_of_the_persons_workspaces(alice: User, bob: User) -> None:
    people.second_factor(bob)
    assert remove(bob, alice) and not remove(bob, alice)
    people.second_factor(bob)
    remove(bob, bob)
    told = list(HistoryEntry.objects.order_by("pk").values_list("verb", "about", "actor_name", "workspace"))
    place = bob.workspaces.get().pk
    assert told == [
        (Verb.FACTOR_SET, "", "bob", place),
        (Verb.FACTOR_REMOVED, "bob", "alice", place),
        (Verb.FACTOR_SET, "", "bob", place),
        (Verb.FACTOR_ENDED, "", "bob", place),
    ]
