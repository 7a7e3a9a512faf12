"""The personal words of a campaign: what its script takes from rows, counted, and how they sound.

They are counted some rows at a time and stored, so that a page reads only what it shows.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from campaigns import engine
from campaigns.claims import clock
from campaigns.models import Campaign, PersonalWord
from campaigns.problems import Source
from campaigns.pronunciations.speaker import load_speaker
from campaigns.pronunciations.spelling import WORD_CHARACTERS_MAX, compute_key
from campaigns.scripts.preview import find_spoken_columns
from campaigns.scripts.template import clean, to_variable

ROWS_AT_ONCE = 2000
WORDS_AT_ONCE = 200
LOOKED_UP = ("spoken_in", "ipa", "source", "doubt")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_NO_WORD = re.compile(r"@|://|^www\.", re.IGNORECASE)
_DISAGREE, _IN_NO_LEXICON = 1, 2  # they add up; 0: a dictionary or a rule is sure

_BEGUN = "counting"
_STALE_AFTER_S = 60  # a count that gave no sign of life for so long has died

Beat = Callable[[], None]  # called while the work goes on


@dataclass
class _Count:
    """A word while rows are counted."""

    word: str
    row_number: int
    rows: int = 0
    columns: Counter[str] = field(default_factory=Counter)


def compute_words_key(campaign: Campaign) -> str:
    """What the stored words depend on: the spreadsheet, the columns that are spoken, the voice."""
    columns = find_own_columns(campaign.columns, campaign.script)
    told = [campaign.spreadsheet.name, columns, campaign.voice_engine, campaign.voice]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def begin_count(campaign: Campaign) -> bool:
    """Whether whoever asks is to count the words; False where they are up to date or counted by another."""
    key, now = compute_words_key(campaign), int(clock.now().timestamp())
    mark = campaign.words_of
    at_work = mark.startswith(f"{_BEGUN} {key[:24]}") and now - int(mark.split()[2]) < _STALE_AFTER_S
    if mark == key or at_work:
        return False
    begun = Campaign.objects.filter(pk=campaign.pk, words_of=mark).update(words_of=_write_mark(key, now))
    campaign.refresh_from_db(fields=["words_of"])
    return bool(begun)


def is_counted(campaign: Campaign) -> bool:
    """Whether the stored words are those of the spreadsheet, the script and the voice as they are now."""
    return campaign.words_of == compute_words_key(campaign)


def study_words(campaign: Campaign) -> None:
    """Count and look up all words, as a task; a sign of life goes into the campaign meanwhile."""
    key = compute_words_key(campaign)

    def beat() -> None:
        marked = Campaign.objects.filter(pk=campaign.pk, words_of__startswith=_BEGUN)
        marked.update(words_of=_write_mark(key, int(clock.now().timestamp())))

    if not is_counted(campaign):
        count_words(campaign, beat)
    assess_words(campaign)


def _write_mark(key: str, at: int) -> str:
    return f"{_BEGUN} {key[:24]} {at}"


def count_words(campaign: Campaign, beat: Beat = lambda: None) -> int:
    """Count the words anew and store them; returns how many there are. What is known of a word stays."""
    key = compute_words_key(campaign)
    counts = _count(campaign, beat)
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        language = load_speaker(campaign).language
        known = {one.key: one for one in stored.words.filter(spoken_in=language).exclude(doubt=None)}
        stored.words.all().delete()
        rows = (_create_word(stored, key, count, known.get(key)) for key, count in counts.items())
        PersonalWord.objects.bulk_create(rows, batch_size=2000)
        stored.words_of = key
        stored.save(update_fields=["words_of"])
    campaign.words_of = key
    return len(counts)


def assess_words(campaign: Campaign, at_most_s: float | None = None, beat: Beat = lambda: None) -> bool:
    """Look up how the stored words sound; False where the time was over before all were looked up."""
    ends = None if at_most_s is None else time.monotonic() + at_most_s
    language = load_speaker(campaign).language
    while waiting := list(campaign.words.filter(doubt=None).order_by("-rows", "key")[:WORDS_AT_ONCE]):
        for at, word in enumerate(waiting):
            if ends is not None and time.monotonic() > ends:
                _store(waiting[:at])
                return False
            _assess(word, language)
        _store(waiting)
        beat()
    return True


def find_own_columns(columns: Sequence[str], script: str) -> list[str]:
    """The columns that the script speaks."""
    spoken = find_spoken_columns(script)
    return [column for column in columns if {column, to_variable(column)} & spoken]


def list_words(text: str) -> Iterator[str]:
    """The words of a cell that could be said wrong: with letters, without the signs around them."""
    for part in clean(text).split():
        word = _EDGES.sub("", part)
        if _NO_WORD.search(part) or not any(map(str.isalpha, word)) or len(word) > WORD_CHARACTERS_MAX:
            continue
        if len(word) > 1 or not word.isascii():
            yield word


def _count(campaign: Campaign, beat: Beat) -> dict[str, _Count]:
    columns = find_own_columns(campaign.columns, campaign.script)
    counts: dict[str, _Count] = {}
    for number, values in _read_rows(campaign, beat):
        _count_row(counts, number, {column: values.get(column, "") for column in columns})
    return counts


def _count_row(counts: dict[str, _Count], number: int, values: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for column, text in values.items():
        for word in list_words(text):
            key = compute_key(word)
            count = counts.setdefault(key, _Count(word, number))
            count.columns[column] += 1
            count.rows += key not in seen
            seen.add(key)


def _read_rows(campaign: Campaign, beat: Beat) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows that get a video, and those that only the script or the voice keeps from it."""
    from_file = [{"source": Source.SPREADSHEET}]
    rows = campaign.recipients.living().order_by("row_number").exclude(problems__contains=from_file)
    last = -1
    while batch := list(rows.filter(row_number__gt=last).values_list("row_number", "values")[:ROWS_AT_ONCE]):
        yield from batch
        last = batch[-1][0]
        beat()


def _create_word(campaign: Campaign, key: str, count: _Count, known: PersonalWord | None) -> PersonalWord:
    made = PersonalWord(
        campaign=campaign, key=key[:200], word=count.word, rows=count.rows, row_number=count.row_number,
        column=count.columns.most_common(1)[0][0][:300],
    )  # fmt: skip
    if known is not None:
        for name in LOOKED_UP:
            setattr(made, name, getattr(known, name))
    return made


def _assess(word: PersonalWord, language: str) -> None:
    sounds = engine.assess_word(word.word, language)
    word.spoken_in = language
    if sounds is None:
        word.doubt = _IN_NO_LEXICON
        return
    word.ipa, word.source = sounds.ipa[:200], sounds.source
    word.doubt = _DISAGREE * (not sounds.agreed) + _IN_NO_LEXICON * (sounds.source == "guess")


def _store(words: list[PersonalWord]) -> None:
    PersonalWord.objects.bulk_update(words, LOOKED_UP)
