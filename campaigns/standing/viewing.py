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
            bool_or(e.kind = 'ended') AS finished, bool_or(e.kind = 'clicked') AS clicked,
            m.video_seconds AS video_s,
            max(e.seconds) FILTER (WHERE e.kind = 'progress') AS best_s
        FROM campaigns_event e JOIN campaigns_message m ON m.id = e.message_id
        WHERE m.campaign_id = %s AND e.verdict = 'human' GROUP BY m.id
    )
    SELECT opened, played, finished, clicked, CASE WHEN finished THEN 10 WHEN video_s > 0
        THEN least(10, floor(10 * coalesce(best_s, 0) / video_s))::int ELSE 0 END AS tenth, count(*)
    FROM seen GROUP BY 1, 2, 3, 4, 5
"""
_MACHINES = """
    SELECT count(DISTINCT e.message_id) FROM campaigns_event e JOIN campaigns_message m ON m.id = e.message_id
    WHERE m.campaign_id = %s AND e.verdict = 'machine'
"""
# Each line's own seconds that were watched, of the people whose video has the line and who played it. What
# older events do not say is taken for the beginning of the video.
_LINES = """
    WITH pieces AS (
        SELECT e.message_id, (p->>0)::float AS a, (p->>1)::float AS b FROM campaigns_event e
        JOIN campaigns_message m ON m.id = e.message_id AND m.campaign_id = %s
        CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN e.watched = '[]' THEN
            jsonb_build_array(jsonb_build_array(0, e.seconds)) ELSE e.watched END) AS p
        WHERE e.kind = 'progress' AND e.verdict = 'human' AND e.seconds > 0
    ), viewers AS (SELECT DISTINCT message_id FROM pieces), lines AS (
        SELECT m.id, s->>'line' AS line, s->>'text' AS text,
            (s->>'start_s')::float AS a, (s->>'end_s')::float AS b
        FROM viewers v JOIN campaigns_message m ON m.id = v.message_id
        CROSS JOIN LATERAL jsonb_array_elements(m.segments) AS s WHERE s ? 'line' AND s ? 'end_s'
    ), watched AS (
        SELECT l.id, l.line, min(l.text) AS text, min(l.a) AS a, least(max(l.b - l.a),
            coalesce(sum(greatest(0, least(l.b, p.b) - greatest(l.a, p.a))), 0)) AS seconds,
            max(l.b - l.a) AS length
        FROM lines l LEFT JOIN pieces p ON p.message_id = l.id GROUP BY l.id, l.line
    )
    SELECT line, min(text), count(*) FILTER (WHERE seconds > 0), sum(seconds),
        sum(seconds) / nullif(sum(length), 0)
    FROM watched GROUP BY line ORDER BY avg(a), line LIMIT 200
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
        cursor.execute(_MACHINES, [campaign.pk])
        (machines,) = cursor.fetchone() or (0,)
        cursor.execute(_LINES, [campaign.pk])
        lines = [
            {
                "line": line,
                "text": text,
                "people": people,
                "seconds": round(seconds, 1),
                "share": share or 0.0,
            }
            for line, text, people, seconds, share in cursor.fetchall()
        ]
    counts = {"opened": 0, "played": 0, "finished": 0, "clicked": 0}
    still_watching = [0] * (TENTHS + 1)
    for opened, played, finished, clicked, tenth, messages in rows:
        for name, happened in zip(counts, (opened, played, finished, clicked), strict=True):
            counts[name] += messages if happened else 0
        if played:
            for reached in range(tenth + 1):
                still_watching[reached] += messages
    work_s = time.monotonic() - begun
    made, _ = ViewingSummary.objects.update_or_create(
        campaign=campaign,
        defaults={
            **counts, "machines": machines, "lines": lines, "still_watching": still_watching,
            "counted_at": clock.now(), "work_s": work_s,
        },
    )  # fmt: skip
    return made
