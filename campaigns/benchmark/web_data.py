"""A workspace of any size for `manage.py bench_web`: written by the database itself, so that a million rows
take seconds. Everybody in it is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Model
from django.utils import timezone

from campaigns.models import Campaign, Delivery, Event, Message, PersonalWord, Presenter, Recipient
from campaigns.states import (
    BakeState,
    CampaignState,
    DeliveryState,
    EventKind,
    RenderState,
    ReviewState,
    RowVerdict,
    move,
    move_one,
)

SCRIPT = (
    "Hello {{ first_name }}. Thank you for coming to {{ city }}. We kept a place by the window for you. "
    "{{ first_name }}, see you soon."
)
COLUMNS = ["first_name", "last_name", "email", "city", "company", "plan"]
SMALL_CAMPAIGNS = 12
SMALL_RECIPIENTS = 200
_EVENT_KINDS = (EventKind.PAGE_VIEWED, EventKind.PLAYED, EventKind.PROGRESS, EventKind.ENDED)


@dataclass(frozen=True)
class BenchWorkspace:
    """Who looks, and the large campaign that is looked at."""

    person: User
    campaign: Campaign


def fill_workspace(recipients: int, events: int) -> BenchWorkspace:
    """A campaign with so many people, their messages in every state, and events; and a dozen small ones."""
    person = User.objects.create_superuser("bench", "bench@example.org", None)
    presenter = Presenter.objects.create(
        name="Nora",
        take="bench/take.mp4",
        facts={"width": 1280, "height": 720, "fps": "25", "duration_s": 60.0},
        consent_by="Nora",
        consent_at=timezone.now(),
    )
    move_one(presenter, BakeState.READY)
    for number in range(SMALL_CAMPAIGNS):
        _fill_campaign(_create_campaign(f"Small {number + 1}", person, presenter), SMALL_RECIPIENTS, 0)
    large = _create_campaign(name_campaign(recipients), person, presenter)
    _fill_campaign(large, recipients, events)
    return BenchWorkspace(person, large)


def vacuum() -> None:
    """What the server does by itself within a minute or two: plans and counts from indexes rest on it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def find_workspace(recipients: int) -> BenchWorkspace | None:
    """The workspace of this size that was filled before and not changed since; None where there is none."""
    campaign = Campaign.objects.filter(name=name_campaign(recipients)).select_related("created_by").first()
    if campaign is None or campaign.created_by is None:
        return None
    return BenchWorkspace(campaign.created_by, campaign)


def find_largest_workspace() -> BenchWorkspace | None:
    """The largest one that was filled before, of whatever size."""
    made = Campaign.objects.filter(created_by__username="bench", name__startswith="Large, ")
    campaign = (
        made.select_related("created_by").annotate(people=Count("recipients")).order_by("-people").first()
    )
    if campaign is None or campaign.created_by is None:
        return None
    return BenchWorkspace(campaign.created_by, campaign)


def name_campaign(recipients: int) -> str:
    return f"Large, {recipients:,} people"


def _create_campaign(name: str, person: User, presenter: Presenter) -> Campaign:
    return Campaign.objects.create(
        name=name, presenter=presenter, script=SCRIPT, columns=COLUMNS, created_by=person
    )


def _fill_campaign(campaign: Campaign, recipients: int, events: int) -> None:
    _insert_recipients(campaign, recipients)
    move(campaign.recipients.exclude(problems=[]), RowVerdict.REJECTED)
    _insert_messages(campaign)
    _insert_deliveries(campaign)
    if events:
        _insert_events(campaign, events)
    _insert_words(campaign)
    move_one(campaign, CampaignState.RENDERING, started_at=timezone.now())
    move_one(campaign, CampaignState.RENDERED_WITH_FAILURES, finished_at=timezone.now())


def _insert_recipients(campaign: Campaign, count: int) -> None:
    """Of a hundred rows one has a wrong address."""
    values = """jsonb_build_object('first_name', 'Ada' || to_char(i % 5000, 'FM0000'),
        'last_name', 'Adler' || i % 977, 'email', 'person' || i || '@example.org', 'city', 'City' || i % 300,
        'company', 'Company ' || i % 4000, 'plan', CASE WHEN i % 3 = 0 THEN 'pro' ELSE 'basic' END)"""
    problem = """CASE WHEN i % 100 = 0 THEN jsonb_build_array(jsonb_build_object('code', 'address_invalid',
        'source', 'spreadsheet', 'message', 'is not an address', 'row', i + 1, 'column', 'email'))
        ELSE '[]'::jsonb END"""
    _insert(
        Recipient,
        f"generate_series(1, {count:d}) AS i",
        campaign_id=str(campaign.pk),
        row_number="i + 1",
        values=values,
        name="'Ada' || to_char(i % 5000, 'FM0000') || ' Adler' || i % 977",
        email="'person' || i || '@example.org'",
        key="'person' || i || '@example.org'",
        problems=problem,
    )


def _insert_messages(campaign: Campaign) -> None:
    """Of 200 messages one failed; of the others 60 % are approved, 5 % rejected; one in ten has a flag."""
    lines = """jsonb_build_array(
        jsonb_build_object('id', '0.0', 'text', 'Hello ' || (r.values->>'first_name') || '.'),
        jsonb_build_object('id', '1.0', 'text', 'Thank you for coming to ' || (r.values->>'city') || '.'),
        jsonb_build_object('id', '2.0', 'text', 'We kept a place by the window for you.'),
        jsonb_build_object('id', '2.1', 'text', (r.values->>'first_name') || ', see you soon.'))"""
    segments = """jsonb_build_array(
        jsonb_build_object('line', '0.0', 'text', 'Hello.', 'start_s', 0, 'end_s', 1.5, 'cached', false),
        jsonb_build_object(
            'line', '2.0', 'text', 'We kept a place.', 'start_s', 2, 'end_s', 4, 'cached', true))"""
    failed, content = "r.row_number % 200 = 7", "md5(r.id::text) || md5('bench' || r.id)"
    ready = f"NOT ({failed})"
    approved = f"({ready} AND r.row_number % 20 < 12)"
    _insert(
        Message,
        f"campaigns_recipient r WHERE r.campaign_id = {campaign.pk} AND r.verdict = 'valid'",
        campaign_id=str(campaign.pk),
        recipient_id="r.id",
        public_id="gen_random_uuid()",
        lines=lines,
        segments=segments,
        render_state=f"CASE WHEN {failed} THEN '{RenderState.FAILED}' ELSE '{RenderState.READY}' END",
        failure=f"CASE WHEN {failed} THEN 'The voice could not say this line.' ELSE '' END",
        review_state=f"""CASE WHEN {approved} THEN '{ReviewState.APPROVED}'
            WHEN {ready} AND r.row_number % 20 = 12 THEN '{ReviewState.REJECTED}'
            ELSE '{ReviewState.PENDING}' END""",
        content_hash=f"CASE WHEN {failed} THEN '' ELSE {content} END",
        approved_hash=f"CASE WHEN {approved} THEN {content} ELSE '' END",
        video=f"CASE WHEN {failed} THEN '' ELSE 'bench/video.mp4' END",
        poster=f"CASE WHEN {failed} THEN '' ELSE 'bench/poster.jpg' END",
        captions=f"CASE WHEN {failed} THEN '' ELSE 'bench/captions.vtt' END",
        video_seconds="8.0 + r.row_number % 40 / 10.0",
        work_seconds="4.0 + r.row_number % 30 / 10.0",
        scores="jsonb_build_object('closure', 0.8 + r.row_number % 20 / 100.0, 'offset_frames', 0.5)",
        risk="(r.row_number % 1000) / 500.0",
        flags="""CASE WHEN r.row_number % 10 = 3 THEN '["The lips are a little late."]'::jsonb
            ELSE '[]'::jsonb END""",
        ready_at=f"CASE WHEN {failed} THEN NULL ELSE now() - r.row_number * interval '1 second' END",
    )


def _insert_deliveries(campaign: Campaign) -> None:
    """Half of what is approved was sent; of a hundred one each failed and is unknown."""
    state = f"""CASE WHEN r.row_number % 100 = 4 THEN '{DeliveryState.FAILED}'
        WHEN r.row_number % 100 = 2 THEN '{DeliveryState.UNKNOWN}' ELSE '{DeliveryState.SENT}' END"""
    _insert(
        Delivery,
        f"""campaigns_message m JOIN campaigns_recipient r ON r.id = m.recipient_id
            WHERE m.campaign_id = {campaign.pk} AND m.review_state = '{ReviewState.APPROVED}'
            AND r.row_number % 20 < 6""",
        message_id="m.id",
        campaign_id="m.campaign_id",
        campaign_name="'Bench'",
        link_id="m.public_id",
        recipient_name="r.name",
        address="r.email",
        content_hash="m.content_hash",
        state=state,
        sent_at="now()",
        created_at="now()",
    )


def _insert_events(campaign: Campaign, count: int) -> None:
    """Spread over the sent messages: page loads, each with a view, a play, seconds and an end."""
    sent = campaign.deliveries.filter(state=DeliveryState.SENT).count()
    each = max(1, round(count / max(1, sent)))
    kinds = ", ".join(f"'{kind}'" for kind in _EVENT_KINDS)
    _insert(
        Event,
        f"""campaigns_delivery d CROSS JOIN generate_series(0, {each - 1}) AS j
            WHERE d.campaign_id = {campaign.pk} AND d.state = '{DeliveryState.SENT}'""",
        message_id="d.message_id",
        recipient_name="d.recipient_name",
        kind=f"(ARRAY[{kinds}])[1 + j % 4]",
        viewing="md5(d.id || '-' || j / 4)::uuid",
        seconds="CASE WHEN j % 4 = 2 THEN (d.id % 80) / 10.0 ELSE 0 END",
        at="now() - (d.id % 1000) * interval '1 minute'",
    )


def _insert_words(campaign: Campaign) -> None:
    """The words of the rows, looked up already; one in fifty is in no dictionary."""
    _insert(
        PersonalWord,
        f"""(SELECT values->>'first_name' AS word, count(*) AS rows, min(row_number) AS first
            FROM campaigns_recipient WHERE campaign_id = {campaign.pk} GROUP BY 1) AS w""",
        campaign_id=str(campaign.pk),
        word="w.word",
        key="lower(w.word)",
        column="'first_name'",
        rows="w.rows",
        row_number="w.first",
        spoken_in="'en-us'",
        doubt="CASE WHEN w.first % 50 = 0 THEN 2 ELSE 0 END",
    )


def _insert(model: type[Model], source: str, **expressions: str) -> None:
    """INSERT … SELECT from ``source``: these columns by SQL expressions, all others by the model's default.

    The SQL holds numbers and constants of this module alone.
    """
    columns, selected, parameters = list[str](), list[str](), list[Any]()
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        columns.append(connection.ops.quote_name(str(field.column)))
        if field.attname in expressions:
            selected.append(expressions[field.attname].replace("%", "%%"))
            continue
        selected.append(f"%s::{field.db_type(connection)}")
        parameters.append(field.get_db_prep_save(field.get_default(), connection))
    _refuse_unknown(model, expressions)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(selected)} "
    with connection.cursor() as cursor:
        cursor.execute(statement + "FROM " + source.replace("%", "%%"), parameters)


def _refuse_unknown(model: type[Model], expressions: Mapping[str, str]) -> None:
    known = {field.attname for field in model._meta.concrete_fields}
    if unknown := set(expressions) - known:
        raise ValueError(f"{model.__name__} has no column {', '.join(sorted(unknown))}.")
