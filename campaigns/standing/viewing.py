"""What recipients of a campaign watched, counted in one pass over its events and kept for a while."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection
from django_q.tasks import async_task

from campaigns.claims import clock
from campaigns.models import Campaign, ViewingSummary

TENTHS = 10
FRESH_S = 20  # as good as now
OLD_S = 60  # shown with its time, and counted again behind the page
QUICK_S = 0.1  # counting that took no longer than this is done again in the request

_COUNT = """
    WITH seen AS (
        SELECT bool_or(e.kind = 'page_viewed') AS opened, bool_or(e.kind = 'played') AS played,
            bool_or(e.kind = 'ended') AS finished, m.video_seconds AS video_s,
            max(e.seconds) FILTER (WHERE e.kind = 'progress') AS best_s
        FROM campaigns_event e JOIN campaigns_message m ON m.id = e.message_id
        WHERE m.campaign_id = %s GROUP BY m.id
    )
    SELECT opened, played, finished, CASE WHEN finished THEN 10 WHEN video_s > 0
        THEN least(10, floor(10 * coalesce(best_s, 0) / video_s))::int ELSE 0 END AS tenth, count(*)
    FROM seen GROUP BY 1, 2, 3, 4
"""


def get_viewing(campaign: Campaign) -> ViewingSummary:
    """The counts of a campaign's events, about a minute old at most; ``counted_at`` says when."""
    stored = ViewingSummary.objects.filter(campaign=campaign).first()
    if stored is None:
        return count_viewing(campaign)
    age = clock.now() - stored.counted_at
    if age > timedelta(seconds=FRESH_S) and stored.work_s < QUICK_S:
        return count_viewing(campaign)
    if age > timedelta(seconds=OLD_S):
        async_task("campaigns.tasks.count_viewing", campaign.pk, task_name=f"count viewing {campaign.pk}")
    return stored


def count_viewing(campaign: Campaign) -> ViewingSummary:
    """Count now and keep the result."""
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [campaign.pk])
        rows = cursor.fetchall()
    counts = {"opened": 0, "played": 0, "finished": 0}
    still_watching = [0] * (TENTHS + 1)
    for opened, played, finished, tenth, messages in rows:
        for name, happened in (("opened", opened), ("played", played), ("finished", finished)):
            counts[name] += messages if happened else 0
        if played:
            for reached in range(tenth + 1):
                still_watching[reached] += messages
    work_s = time.monotonic() - begun
    made, _ = ViewingSummary.objects.update_or_create(
        campaign=campaign,
        defaults={
            **counts, "still_watching": still_watching, "counted_at": clock.now(), "work_s": work_s,
        },
    )  # fmt: skip
    return made
