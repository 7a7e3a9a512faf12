"""New accounts, and suppressions and pronunciations that hold in one workspace alone."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.access.workspaces import list_workspaces, scope
from campaigns.delivery.suppression import is_suppressed, suppress
from campaigns.models import Campaign, PronunciationEntry, Recipient, Suppression, Workspace
from campaigns.pronunciations.library import load_library
from tests import people

pytestmark = pytest.mark.django_db


def test_a_new_account_joins_the_only_workspace() -> None:
    bob = people.bob()
    assert [one.name for one in list_workspaces(bob)] == ["Workspace"]


def test_a_new_account_joins_none_of_several() -> None:
    Workspace.objects.create(name="Second")
    assert list_workspaces(people.bob()) == []


def test_a_superuser_sees_all(alice: User) -> None:
    Workspace.objects.create(name="Second")
    assert len(list_workspaces(alice)) == 2


def test_a_table_without_a_workspace_cannot_be_scoped(alice: User) -> None:
    with pytest.raises(LookupError, match="User has no workspace"):
        scope(User.objects.all(), alice)


def test_an_address_is_suppressed_in_one_workspace() -> None:
    first, second = Workspace.objects.get(), Workspace.objects.create(name="Second")
    suppress("Ada@example.org", "asked", first.pk)
    assert is_suppressed("ada@example.org", first.pk)
    assert not is_suppressed("ada@example.org", second.pk)


def test_an_opt_out_counts_for_the_workspace_of_its_campaign(client: Client, campaign: Campaign) -> None:
    second = Workspace.objects.create(name="Second")
    Campaign.objects.filter(pk=campaign.pk).update(workspace=second)
    message = people.ready_message(Recipient.objects.get(name="Ada"))
    client.post(reverse("message-opt-out", args=[message.public_id]))
    assert Suppression.objects.get().workspace == second


def test_a_word_is_said_as_its_workspace_says_it() -> None:
    first, second = Workspace.objects.get(), Workspace.objects.create(name="Second")
    for workspace, said in ((first, "nee-av"), (second, "neev")):
        PronunciationEntry.objects.create(workspace=workspace, word="Niamh", key="niamh", said=said)
    assert [one.said for one in load_library(second.pk).select("Niamh", "en")] == ["neev"]
