"""A campaign's personal words, those to look at first, counted anew when they are read out of date."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django_q.tasks import async_task

from campaigns.models import Campaign, PersonalWord, PronunciationEntry
from campaigns.pronunciations.spelling import compute_key
from campaigns.recipients.personal_words import assess_words, begin_count, count_words, is_counted

ROWS_COUNTED_AT_ONCE = 2000  # more rows are counted by a worker: that takes over a second
LOOKED_UP_S = 0.5  # how long a page waits for words to be looked up
_CORRECTED = PronunciationEntry.objects.filter(key=OuterRef("key"), match_case=False)


def rank_words(campaign: Campaign, search: str = "", *, doubtful: bool = False) -> QuerySet[PersonalWord]:
    """The words: those to look at first, then those not looked up yet, each the commonest first."""
    order = Case(
        When(Exists(_CORRECTED), then=Value(-1)),
        default=Coalesce(F("doubt") * 2, Value(1)),
        output_field=IntegerField(),
    )
    words = campaign.words.annotate(rank=order).order_by("-rank", "-rows", "key")
    if search:
        words = words.filter(key__contains=compute_key(search))
    return words.filter(rank__gte=2) if doubtful else words


def measure_progress(campaign: Campaign) -> dict[str, Any]:
    """``counted``: whether the words are of the files as they are; ``done`` of ``total`` are looked up."""
    total = campaign.words.count()
    waiting = campaign.words.filter(doubt=None).count()
    counted = is_counted(campaign)
    return {
        "counted": counted,
        "running": not counted or waiting > 0,
        "total": total,
        "done": total - waiting,
        "percent": round(100 * (total - waiting) / total) if total else 0,
        "doubtful": rank_words(campaign, doubtful=True).count(),
    }


def count_doubtful_words(campaign: Campaign) -> int | None:
    """How many words are worth a listen; None while they were not counted for the files as they are."""
    return rank_words(campaign, doubtful=True).count() if is_counted(campaign) else None


def keep_words(campaign: Campaign) -> None:
    """Have the words counted where they are out of date: now where that is quick, else by a worker."""
    if is_counted(campaign):
        assess_words(campaign, LOOKED_UP_S)
    elif begin_count(campaign):
        if campaign.recipients.living().count() > ROWS_COUNTED_AT_ONCE:
            _enqueue(campaign)
            return
        count_words(campaign)
        if not assess_words(campaign, LOOKED_UP_S):
            _enqueue(campaign)


def _enqueue(campaign: Campaign) -> None:
    async_task("campaigns.tasks.study_words", campaign.pk, task_name="count personal words")
