"""The pace: moments that keep every limit, in any zone, over midnight and over the change of clocks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from campaigns.delivery.pace import Pace, Sent, lay_out

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2027, 3, 1, 12, tzinfo=BERLIN)


def moments(pace: Pace, count: int, now: datetime = NOON, sent: Sent | None = None) -> list[datetime]:
    return list(islice(lay_out(pace, now, sent or Sent()), count))


def local(found: list[datetime]) -> list[str]:
    return [one.astimezone(BERLIN).strftime("%d. %H:%M") for one in found]


def test_without_a_wish_everything_leaves_now() -> None:
    assert Pace(BERLIN).is_free and moments(Pace(BERLIN), 3) == [NOON] * 3


def test_nothing_leaves_before_the_moment_that_was_chosen() -> None:
    later = NOON + timedelta(days=2)
    assert moments(Pace(BERLIN, not_before=later), 2) == [later] * 2
    assert moments(Pace(BERLIN, not_before=NOON - timedelta(days=2)), 1) == [NOON]


def test_the_slower_of_two_limits_counts_also_after_what_was_sent_last() -> None:
    pace = Pace(BERLIN, per_minute=60, per_hour=120)
    found = moments(pace, 121, sent=Sent(last=NOON - timedelta(seconds=10)))
    assert found[0] == NOON + timedelta(seconds=20)
    assert {after - before for before, after in pairwise(found)} == {timedelta(seconds=30)}


@pytest.mark.parametrize(
    ("quiet", "times"),
    [
        ((18, 9), ["01. 12:00", "01. 15:00", "02. 09:00", "02. 12:00", "02. 15:00", "03. 09:00"]),
        ((0, 13), ["01. 13:00", "01. 16:00", "01. 19:00", "01. 22:00", "02. 13:00", "02. 16:00"]),
        ((12, 12), ["01. 12:00", "01. 15:00", "01. 18:00", "01. 21:00", "02. 00:00", "02. 03:00"]),
    ],
)
def test_quiet_hours_are_kept_over_midnight_too(quiet: tuple[int, int], times: list[str]) -> None:
    slow = Pace(BERLIN, quiet=quiet)
    found = []
    now = NOON
    for _ in times:
        found.append(moments(slow, 1, now)[0])
        now = found[-1] + timedelta(hours=3)
    assert local(found) == times


def test_a_full_day_goes_on_the_next_morning() -> None:
    pace = Pace(BERLIN, per_day=2, quiet=(20, 8))
    sent = Sent(by_day=Counter({date(2027, 3, 1): 1}))
    times = ["01. 12:00", "02. 08:00", "02. 08:00", "03. 08:00"]
    assert local(moments(pace, 4, sent=sent)) == times


def test_a_warm_up_doubles_each_day_of_sending_up_to_the_most_a_day() -> None:
    pace = Pace(BERLIN, first_day=10, per_day=50)
    by_day = Counter(one.astimezone(BERLIN).date() for one in moments(pace, 170))
    assert list(by_day.values()) == [10, 20, 40, 50, 50]
    # Two days without mails do not count as days of sending.
    sent = Sent(by_day=Counter({date(2027, 2, 26): 10}))
    later = Counter(one.astimezone(BERLIN).date() for one in moments(pace, 60, sent=sent))
    assert list(later.values()) == [20, 40]


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_the_night_of_the_other_time_neither_loops_nor_hurries(day: str) -> None:
    night = datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=BERLIN)
    found = moments(Pace(BERLIN, per_minute=2, quiet=(1, 2)), 300, night)
    assert all(after - before >= timedelta(seconds=30) for before, after in pairwise(found))
    assert all(one.astimezone(BERLIN).hour != 1 and one.tzinfo is UTC for one in found)
