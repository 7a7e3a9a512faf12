"""One clock, the database's: a machine whose own is 10 minutes wrong frees nothing that lives, and nothing of
its own work is taken for dead."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from campaigns.claims import Heartbeat, clock
from campaigns.delivery.attempt import find_due
from campaigns.delivery.schedule import send_approved, sweep_stalled
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue
from campaigns.jobs.work import sweep_stalled_jobs
from campaigns.models import Campaign, Delivery, Job, Message, Presenter
from campaigns.operations.beats import Broker, begin_sweep
from campaigns.runs import lifecycle
from campaigns.runs.bake import sweep_stalled_bakes
from campaigns.states import BakeState, DeliveryState, JobState, RenderState
from tests import people
from tests.campaigns.delivery.skewed import set_clock
from tests.campaigns.mail import approve_all

ROOT = Path(__file__).resolve().parents[3] / "campaigns"
ROOMS = ("claims", "jobs", "delivery", "runs", "operations", "storage", "standing", "recipients", "review")
# What stays on one machine: the age of files of its disk, the name of a caught mail.
OWN_CLOCK = {"delivery/mailbox.py", "storage/render_cache.py"}
MINUTES = (-10, 10)

Skew = Callable[[int], None]
pytestmark = pytest.mark.django_db


@pytest.fixture
def skew() -> Iterator[Skew]:
    """From now on this machine's clock is so many minutes wrong."""
    right = timezone.now, time.time

    def skew_from_right(minutes: int) -> None:
        timezone.now, time.time = right
        set_clock(minutes)

    yield skew_from_right
    timezone.now, time.time = right


def at_work(campaign: Campaign, alice: User) -> tuple[Delivery, Message, Job, Presenter]:
    """One of each, claimed by somebody."""
    message = approve_all(campaign, alice)[0]
    send_approved(campaign, alice)
    delivery = Delivery.objects.get(message=message)
    rendering = people.ready_message(campaign.recipients.get(email="not an address"))
    Message.objects.filter(pk=rendering.pk).update(render_state=RenderState.RENDERING)
    job = enqueue(JobKind.EXPORT, campaign=campaign)
    Job.objects.update(state=JobState.RUNNING, claimed_by="other", stage="x")
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENDING)
    baking = people.presenter()
    Presenter.objects.filter(pk=baking.pk).update(bake_state=BakeState.BAKING)
    return delivery, rendering, job, baking


def beat(*rows: Delivery | Message | Job | Presenter) -> None:
    """A sign of life of each, as their worker gives it on the machine where this runs."""
    for row in rows:
        if isinstance(row, Delivery):
            Delivery.objects.filter(pk=row.pk).update(heartbeat_at=clock.now())
        else:
            Heartbeat(type(row)._default_manager.filter(pk=row.pk))._claim.write()


def sweep() -> int:
    return sweep_stalled() + sweep_stalled_jobs() + lifecycle.sweep_stalled() + sweep_stalled_bakes()


@pytest.mark.parametrize("minutes", MINUTES)
def test_a_wrong_clock_frees_no_live_work_and_finds_what_is_dead(
    campaign: Campaign, alice: User, skew: Skew, minutes: int
) -> None:
    rows = at_work(campaign, alice)
    skew(minutes)
    beat(*rows)
    skew(-minutes)
    assert sweep() == 0
    for row in rows:
        type(row)._default_manager.filter(pk=row.pk).update(heartbeat_at=clock.now() - timedelta(minutes=6))
    assert sweep() == len(rows)


@pytest.mark.parametrize("minutes", MINUTES)
def test_what_is_due_is_due_on_every_machine(
    campaign: Campaign, alice: User, skew: Skew, minutes: int
) -> None:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    now = clock.now()
    skew(minutes)
    Delivery.objects.update(due_at=now + timedelta(minutes=5))
    assert not find_due(clock.now()).exists()
    Delivery.objects.update(due_at=now - timedelta(minutes=5))
    assert find_due(clock.now()).count() == 3
    made = Delivery.objects.create(campaign=campaign, address="x@example.org", content_hash="")
    assert abs(made.created_at - clock.now()) < timedelta(minutes=1)
    assert abs(enqueue(JobKind.EXPORT, campaign=campaign).created_at - now) < timedelta(minutes=1)


@pytest.mark.parametrize("minutes", MINUTES)
def test_a_task_is_taken_once_and_at_once_whatever_the_clocks_say(skew: Skew, minutes: int) -> None:
    broker = Broker(list_key="default")
    skew(minutes)
    broker.enqueue("a task")
    skew(-minutes)
    assert broker.queue_size() == 1
    assert [payload for _, payload in broker.dequeue() or ()] == ["a task"]
    skew(2 * minutes)
    assert (broker.queue_size(), broker.lock_size()) == (0, 1)
    assert broker.dequeue() is None


@pytest.mark.parametrize("minutes", MINUTES)
def test_the_sweep_begins_once_a_minute_among_guards_with_other_clocks(skew: Skew, minutes: int) -> None:
    broker = Broker(list_key="default")
    sweeps = Schedule.objects.get(name="sweep")
    assert sweeps.repeats == 0, "Django-Q2 would begin it by the machine's clock"
    Schedule.objects.update(next_run=clock.now() - timedelta(seconds=1))
    begun = [begin_sweep(broker) for _ in range(3)]
    skew(minutes)
    begun += [begin_sweep(broker) for _ in range(3)]
    assert begun == [True] + [False] * 5 and OrmQ.objects.count() == 1
    Schedule.objects.update(next_run=clock.now() + timedelta(minutes=10))
    assert begin_sweep(broker)


def test_no_module_compares_moments_by_the_machines_clock() -> None:
    files = [ROOT / "revisions.py"]
    files += [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    wrong = re.compile(r"timezone\.now|datetime\.now|time\.time\(|utcnow")
    found = {str(file.relative_to(ROOT)) for file in files if wrong.search(file.read_text(encoding="utf-8"))}
    assert found == OWN_CLOCK
