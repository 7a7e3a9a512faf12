from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from campaigns.history import Verb, record
from campaigns.models import Campaign, HistoryEntry

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_and_outlives_the_campaign(campaign: Campaign, alice: User) -> None:
    entry = record(alice, Verb.RUN_STARTED, campaign=campaign, messages=3)
    key = campaign.pk
    campaign.delete()
    kept = HistoryEntry.objects.get(pk=entry.pk)
    assert (kept.verb, kept.actor_name, kept.campaign_id, kept.details) == (
        Verb.RUN_STARTED,
        alice.username,
        key,
        {"messages": 3},
    )


def test_the_database_refuses_to_change_or_remove_an_entry(campaign: Campaign) -> None:
    record(None, Verb.RUN_STARTED, campaign=campaign)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        HistoryEntry.objects.update(verb=Verb.SENT)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        HistoryEntry.objects.all().delete()
