"""What grows out of a campaign: a duplicate, a follow-up; and its way into the archive and back."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from campaigns.history import Verb, record
from campaigns.models import Campaign, Recipient
from campaigns.states import CampaignState, DeliveryState, MoveRefused

COPIED = (
    "workspace", "presenter", "voice_engine", "voice", "locale", "script", "use_filmed_lines",
    "needs_second_approver", "email_subject", "email_body", "sender_name", "call_to_action_label",
    "call_to_action_url", "mail_names", "picture_text", "mail_preview",
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
    SELECT r.id, coalesce(d.sent, FALSE) AS sent, coalesce(e.opened, FALSE) AS opened,
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


def duplicate(campaign: Campaign, user: AbstractBaseUser, *, with_people: bool) -> Campaign:
    """A new campaign with the same words, presenter and settings; its people have no history here."""
    with transaction.atomic():
        made = _create_like(campaign, f"{campaign.name} (copy)", user, OF_PEOPLE if with_people else ())
        if with_people:
            _copy_people(campaign, made, "TRUE", "")
        record(user, Verb.CAMPAIGN_DUPLICATED, campaign=campaign, about=f"as {made.name}")
        record(user, Verb.CAMPAIGN_CREATED, campaign=made, about=made.name)
    return made


def begin_follow_up(campaign: Campaign, user: AbstractBaseUser, audience: Audience) -> Campaign:
    """A new campaign for some of the people, with what came of this one as columns."""
    with transaction.atomic():
        made = _create_like(campaign, f"{campaign.name}, follow-up", user, OF_PEOPLE)
        made.follow_up_of = campaign
        made.columns = [*(one for one in campaign.columns if one not in OUTCOME_COLUMNS), *OUTCOME_COLUMNS]
        made.save(update_fields=["follow_up_of", "columns"])
        people = _copy_people(campaign, made, _WHO[audience], _OUTCOME_VALUES)
        if not people:
            raise MoveRefused("Nobody is left for that: there is no such person to follow up with.")
        record(
            user,
            Verb.FOLLOWED_UP,
            campaign=campaign,
            about=campaign.name,
            audience=str(audience),
            people=people,
        )
        record(user, Verb.CAMPAIGN_CREATED, campaign=made, about=made.name)
    return made


def archive(campaign: Campaign, user: AbstractBaseUser) -> None:
    """Out of the lists; links go on working. MoveRefused while a run or a sending goes on."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if stored.state == CampaignState.RENDERING:
            raise MoveRefused("A run is going on. Cancel it first, or wait until it is over.")
        if stored.deliveries.filter(state__in=(DeliveryState.SCHEDULED, DeliveryState.SENDING)).exists():
            raise MoveRefused("Some mails are still on their way. Wait until they have left.")
        if stored.archived_at is None:
            Campaign.objects.filter(pk=stored.pk).update(archived_at=timezone.now())
            record(user, Verb.CAMPAIGN_ARCHIVED, campaign=stored)
    campaign.refresh_from_db()


def restore(campaign: Campaign, user: AbstractBaseUser) -> None:
    """Back into the lists."""
    with transaction.atomic():
        if Campaign.objects.filter(pk=campaign.pk, archived_at__isnull=False).update(archived_at=None):
            record(user, Verb.CAMPAIGN_RESTORED, campaign=campaign)
    campaign.refresh_from_db()


def _create_like(campaign: Campaign, name: str, user: AbstractBaseUser, more: tuple[str, ...]) -> Campaign:
    values = {field: getattr(campaign, field) for field in (*COPIED, *more)}
    return Campaign.objects.create(name=name[:200], created_by_id=user.pk, **values)


def _copy_people(source: Campaign, target: Campaign, who: str, outcome_values: str) -> int:
    """Copy living recipients in one statement; how many there are. ``who`` and the values are SQL of here."""
    columns = [str(field.column) for field in Recipient._meta.concrete_fields if not field.primary_key]
    taken = {"campaign_id": "%(target)s", "removed_at": "NULL", "values": f'r."values"{outcome_values}'}
    names = ", ".join(f'"{column}"' for column in columns)
    chosen = ", ".join(taken.get(column, f'r."{column}"') for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH o AS ({_OUTCOMES}) INSERT INTO campaigns_recipient ({names}) "
            f"SELECT {chosen} FROM campaigns_recipient r JOIN o ON o.id = r.id WHERE {who}",
            {"source": source.pk, "target": target.pk},
        )
        return cursor.rowcount
