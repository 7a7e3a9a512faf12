"""What grows out of a campaign: a duplicate, a follow-up. They appear whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.urls import reverse

from campaigns.engine import Cancelled
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue, find_open
from campaigns.models import Campaign, Job, Recipient
from campaigns.states import JobState, MoveRefused

COPIED_AT_ONCE = 500  # people that a page copies itself
ROWS_AT_ONCE = 5000
NOBODY_LEFT = "Nobody is left for that: there is no such person to follow up with."
Tell = Callable[[str, int, int], None]

COPIED = (
    "workspace", "presenter", "voice_engine", "voice", "locale", "script", "use_filmed_lines",
    "needs_second_approver", "email_subject", "email_body", "sender_name", "call_to_action_label",
    "call_to_action_url", "link_days", "mail_names", "picture_text", "mail_preview",
)  # fmt: skip
OF_PEOPLE = ("columns", "column_roles", "key_column", "duplicates", "sheet_choice", "spreadsheet_name")
# What a follow-up knows of the earlier campaign, as columns of its people.
OUTCOME_COLUMNS = ("previous_sent", "previous_opened", "previous_played", "previous_watched")


class Audience(StrEnum):
    """Whom a follow-up is for. Those who did not … are of those whom something was sent to."""

    NOT_OPENED = "not_opened"
    NOT_PLAYED = "not_played"
    NOT_FINISHED = "not_finished"
    EVERYBODY = "everybody"


_WHO = {
    Audience.NOT_OPENED: "o.sent AND NOT o.opened",
    Audience.NOT_PLAYED: "o.sent AND NOT o.played",
    Audience.NOT_FINISHED: "o.sent AND NOT o.finished",
    Audience.EVERYBODY: "TRUE",
}
_OUTCOMES = """
    CREATE TEMPORARY TABLE copied_people ON COMMIT DROP AS SELECT r.id,
        coalesce(d.sent, FALSE) AS sent, coalesce(e.opened, FALSE) AS opened,
        coalesce(e.played, FALSE) AS played, coalesce(e.finished, FALSE) AS finished,
        CASE WHEN e.finished THEN 100 WHEN m.video_seconds > 0
            THEN least(100, round(100 * coalesce(e.best_s, 0) / m.video_seconds))::int ELSE 0 END AS watched
    FROM campaigns_recipient r
    LEFT JOIN campaigns_message m ON m.recipient_id = r.id
    LEFT JOIN (SELECT message_id, TRUE AS sent FROM campaigns_delivery
        WHERE campaign_id = %(source)s AND state = 'sent' GROUP BY message_id) d ON d.message_id = m.id
    LEFT JOIN (SELECT e.message_id, bool_or(e.kind = 'page_viewed') AS opened,
            bool_or(e.kind = 'played') AS played, bool_or(e.kind = 'ended') AS finished,
            max(e.seconds) FILTER (WHERE e.kind = 'progress') AS best_s
        FROM campaigns_event e JOIN campaigns_message m ON m.id = e.message_id
        WHERE m.campaign_id = %(source)s GROUP BY e.message_id) e ON e.message_id = m.id
    WHERE r.campaign_id = %(source)s AND r.removed_at IS NULL
"""
_OUTCOME_VALUES = """ || jsonb_build_object(
    'previous_sent', CASE WHEN o.sent THEN 'yes' ELSE 'no' END,
    'previous_opened', CASE WHEN o.opened THEN 'yes' ELSE 'no' END,
    'previous_played', CASE WHEN o.played THEN 'yes' ELSE 'no' END,
    'previous_watched', o.watched::text)"""


def start_duplicate(campaign: Campaign, user: AbstractBaseUser, *, with_people: bool) -> Campaign | None:
    """`duplicate`, or None where a job does it now, since the campaign has many people."""
    if not with_people or _is_small(campaign):
        return duplicate(campaign, user, with_people=with_people)
    _start_job(campaign, user, {})
    return None


def start_follow_up(campaign: Campaign, user: AbstractBaseUser, audience: Audience) -> Campaign | None:
    """`begin_follow_up`, or None where a job does it now. Raises MoveRefused."""
    if _is_small(campaign):
        return begin_follow_up(campaign, user, audience)
    _start_job(campaign, user, {"audience": str(audience)})
    return None


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. Cancelled or killed before its end, it leaves nothing; tried again after it, it
    makes no second copy."""
    if job.campaign is None or job.created_by is None:
        raise RefusedJob("The campaign, or whoever copied it, is not there any more.")
    if "campaign" in job.result:  # a worker made it and died before it could say so
        return dict(job.result)
    with transaction.atomic():
        audience = job.options.get("audience")
        if audience is None:
            made = duplicate(job.campaign, job.created_by, with_people=True, tell=progress)
        else:
            made = begin_follow_up(job.campaign, job.created_by, Audience(audience), tell=progress)
        result = {"campaign": made.pk, "next": reverse("admin:campaigns_campaign_home", args=[made.pk])}
        held = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, claimed_by=job.claimed_by)
        if not held.update(result=result):  # cancelled at the last moment
            raise Cancelled
    return result


def duplicate(
    campaign: Campaign, user: AbstractBaseUser, *, with_people: bool, tell: Tell = lambda *_: None
) -> Campaign:
    """A new campaign with the same words, presenter and settings; its people have no history here."""
    with transaction.atomic():
        made = _create_like(campaign, f"{campaign.name} (copy)", user, OF_PEOPLE if with_people else ())
        if with_people:
            _copy_people(campaign, made, "TRUE", "", tell)
        record(user, Verb.CAMPAIGN_DUPLICATED, campaign=campaign, about=f"as {made.name}")
        record(user, Verb.CAMPAIGN_CREATED, campaign=made, about=made.name)
    return made


def begin_follow_up(
    campaign: Campaign, user: AbstractBaseUser, audience: Audience, *, tell: Tell = lambda *_: None
) -> Campaign:
    """A new campaign for some of the people, with what came of this one as columns. Raises MoveRefused."""
    with transaction.atomic():
        made = _create_like(campaign, f"{campaign.name}, follow-up", user, OF_PEOPLE)
        made.follow_up_of = campaign
        made.columns = [*(one for one in campaign.columns if one not in OUTCOME_COLUMNS), *OUTCOME_COLUMNS]
        made.save(update_fields=["follow_up_of", "columns"])
        people = _copy_people(campaign, made, _WHO[audience], _OUTCOME_VALUES, tell)
        if not people:
            raise MoveRefused(NOBODY_LEFT)
        told: dict[str, Any] = {"audience": str(audience), "people": people}
        record(user, Verb.FOLLOWED_UP, campaign=campaign, about=campaign.name, **told)
        record(user, Verb.CAMPAIGN_CREATED, campaign=made, about=made.name)
    return made


def _is_small(campaign: Campaign) -> bool:
    return campaign.recipients.living()[: COPIED_AT_ONCE + 1].count() <= COPIED_AT_ONCE


def _start_job(campaign: Campaign, user: AbstractBaseUser, options: dict[str, str]) -> None:
    if find_open(campaign, JobKind.COPY) is not None:
        raise MoveRefused("This campaign is being copied already. Wait until that is done, or cancel it.")
    enqueue(JobKind.COPY, campaign=campaign, user=user, options=options)


def _create_like(campaign: Campaign, name: str, user: AbstractBaseUser, more: tuple[str, ...]) -> Campaign:
    values = {field: getattr(campaign, field) for field in (*COPIED, *more)}
    return Campaign.objects.create(name=name[:200], created_by_id=user.pk, **values)


def _copy_people(source: Campaign, target: Campaign, who: str, outcome_values: str, tell: Tell) -> int:
    """Copy living recipients in parts, within a transaction; how many there are. ``who`` and the values are
    SQL of here."""
    columns = [str(field.column) for field in Recipient._meta.concrete_fields if not field.primary_key]
    taken = {"campaign_id": "%(target)s", "removed_at": "NULL", "values": f'r."values"{outcome_values}'}
    names = ", ".join(f'"{column}"' for column in columns)
    chosen = ", ".join(taken.get(column, f'r."{column}"') for column in columns)
    done = 0
    with connection.cursor() as cursor:
        tell("looking at who watched", 0, 0)
        cursor.execute(f"DROP TABLE IF EXISTS copied_people; {_OUTCOMES}", {"source": source.pk})
        cursor.execute(f"DELETE FROM copied_people o WHERE NOT ({who})")
        cursor.execute("SELECT id FROM copied_people ORDER BY id")
        keys = [row[0] for row in cursor.fetchall()]
        for first in range(0, len(keys), ROWS_AT_ONCE):
            tell("copying the people", done, len(keys))
            cursor.execute(
                f"INSERT INTO campaigns_recipient ({names}) SELECT {chosen} FROM campaigns_recipient r "
                "JOIN copied_people o ON o.id = r.id WHERE r.id = ANY(%(keys)s) ORDER BY r.id",
                {"target": target.pk, "keys": keys[first : first + ROWS_AT_ONCE]},
            )
            done += cursor.rowcount
        tell("copying the people", done, len(keys))
    return done
