"""The library's list in the dashboard: typed entries, and many as CSV."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.models import PronunciationEntry

LIST = "admin:campaigns_pronunciationentry_changelist"
ADD = "admin:campaigns_pronunciationentry_add"


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def add(dashboard: Client, **fields: str) -> str:
    answer = dashboard.post(reverse(ADD), {"word": "", "typed": "", "language": "", **fields}, follow=True)
    return answer.content.decode()


def test_an_entry_is_typed_found_and_changed(dashboard: Client, alice: User) -> None:
    add(dashboard, word="Siobhán", typed="/ʃɪˈvɔːn/", language="en")
    entry = PronunciationEntry.objects.get()
    assert (entry.key, entry.said, entry.is_ipa, entry.changed_by) == ("siobhán", "ʃɪˈvɔːn", True, alice)
    assert "Siobhán" in dashboard.get(reverse(LIST), {"q": "siobh"}).content.decode()
    change = reverse("admin:campaigns_pronunciationentry_change", args=[entry.pk])
    assert 'value="/ʃɪˈvɔːn/"' in dashboard.get(change).content.decode()
    dashboard.post(change, {"word": "Siobhán", "typed": "shiv-AWN", "language": ""})
    entry.refresh_from_db()
    assert (entry.said, entry.is_ipa, entry.language) == ("shiv-AWN", False, "")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"word": "😀", "typed": "x"}, "Write the word as it stands"),
        ({"word": "Ann", "typed": "/an"}, "has one slash"),
        ({"word": "Ann", "typed": "an", "language": "English!"}, "is no language"),
        ({"word": "bo", "typed": "x"}, "There is an entry for “bo” already"),
    ],
)
def test_a_wrong_entry_is_refused_beside_its_field(
    dashboard: Client, fields: dict[str, str], says: str
) -> None:
    add(dashboard, word="Bo", typed="boh")
    assert says in add(dashboard, **fields)
    assert PronunciationEntry.objects.count() == 1


def test_a_table_is_exported_and_imported(dashboard: Client) -> None:
    add(dashboard, word="Bo", typed="boh")
    table = dashboard.get(reverse("admin:pronunciations_export"))
    assert table["Content-Type"].startswith("text/csv")
    PronunciationEntry.objects.all().delete()
    file = SimpleUploadedFile("words.csv", table.content + b"Ann,an,,\r\n")
    answer = dashboard.post(reverse("admin:pronunciations_import"), {"table": file}, follow=True)
    assert "Read 2 pronunciations." in answer.content.decode()
    assert PronunciationEntry.objects.count() == 2


def test_a_table_with_faults_names_them_and_changes_nothing(dashboard: Client) -> None:
    file = SimpleUploadedFile("words.csv", b"word,said\nAnn,an\nBo,\nCy,4\n")
    answer = dashboard.post(reverse("admin:pronunciations_import"), {"table": file})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Row 3: Write how" in page and "Row 4: “4” cannot be said" in page
    assert not PronunciationEntry.objects.exists()


def test_nobody_reads_or_writes_the_library_without_the_right_to(client: Client, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    for page in (LIST, ADD, "admin:pronunciations_export", "admin:pronunciations_import"):
        assert client.get(reverse(page)).status_code == 403
