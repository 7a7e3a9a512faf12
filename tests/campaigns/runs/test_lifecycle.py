"""A run's states, its claims and its progress, on real PostgreSQL; rendering itself is in test_workers.py."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from campaigns.claims import Heartbeat, Heartbeats
from campaigns.engine import Cancelled, Step
from campaigns.models import Campaign, Message, Presenter, PronunciationEntry, Recipient
from campaigns.runs import lifecycle
from campaigns.states import BakeState, CampaignState, MoveRefused, RenderState, ReviewState

pytestmark = pytest.mark.django_db(transaction=True)


def start(campaign: Campaign, alice: User) -> Campaign:
    lifecycle.start(campaign, alice)
    return campaign


def finish(message: Message, state: str = RenderState.READY) -> None:
    Message.objects.filter(lifecycle.match_claim(message)).update(render_state=state, ready_at=timezone.now())
    lifecycle.settle(message.campaign)


def test_start_queues_one_message_per_valid_row_and_wakes_workers(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    assert campaign.state == CampaignState.RENDERING
    assert [message.recipient.name for message in campaign.messages.all()] == ["Ada", "José", "O'Neil"]
    assert campaign.messages.get(recipient__name="Ada").lines[0]["text"] == "Hello Ada."
    assert OrmQ.objects.filter(key="render").count() == 3


def test_a_row_that_the_script_cannot_fill_fails_alone(campaign: Campaign, alice: User) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(script="Hello {{ first_name }} from {{ city }}.")
    start(campaign, alice)
    failed = campaign.messages.get(render_state=RenderState.FAILED)
    assert failed.recipient.name == "José"
    assert failed.failure_permanent
    assert failed.failure.startswith("Row 3: Script, line 1, column 32: “city” is empty")
    assert campaign.messages.filter(render_state=RenderState.QUEUED).count() == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"script": " "}, "The script is empty"),
        ({"script": "Hi {{ x"}, "Script, line 1, column 4"),
        ({"presenter": None}, "Choose a presenter"),
    ],
)
def test_what_is_missing_is_said_before_anything_starts(
    campaign: Campaign, alice: User, change: dict[str, object], sentence: str
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(**change)
    with pytest.raises(MoveRefused, match=sentence):
        lifecycle.start(campaign, alice)
    assert not campaign.messages.exists()


def test_no_run_without_the_presenters_consent(campaign: Campaign, presenter: Presenter, alice: User) -> None:
    Presenter.objects.filter(pk=presenter.pk).update(consent_revoked_at=timezone.now())
    with pytest.raises(MoveRefused, match="withdrawn the consent"):
        lifecycle.start(campaign, alice)


def test_a_running_campaign_is_not_started_twice(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    with pytest.raises(MoveRefused, match="rendering already"):
        lifecycle.start(campaign, alice)


def test_many_workers_at_once_never_claim_the_same_message(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    claimed: list[int] = []

    def work(name: str) -> None:
        try:
            while (message := lifecycle.claim_next(name)) is not None:
                claimed.append(message.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(claimed) == sorted(campaign.messages.values_list("pk", flat=True))


def test_nothing_is_claimed_until_the_presenter_is_ready(
    campaign: Campaign, presenter: Presenter, alice: User
) -> None:
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.WAITING)
    start(campaign, alice)
    assert lifecycle.claim_next() is None
    assert lifecycle.compute_progress(campaign).stage == "preparing the presenter: waiting for a worker"


def test_a_dead_workers_message_is_queued_again(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    message = lifecycle.claim_next("the dead one")
    assert message is not None
    assert lifecycle.sweep_stalled() == 0
    long_ago = timezone.now() - timedelta(seconds=settings.RENDER_STALLED_AFTER_S + 1)
    Message.objects.filter(pk=message.pk).update(heartbeat_at=long_ago)
    assert lifecycle.sweep_stalled() == 1
    others = [lifecycle.claim_next("the next one"), lifecycle.claim_next("the next one")]
    assert message not in others  # it waits until the others had their turn
    again = lifecycle.claim_next("the next one")
    assert again is not None
    assert (again.pk, again.attempts) == (message.pk, 2)
    assert not Message.objects.filter(
        lifecycle.match_claim(message)
    ).exists()  # the dead one holds it no more


def test_a_message_that_kills_workers_again_and_again_is_put_aside(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    long_ago = timezone.now() - timedelta(seconds=settings.RENDER_STALLED_AFTER_S + 1)
    first = campaign.messages.all()[0]
    campaign.messages.exclude(pk=first.pk).update(render_state=RenderState.READY)
    for _ in range(lifecycle.ATTEMPTS_MAX):
        message = lifecycle.claim_next()
        assert message is not None and message.pk == first.pk
        Message.objects.filter(pk=first.pk).update(heartbeat_at=long_ago)
        lifecycle.sweep_stalled()
    first.refresh_from_db()
    assert first.render_state == RenderState.FAILED
    assert f"stopped {lifecycle.ATTEMPTS_MAX} times" in first.failure


def test_what_killed_a_worker_is_not_claimed_with_others(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    first = campaign.messages.all()[0]
    Message.objects.filter(pk=first.pk).update(attempts=1)
    claimed = [
        lifecycle.claim_next(fresh=True),
        lifecycle.claim_next(fresh=True),
        lifecycle.claim_next(fresh=True),
    ]
    assert claimed[2] is None
    assert first not in claimed
    assert lifecycle.claim_next() == first


def test_one_thread_keeps_many_claims_and_each_is_lost_alone(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    first, second = (lifecycle.claim_next() or pytest.fail("nothing to claim") for _ in range(2))
    rows = Message.objects.filter(pk=second.pk)
    with Heartbeats(beat_s=0.02) as beats:
        lost, kept = (beats.add(Message.objects.filter(lifecycle.match_claim(m))) for m in (first, second))
        Message.objects.filter(pk=first.pk).update(render_state=RenderState.CANCELLED)
        told = threading.Event()
        with pytest.raises(Cancelled):
            while not told.wait(0.02):
                lost(Step("mouths", 1, 2))
        kept(Step("mouths", 1, 2))
        while not rows.filter(done=1, heartbeat_at__gt=second.heartbeat_at).exists():
            told.wait(0.02)


def test_cancel_keeps_what_is_ready_and_tells_the_worker(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    ready = lifecycle.claim_next()
    busy = lifecycle.claim_next()
    assert ready is not None and busy is not None
    finish(ready)
    with Heartbeat(Message.objects.filter(lifecycle.match_claim(busy)), beat_s=0.02) as heartbeat:
        lifecycle.cancel(campaign)
        told = threading.Event()
        with pytest.raises(Cancelled):
            while not told.wait(0.02):
                heartbeat(Step("mouths", 1, 2))
    states = dict(campaign.messages.values_list("pk", "render_state"))
    assert states.pop(ready.pk) == RenderState.READY
    assert set(states.values()) == {RenderState.CANCELLED}
    assert campaign.state == CampaignState.CANCELLED


def test_a_run_ends_when_its_last_message_does(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    while (message := lifecycle.claim_next()) is not None:
        campaign.refresh_from_db()
        assert campaign.state == CampaignState.RENDERING
        finish(message)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.RENDERED
    assert campaign.finished_at is not None


def test_failed_messages_are_tried_again_and_ready_ones_stay(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    for state in (RenderState.READY, RenderState.FAILED, RenderState.READY):
        message = lifecycle.claim_next()
        assert message is not None
        Message.objects.filter(pk=message.pk).update(video="kept.mp4")
        finish(message, state)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.RENDERED_WITH_FAILURES
    lifecycle.retry_failed(campaign)
    assert campaign.messages.filter(render_state=RenderState.QUEUED).count() == 1
    assert campaign.messages.filter(render_state=RenderState.READY).count() == 2


def test_only_rows_whose_words_changed_are_made_again(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    while (message := lifecycle.claim_next()) is not None:
        Message.objects.filter(pk=message.pk).update(video="kept.mp4")
        finish(message)
    ada = campaign.recipients.get(name="Ada")
    ada.values |= {"city": "Paris"}
    ada.save()
    campaign.refresh_from_db()
    lifecycle.start(campaign, alice)
    assert [m.recipient.name for m in campaign.messages.filter(render_state=RenderState.QUEUED)] == ["Ada"]


@pytest.mark.parametrize(("used", "again"), [(True, []), (False, ["Ada"])])
def test_videos_with_filmed_lines_are_made_again_where_these_are_not_wanted_any_more(
    campaign: Campaign, alice: User, used: bool, again: list[str]
) -> None:
    start(campaign, alice)
    while (message := lifecycle.claim_next()) is not None:
        source = "filmed" if message.recipient.name == "Ada" else "spoken"
        segments = [{"line": "0.0", "source": source}]
        Message.objects.filter(pk=message.pk).update(video="kept.mp4", segments=segments)
        finish(message)
    campaign.refresh_from_db()
    campaign.use_filmed_lines = used
    campaign.save()
    lifecycle.start(campaign, alice)
    assert [m.recipient.name for m in campaign.messages.filter(render_state=RenderState.QUEUED)] == again


def test_a_video_whose_row_the_script_no_longer_suits_fails_with_the_reason(
    campaign: Campaign, alice: User
) -> None:
    start(campaign, alice)
    while (message := lifecycle.claim_next()) is not None:
        Message.objects.filter(pk=message.pk).update(video="kept.mp4", review_state="approved")
        finish(message)
    Campaign.objects.filter(pk=campaign.pk).update(script="Hello {{ first_name }} from {{ city }}.")
    lifecycle.start(campaign, alice)
    jose = campaign.messages.get(recipient__name="José")
    assert (jose.render_state, jose.review_state) == (RenderState.FAILED, ReviewState.PENDING)
    assert "“city” is empty" in jose.failure
    assert campaign.messages.filter(render_state=RenderState.QUEUED).count() == 2


def test_progress_counts_frames_of_the_current_message_and_foretells_the_end(
    campaign: Campaign, alice: User
) -> None:
    start(campaign, alice)
    assert lifecycle.compute_progress(campaign).eta_s is None
    first = lifecycle.claim_next()
    assert first is not None
    finish(first)
    begun = timezone.now() - timedelta(seconds=30)
    Campaign.objects.filter(pk=campaign.pk).update(started_at=begun)
    Message.objects.filter(pk=first.pk).update(started_at=begun)
    second = lifecycle.claim_next()
    assert second is not None
    Message.objects.filter(pk=second.pk).update(done=50, total=100, stage="mouths")
    campaign.refresh_from_db()
    progress = lifecycle.compute_progress(campaign)
    assert (progress.total, progress.ready, progress.rendering, progress.queued) == (3, 1, 1, 1)
    assert progress.stage == "mouths"
    assert progress.fraction == pytest.approx(0.5)
    assert progress.eta_s == pytest.approx(30, abs=3)  # 3 of 6 distinct lines took 30 s


def make_ready(campaign: Campaign) -> None:
    """Every queued message as a worker would leave it, approved."""
    for message in campaign.messages.all():
        message.video.save("video.mp4", ContentFile(b"a video"), save=True)
    hashes = {"content_hash": "a" * 64, "approved_hash": "a" * 64}
    campaign.messages.update(render_state="ready", review_state="approved", ready_at=timezone.now(), **hashes)
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERED, slots={"line_ids": ["0.0"]})


def list_states(campaign: Campaign) -> dict[str, tuple[str, bool]]:
    """name → render state, whether it is approved."""
    return {
        message.recipient.name: (message.render_state, message.is_approved)
        for message in campaign.messages.select_related("recipient")
    }


READY, AGAIN = (RenderState.READY, True), (RenderState.QUEUED, False)


def test_a_correction_makes_anew_only_who_is_called_so(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    make_ready(campaign)
    PronunciationEntry.objects.create(word="ada", key="ada", said="AH-dah")
    start(campaign, alice)
    assert list_states(campaign) == {"Ada": AGAIN, "José": READY, "O'Neil": READY}
    told = campaign.messages.get(recipient__name="Ada").made_with["pronunciations"]
    assert [(one["word"], one["said"]) for one in told] == [("ada", "AH-dah")]


def test_what_a_row_says_of_its_name_makes_anew_that_row(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    make_ready(campaign)
    row = campaign.recipients.get(name="José")
    row.values["pronounce_as"] = "/xoˈse/"
    row.save()
    start(campaign, alice)
    assert list_states(campaign) == {"Ada": READY, "José": AGAIN, "O'Neil": READY}


def test_another_voice_or_locale_makes_everything_anew_with_slots_of_its_own(
    campaign: Campaign, alice: User
) -> None:
    for change in ({"locale": "en-GB"}, {"voice_engine": "pyttsx3"}):
        start(campaign, alice)
        make_ready(campaign)
        start(campaign, alice)
        assert set(list_states(campaign).values()) == {READY}
        lifecycle.settle(campaign)
        Campaign.objects.filter(pk=campaign.pk).update(**change)
        start(Campaign.objects.get(pk=campaign.pk), alice)
        assert set(list_states(campaign).values()) == {AGAIN}
        assert Campaign.objects.get(pk=campaign.pk).slots is None
        lifecycle.cancel(campaign)


def test_videos_of_an_older_version_stay_until_something_changes(campaign: Campaign, alice: User) -> None:
    start(campaign, alice)
    make_ready(campaign)
    campaign.messages.update(made_with={})
    start(campaign, alice)
    assert set(list_states(campaign).values()) == {READY}


def test_letters_that_the_voice_cannot_read_fail_before_the_work_begins(
    campaign: Campaign, alice: User
) -> None:
    Recipient.objects.filter(campaign=campaign, name="José").update(
        values={"first_name": "王小明", "city": ""}
    )
    start(campaign, alice)
    failed = campaign.messages.get(render_state=RenderState.FAILED)
    assert failed.failure.startswith("Row 3: ") and "王小明" in failed.failure
