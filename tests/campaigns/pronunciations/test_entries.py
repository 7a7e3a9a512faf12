"""Entries are written, corrected by several people, and carried as CSV."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from campaigns.models import PronunciationEntry, get_first_workspace
from campaigns.pronunciations.entries import (
    BadTable,
    EntryChanged,
    draft_entry,
    import_table,
    read_table,
    save_entry,
    write_table,
)
from campaigns.pronunciations.spelling import BadSpelling


def stored() -> list[tuple[str, str, str, bool]]:
    entries = PronunciationEntry.objects.all()
    return [(one.word, one.written, one.language, one.match_case) for one in entries]


def test_a_second_entry_for_a_word_takes_the_place_of_the_first(alice: User) -> None:
    save_entry(draft_entry("Siobhán", "shiv-AWN"), alice, workspace_id=get_first_workspace())
    save_entry(draft_entry("SIOBHÁN", "/ʃɪˈvɔːn/"), alice, workspace_id=get_first_workspace())
    save_entry(draft_entry("Siobhán", "x", "de"), alice, workspace_id=get_first_workspace())
    save_entry(draft_entry("Siobhán", "y", match_case=True), alice, workspace_id=get_first_workspace())
    assert sorted(stored()) == [
        ("SIOBHÁN", "/ʃɪˈvɔːn/", "", False),
        ("Siobhán", "x", "de", False),
        ("Siobhán", "y", "", True),
    ]


def test_who_saves_over_anothers_correction_is_told_of_it(alice: User, bob: User) -> None:
    save_entry(draft_entry("Niamh", "neev"), alice, seen="", workspace_id=get_first_workspace())
    with pytest.raises(EntryChanged, match=r"by alice .* now said neev"):
        save_entry(draft_entry("Niamh", "nee-av"), bob, seen="", workspace_id=get_first_workspace())
    save_entry(draft_entry("Niamh", "nee-av"), bob, seen="neev", workspace_id=get_first_workspace())
    assert stored() == [("Niamh", "nee-av", "", False)]


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_write_the_first_entry_at_once_one_is_told() -> None:
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def write(said: str) -> None:
        try:
            together.wait()
            save_entry(draft_entry("Niamh", said), None, seen="", workspace_id=get_first_workspace())
            outcomes.append("saved")
        except EntryChanged:
            outcomes.append("told")
        finally:
            connection.close()

    people = [threading.Thread(target=write, args=(said,)) for said in ("neev", "nee-av")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) == ["saved", "told"]
    assert PronunciationEntry.objects.count() == 1


def test_a_language_that_is_none_is_refused() -> None:
    with pytest.raises(BadSpelling, match="no language"):
        draft_entry("Ann", "an", "English!")


def test_a_table_that_was_written_is_read_again(alice: User) -> None:
    for word, said, language, match_case in [
        ('O\'Neil, "Bo"', "oh-NEEL", "en", False),
        ("@acme", "at ACK-me", "", True),
        ("محمد", "/muˈħammad/", "", False),
    ]:
        save_entry(draft_entry(word, said, language, match_case), alice, workspace_id=get_first_workspace())
    before = stored()
    table = write_table(PronunciationEntry.objects.all())
    assert "'@acme" in table  # a spreadsheet program would run it
    PronunciationEntry.objects.all().delete()
    assert import_table(read_table(b"\xef\xbb\xbf" + table.encode()), alice, get_first_workspace()) == 3
    assert stored() == before


def test_an_import_replaces_entries_of_the_same_word(alice: User) -> None:
    save_entry(draft_entry("Ann", "old"), alice, workspace_id=get_first_workspace())
    assert import_table(read_table(b"Word;Said\nann;new\n\nBo;boh\n"), alice, get_first_workspace()) == 2
    assert stored() == [("ann", "new", "", False), ("Bo", "boh", "", False)]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (b"name,sound\nAnn,an\n", "does not name the column “word”"),
        (b"word,said\nAnn,\n", "Row 2: Write how the word is said"),
        (b"word,said\nAnn,an\nann,ahn\n", "Row 3: “ann” stands in an earlier row"),
        (b"word,said,match_case\nAnn,an,perhaps\n", "Row 2: “perhaps” under match_case"),
        (b"word,said\n\xff,an\n", "not UTF-8"),
        (b'word,said\n"Ann,an\n', "cannot be read as CSV"),
        (b"", "does not name the column"),
    ],
)
def test_a_table_with_a_fault_is_refused_whole(table: bytes, says: str) -> None:
    with pytest.raises(BadTable, match=says):
        read_table(table)
