"""Who is next: workers at once share turns among runs, and what a person waits for goes before mass work."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from campaigns import tasks
from campaigns.models import Campaign, Message, Presenter, Recipient
from campaigns.runs import lifecycle
from campaigns.runs.bake import ask_for_voice
from campaigns.runs.sample import start_sample
from campaigns.runs.turns import list_bakes
from campaigns.states import BakeState, RenderState

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def start_run(name: str, people: int, presenter: Presenter, alice: User) -> Campaign:
    made = Campaign.objects.create(name=name, presenter=presenter, script="Hi {{ first_name }}.")
    for number in range(2, people + 2):
        values = {"first_name": f"{name}{number}"}
        Recipient.objects.create(campaign=made, row_number=number, values=values, name=values["first_name"])
    lifecycle.start(made, alice)
    return made


def claim_some(count: int) -> list[Message]:
    try:
        return [one for _ in range(count) if (one := lifecycle.claim_next(fresh=True)) is not None]
    finally:
        connection.close()


def test_workers_at_once_give_every_run_as_many_turns(presenter: Presenter, alice: User) -> None:
    runs = [start_run(name, people, presenter, alice) for name, people in (("A", 40), ("B", 40), ("C", 3))]
    with ThreadPoolExecutor(WORKERS) as workers:
        taken = [one for some in workers.map(claim_some, [6] * WORKERS) for one in some]
    shares = Counter(one.campaign_id for one in taken)
    assert len({one.pk for one in taken}) == 6 * WORKERS
    assert shares[runs[2].pk] == 3
    assert abs(shares[runs[0].pk] - shares[runs[1].pk]) <= WORKERS


def test_a_task_prepares_a_take_before_it_makes_videos_of_a_run_but_after_a_sample(
    campaign: Campaign, presenter: Presenter, alice: User
) -> None:
    run = start_run("Mass", 2, presenter, alice)
    start_sample(campaign, alice, 1)
    waiting = Presenter(name="Waits", consent_at=timezone.now())
    waiting.take.save("take.mp4", ContentFile(b"not a video"))
    assert tasks.render_one() == f"messages {campaign.messages.get().pk}"
    assert tasks.render_one() == f"presenter {waiting.pk}"
    assert tasks.render_one() == f"messages {run.messages.order_by('pk')[0].pk}"


def test_a_voice_that_is_asked_for_later_goes_before_mass_work_too(presenter: Presenter) -> None:
    now = timezone.now()
    Presenter.objects.filter(pk=presenter.pk).update(started_at=now - timedelta(days=1), voice_consent_at=now)
    ask_for_voice(presenter)
    assert presenter.bake_state == BakeState.WAITING
    assert list(list_bakes()) == [presenter]


def test_a_dead_workers_sample_video_waits_behind_the_other_samples(campaign: Campaign, alice: User) -> None:
    start_sample(campaign, alice, 2)
    first = lifecycle.claim_next()
    assert first is not None
    Message.objects.filter(pk=first.pk).update(render_state=RenderState.QUEUED)
    second = lifecycle.claim_next()
    assert second is not None and second != first
