"""When mails leave: from a moment on, not in quiet hours, and so many a minute, an hour or a day at most.

Values alone: what was sent is told, nothing is asked of the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Pace:
    """What a person wants of the time; 0 is no limit. Hours are those of ``zone``.

    ``quiet``: hours from and to which nothing leaves; equal ones are none, and they may go over midnight.
    ``first_day``: how many leave on the first day; each day of sending after it twice as many as the one
    before, up to ``per_day``.
    """

    zone: ZoneInfo
    not_before: datetime | None = None
    quiet: tuple[int, int] = (0, 0)
    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    first_day: int = 0

    @property
    def spacing(self) -> timedelta:
        """Between two mails."""
        slowest = max(
            60 / self.per_minute if self.per_minute else 0.0, 3600 / self.per_hour if self.per_hour else 0.0
        )
        return timedelta(seconds=slowest)

    @property
    def is_free(self) -> bool:
        """Whether it asks for nothing."""
        limits = self.per_minute or self.per_hour or self.per_day or self.first_day
        return not limits and self.not_before is None and self.quiet[0] == self.quiet[1]


@dataclass
class Sent:
    """What left by now: the last moment, how many on each day of the zone, on how many days before."""

    last: datetime | None = None
    by_day: Counter[date] = field(default_factory=Counter)


def lay_out(pace: Pace, now: datetime, sent: Sent) -> Iterator[datetime]:
    """The moments at which the next mails may leave, one after the other, without end."""
    by_day = Counter(sent.by_day)
    moment = max(now, pace.not_before or now).astimezone(UTC)
    if sent.last is not None and pace.spacing:
        moment = max(moment, sent.last + pace.spacing)
    while True:
        moment = _find_open(pace, moment, by_day)
        by_day[find_day(pace, moment)] += 1
        yield moment
        moment += pace.spacing


def count_day(pace: Pace, by_day: Counter[date], day: date) -> int | None:
    """How many may leave on this day; None: as many as there are."""
    limits = [pace.per_day] if pace.per_day else []
    if pace.first_day:
        earlier = sum(1 for other, count in by_day.items() if count and other < day)
        limits.append(pace.first_day << min(earlier, 40))
    return min(limits, default=None)


def find_day(pace: Pace, moment: datetime) -> date:
    """The day of a moment in the pace's zone."""
    return moment.astimezone(pace.zone).date()


def _find_open(pace: Pace, moment: datetime, by_day: Counter[date]) -> datetime:
    """The first moment from this one on that is neither quiet nor in a day that is full."""
    while True:
        day = find_day(pace, moment)
        limit = count_day(pace, by_day, day)
        if limit is not None and by_day[day] >= limit:
            moment = datetime.combine(day + timedelta(days=1), time(), pace.zone).astimezone(UTC)
            continue
        awake = _end_of_quiet(pace, moment)
        if awake is None:
            return moment
        moment = awake


def _end_of_quiet(pace: Pace, moment: datetime) -> datetime | None:
    """When the quiet hours end that this moment is in; None where it is in none."""
    begin, end = pace.quiet
    local = moment.astimezone(pace.zone)
    over_midnight = begin > end
    is_quiet = (local.hour >= begin or local.hour < end) if over_midnight else begin <= local.hour < end
    if begin == end or not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and local.hour >= begin else 0)
    return datetime.combine(day, time(end), pace.zone).astimezone(UTC)
