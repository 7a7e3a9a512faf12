from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from campaigns.history import Verb, describe, record
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


def test_the_table_is_not_emptied_at_once_either(campaign: Campaign) -> None:
    record(None, Verb.RUN_STARTED, campaign=campaign)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL campaigns.keep_history = 'on'")  # as outside of test databases
        cursor.execute("TRUNCATE campaigns_historyentry")
    assert HistoryEntry.objects.exists()


def test_an_entry_reads_as_a_sentence(campaign: Campaign, alice: User) -> None:
    assert describe(record(alice, Verb.APPROVED, campaign=campaign, about="12 videos")) == (
        "alice approved 12 videos"
    )
    assert describe(record(None, Verb.RUN_STARTED, campaign=campaign)) == "Byname started the run"
