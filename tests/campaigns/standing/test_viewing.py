"""What was watched, counted in one pass and kept."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.models import Campaign, Event, ViewingSummary
from campaigns.standing.viewing import count_viewing, get_viewing
from campaigns.states import EventKind
from tests import people


def watch(campaign: Campaign, name: str, seconds: float, *, to_the_end: bool = False) -> None:
    message = people.ready_message(campaign.recipients.get(name=name))  # 4 seconds long
    Event.objects.create(message=message, kind=EventKind.PAGE_VIEWED)
    Event.objects.create(message=message, kind=EventKind.PLAYED)
    Event.objects.create(message=message, kind=EventKind.PROGRESS, seconds=seconds / 2)
    Event.objects.create(message=message, kind=EventKind.PROGRESS, seconds=seconds)
    if to_the_end:
        Event.objects.create(message=message, kind=EventKind.ENDED)


def test_viewers_are_counted_by_the_tenth_that_they_reached(campaign: Campaign) -> None:
    watch(campaign, "Ada", 3.7, to_the_end=True)
    watch(campaign, "José", 2.0)
    counted = count_viewing(campaign)
    assert (counted.opened, counted.played, counted.finished) == (2, 2, 1)
    assert counted.still_watching == [2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1]


def test_a_campaign_without_events_has_no_viewers(campaign: Campaign) -> None:
    assert get_viewing(campaign).still_watching == [0] * 11


def test_counts_are_kept_for_a_while_and_then_made_again(campaign: Campaign) -> None:
    first = get_viewing(campaign)
    watch(campaign, "Ada", 1.0)
    assert get_viewing(campaign).played == 0
    ViewingSummary.objects.update(counted_at=first.counted_at - timedelta(seconds=30))
    assert get_viewing(campaign).played == 1


def test_slow_counts_are_shown_as_they_were(campaign: Campaign) -> None:
    get_viewing(campaign)
    long_ago = timezone.now() - timedelta(hours=1)
    ViewingSummary.objects.update(counted_at=long_ago, work_s=2.0)
    watch(campaign, "Ada", 1.0)
    assert get_viewing(campaign).counted_at == long_ago


def test_each_line_has_its_own_seconds(campaign: Campaign) -> None:
    segments = [
        {"line": "0.0", "text": "Hello.", "start_s": 0.0, "end_s": 1.0},
        {"line": "1.0", "text": "Goodbye.", "start_s": 2.0, "end_s": 4.0},
    ]
    for name, watched in (("Ada", [[0, 0.5], [3, 4]]), ("José", [[0, 1]])):
        message = people.ready_message(campaign.recipients.get(name=name), segments=segments)
        Event.objects.create(message=message, kind=EventKind.PROGRESS, watched=watched, seconds=1)
    robot = people.ready_message(campaign.recipients.get(name="O'Neil"), segments=segments)
    Event.objects.create(
        message=robot, kind=EventKind.PROGRESS, watched=[[0, 4]], seconds=4, verdict="machine"
    )
    first, second = count_viewing(campaign).lines
    assert (first["line"], first["people"], first["seconds"], first["share"]) == ("0.0", 2, 1.5, 0.75)
    assert (second["text"], second["people"], second["seconds"], second["share"]) == (
        "Goodbye.",
        1,
        1.0,
        0.25,
    )
