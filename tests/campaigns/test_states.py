"""Statuses change only through their table, whoever asks at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F, Model, TextChoices
from django.utils import timezone

from campaigns import states
from campaigns.models import (
    Campaign,
    Delivery,
    Job,
    Message,
    Presenter,
    Recipient,
    WebhookCall,
    WebhookEndpoint,
)
from campaigns.states import (
    MOVES,
    BakeState,
    CallState,
    CampaignState,
    DeliveryState,
    JobState,
    MoveRefused,
    Outcome,
    RenderState,
    ReviewState,
    RowVerdict,
    find_status_column,
    list_status_columns,
    move,
    move_one,
)
from tests.campaigns.status_writes import status_writes

ROOT = Path(__file__).resolve().parents[2]
JUDGES = ROOT / "campaigns" / "visits" / "verdicts.py"  # an event's verdict is no status of a row of a sheet
COPIES = ROOT / "campaigns" / "standing" / "copies.py"  # copies rows with the verdict that they have
CODE = sorted(path for folder in ("campaigns", "platform") for path in (ROOT / folder).rglob("*.py"))
MODELS = {BakeState: Presenter, CampaignState: Campaign, RowVerdict: Recipient, RenderState: Message}
MODELS |= {
    ReviewState: Message,
    DeliveryState: Delivery,
    JobState: Job,
    CallState: WebhookCall,
    Outcome: Delivery,
}
PAIRS = [(old, new) for statuses in MOVES for old in statuses for new in statuses]
COLUMNS = {
    column for model in apps.get_app_config("campaigns").get_models() for column in list_status_columns(model)
}


def name_of(value: object) -> str:
    if isinstance(value, TextChoices):
        return f"{type(value).__name__}-{value}"
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else str(value)


@pytest.fixture
def row_in(campaign: Campaign, presenter: Presenter) -> Callable[[TextChoices], Model]:
    """Makes a stored row with this status."""

    def made(status: TextChoices) -> Model:
        recipient = campaign.recipients.order_by("row_number")[0]
        message, _ = Message.objects.get_or_create(campaign=campaign, recipient=recipient)
        delivery = Delivery(message=message, address="ada@example.org")
        delivery.save()
        job = Job.objects.create(kind="revalidate", campaign=campaign)
        rows = {Presenter: presenter, Campaign: campaign, Recipient: recipient, Message: message, Job: job}
        hook, now = WebhookEndpoint.objects.create(workspace=campaign.workspace), timezone.now()
        call = WebhookCall.objects.create(endpoint=hook, kind="opt_out", at=now, due_at=now)
        row: Model = {**rows, Delivery: delivery, WebhookCall: call}[MODELS[type(status)]]
        type(row)._default_manager.filter(pk=row.pk).update(
            **{find_status_column(type(row), type(status)): status}
        )
        row.refresh_from_db()
        return row

    return made


def stored(row: Model) -> dict[str, object]:
    return type(row)._default_manager.filter(pk=row.pk).values().get()


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=name_of)
def test_a_row_makes_the_moves_of_its_table_and_no_other(
    row_in: Callable[[TextChoices], Model], old: TextChoices, new: TextChoices
) -> None:
    row = row_in(old)
    column = find_status_column(type(row), type(new))
    before = stored(row)
    if new in MOVES[type(old)][old]:
        move_one(row, new)
        assert stored(row) == {**before, column: new}
        assert getattr(row, column) == new
    else:
        with pytest.raises(MoveRefused) as refused:
            move_one(row, new)
        assert str(refused.value).endswith(".")
        assert stored(row) == before
        assert getattr(row, column) == old


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=name_of)
def test_of_many_rows_those_move_that_may(
    row_in: Callable[[TextChoices], Model], old: TextChoices, new: TextChoices
) -> None:
    row = row_in(old)
    rows = type(row)._default_manager.filter(pk=row.pk)
    assert move(rows, new) == (1 if new in MOVES[type(old)][old] else 0)
    column = find_status_column(type(row), type(new))
    assert stored(row)[column] == (new if new in MOVES[type(old)][old] else old)


def test_every_status_of_every_model_has_a_table() -> None:
    assert set(MOVES) == set(MODELS)
    for statuses, moves in MOVES.items():
        assert set(moves) == set(statuses)
        assert set().union(*moves.values()) <= set(statuses)
        assert find_status_column(MODELS[statuses], statuses) in list_status_columns(MODELS[statuses])


def test_values_are_stored_with_the_move_and_only_with_it(row_in: Callable[[TextChoices], Model]) -> None:
    message = row_in(RenderState.QUEUED)
    rows = Message.objects.filter(pk=message.pk)
    assert move(rows, RenderState.RENDERING, attempts=F("attempts") + 1, stage="starting") == 1
    assert move(rows, RenderState.RENDERING, attempts=F("attempts") + 1, stage="again") == 0
    assert (stored(message)["attempts"], stored(message)["stage"]) == (1, "starting")


def test_a_row_that_moved_in_between_is_refused_by_what_it_is_now(
    row_in: Callable[[TextChoices], Model],
) -> None:
    delivery = row_in(DeliveryState.SCHEDULED)
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENT)
    before = stored(delivery)
    with pytest.raises(MoveRefused, match="never sent twice"):
        move_one(delivery, DeliveryState.SENDING, reason="mine")
    assert stored(delivery) == before


def test_a_row_that_was_deleted_in_between_is_refused(row_in: Callable[[TextChoices], Model]) -> None:
    recipient = row_in(RowVerdict.VALID)
    Recipient.objects.filter(pk=recipient.pk).delete()
    with pytest.raises(MoveRefused, match="recipient is not there any more"):
        move_one(recipient, RowVerdict.REJECTED)


def test_a_selection_over_a_join_is_refused(campaign: Campaign) -> None:
    with pytest.raises(ValueError, match="without a join"):
        move(Message.objects.filter(campaign__name="Spring"), RenderState.RENDERING)


def test_a_second_status_among_the_values_is_refused(campaign: Campaign) -> None:
    with pytest.raises(ValueError, match="one status at a time"):
        move(campaign.messages.all(), RenderState.QUEUED, review_state=ReviewState.PENDING)


def test_a_model_without_the_status_is_a_fault(campaign: Campaign) -> None:
    with pytest.raises(LookupError, match="Campaign has no BakeState"):
        move(Campaign.objects.all(), BakeState.READY)


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_a_row_moves_nothing_when_another_moved_it(
    row_in: Callable[[TextChoices], Model],
) -> None:
    """The second worker's UPDATE waits for the first one's transaction, then looks at the row again."""
    message = row_in(RenderState.QUEUED)
    rows = Message.objects.filter(pk=message.pk)
    moved: list[int] = []

    def claim() -> None:
        try:
            moved.append(move(rows.all(), RenderState.RENDERING, claimed_by="second"))
        finally:
            connection.close()

    second = threading.Thread(target=claim)
    with transaction.atomic():
        assert move(rows, RenderState.RENDERING, claimed_by="first") == 1
        second.start()
        until_a_query_waits(second)
    second.join()
    assert moved == [0]
    assert stored(message)["claimed_by"] == "first"


def until_a_query_waits(worker: threading.Thread) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
    pause = threading.Event()
    while worker.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        pause.wait(0.01)
    pytest.fail("The second move did not wait for the first.")


def test_saving_a_row_that_was_read_before_a_move_leaves_the_status(campaign: Campaign, alice: User) -> None:
    early = Campaign.objects.get(pk=campaign.pk)
    move_one(campaign, CampaignState.RENDERING)
    early.name = "Summer"
    early.save()
    campaign.refresh_from_db()
    assert (campaign.name, campaign.state) == ("Summer", CampaignState.RENDERING)


def test_saving_a_status_by_name_is_a_fault(campaign: Campaign) -> None:
    with pytest.raises(ValueError, match=r"states\.move only"):
        campaign.save(update_fields=["name", "state"])


# The code


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_no_code_writes_a_status_past_the_table(path: Path) -> None:
    if path in (Path(states.__file__), COPIES, JUDGES):
        return
    assert status_writes(path.read_text(encoding="utf-8"), COLUMNS, STATUS_MODELS) == []


STATUS_MODELS = {model.__name__ for model in MODELS.values()}


@pytest.mark.parametrize(
    "code",
    [
        "Message.objects.filter(pk=1).update(render_state='ready', stage='')",
        "rows.update(**{'state': new})",
        "values = {'verdict': 1}\nrows.update(**values)",
        "values = dict(verdict=1)\nrows.update(**values)",
        "message.render_state = 'ready'",
        "campaign.state, campaign.finished_at = 'rendered', now",
        "campaign.state: str = 'rendered'",
        "setattr(row, 'bake_state', 'ready')",
        "row.save(update_fields=['stage', 'bake_state'])",
        "FIELDS = ['reason', 'state']\nDelivery.objects.bulk_update(rows, FIELDS)",
        "FIELDS: list[str] = ['reason', 'state']\nDelivery.objects.bulk_update(rows, fields=FIELDS)",
        "Message.objects.create(campaign=campaign, review_state=ReviewState.APPROVED)",
        "Presenter.objects.get_or_create(name='Nora', defaults={'bake_state': 'ready'})",
        "Recipient(campaign=campaign, verdict=RowVerdict.REJECTED)",
        "models.Delivery(message=message, state=state)",
        "move(rows, RenderState.READY, review_state='pending')",
        "cursor.execute('UPDATE campaigns_message SET render_state = 1')",
        "def f():\n    async def g():\n        await rows.aupdate(state=1)",
    ],
)
def test_the_checker_finds_a_write(code: str) -> None:
    assert len(status_writes(code, COLUMNS, STATUS_MODELS)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "move(rows, RenderState.READY, stage='')",
        "move_one(campaign, CampaignState.RENDERED)",
        "rows.filter(render_state='ready').update(stage='')",
        "if message.render_state == RenderState.READY: count += 1",
        "state = campaign.state",
        "row.save(update_fields=['stage'])",
        "list_display = ('name', 'state')",
        "Message(campaign=campaign)",
        "hashed.update(data)",
        "Button(state='on')",
    ],
)
def test_the_checker_lets_reading_and_moving_pass(code: str) -> None:
    assert status_writes(code, COLUMNS, STATUS_MODELS) == []
