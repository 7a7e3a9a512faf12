"""A library of many entries gives a text only those that it says."""

from __future__ import annotations

import time

import pytest

from campaigns.engine import Pronunciation
from campaigns.models import PronunciationEntry, get_first_workspace
from campaigns.pronunciations.library import create_library, load_library


def selected(text: str, *entries: Pronunciation, language: str = "en-us") -> list[str]:
    return [one.said for one in create_library(entries).select(text, language)]


def test_a_word_within_another_is_not_meant() -> None:
    ann = Pronunciation("Ann", "an")
    assert selected("Hello Anna and Joann.", ann) == []
    assert selected("Hello ANN.", ann) == ["an"]


@pytest.mark.parametrize("word", ["O'Neil", "C++ (x)", "a.b*", "“Q”", "@acme", "Zoë", "محمد", "D😀C"])
def test_signs_in_a_word_mean_themselves(word: str) -> None:
    assert selected(f"Hi {word}, hello.", Pronunciation(word, "said")) == ["said"]
    assert selected("Hi you.", Pronunciation(word, "said")) == []


def test_the_longer_word_given_capitals_and_a_language_come_first() -> None:
    entries = [
        Pronunciation("ann", "any"),
        Pronunciation("Ann", "capital", match_case=True),
        Pronunciation("ann", "english", language="en"),
        Pronunciation("Ann Marie", "both"),
        Pronunciation("Ann", "french", language="fr"),
    ]
    assert selected("Ann Marie", *entries) == ["both", "capital", "english", "any"]


def test_ten_thousand_entries_cost_a_text_nothing() -> None:
    library = create_library(Pronunciation(f"Name{number}", "said") for number in range(10_000))
    began = time.process_time()
    for number in range(1000):
        assert len(library.select(f"Hello Name{number}, how are you?", "en-us")) == 1
    assert time.process_time() - began < 1.0


@pytest.mark.django_db
def test_the_workspaces_entries_are_loaded() -> None:
    PronunciationEntry.objects.create(word="Siobhán", key="siobhán", said="ʃɪˈvɔːn", is_ipa=True)
    library = load_library(get_first_workspace())
    assert library.select("Hi Siobhán!", "en-us") == [Pronunciation("Siobhán", "ʃɪˈvɔːn", True)]
