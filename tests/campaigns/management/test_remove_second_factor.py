"""The way back in for the last superuser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from campaigns.access.second_factor import find_device
from campaigns.history import Verb
from campaigns.models import HistoryEntry
from tests import people


def test_it_removes_one_and_the_history_says_so(alice: User) -> None:
    people.second_factor(alice)
    call_command("remove_second_factor", "alice")
    assert find_device(alice) is None
    entry = HistoryEntry.objects.get(verb=Verb.FACTOR_REMOVED)
    assert (entry.actor_name, entry.about) == ("", "alice")


@pytest.mark.parametrize(("name", "told"), [("alice", "no second factor"), ("nobody", "no account")])
def test_what_cannot_be_removed_is_told(alice: User, name: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("remove_second_factor", name)
