"""What Django-Q2 calls by name. Each is safe to run twice or at once: the rows decide what is done."""

from __future__ import annotations

from django_q.tasks import async_task

from campaigns.api.gate import sweep_answers
from campaigns.claims import create_token
from campaigns.delivery import schedule
from campaigns.jobs import work
from campaigns.models import Campaign
from campaigns.privacy import orphans, retention
from campaigns.recipients import import_drafts, personal_words
from campaigns.runs import bake, lifecycle, worker
from campaigns.standing import viewing
from campaigns.storage.uploads import sweep_uploads
from campaigns.visits.clients import sweep_visitors
from campaigns.webhooks import calls
from campaigns.webhooks.endpoints import sweep_calls


def render_one() -> str:
    """Do what is next, then wake a worker for what follows; so a worker can be renewed in between.

    Videos that a person waits for go first, then takes to prepare, then runs. Its name stands in queues of
    older versions and is never changed.
    """
    messages = worker.claim_and_render(urgent_only=True)
    baked = bake.claim_first_bake() if not messages else None
    if not messages and baked is None:
        messages = worker.claim_and_render()
    if not messages and baked is None:
        return "nothing waits"
    lifecycle.wake_workers(most=1)
    return (
        f"presenter {baked}"
        if baked is not None
        else f"messages {', '.join(str(one.pk) for one in messages)}"
    )


def bake_presenter(presenter_id: int) -> None:
    """Prepare a take, then let the runs begin that waited for it."""
    bake.claim_and_bake(presenter_id)
    lifecycle.wake_workers()


def study_words(campaign_id: int) -> None:
    """Count the personal words of a campaign and look up how they sound."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is not None:
        personal_words.study_words(campaign)


def deliver(delivery_id: int) -> str:
    """Send one message, unless another worker has it or it is not due."""
    return schedule.deliver(delivery_id, create_token())


def deliver_due() -> int:
    """Send some of what is due, then wake another for the rest; in between other tasks have their turn."""
    tried = schedule.deliver_some(create_token())
    if tried == schedule.DELIVERED_AT_ONCE:
        async_task("campaigns.tasks.deliver_due", task_name="send what is due")
    return tried


def count_viewing(campaign_id: int) -> None:
    """Count what was watched of a campaign, for its home."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is not None:
        viewing.count_viewing(campaign)


def work_on_job(job_id: int) -> str:
    """Do one job, unless another worker has it."""
    return work.work_on_job(job_id)


def expire() -> str:
    """Delete what is older than it is kept, and files that belong to nothing. Runs once a day."""
    gone = sum(one.count for one in retention.expire())
    return f"{gone} expired, {orphans.sweep_orphans()} files belonged to nothing"


def call_webhooks() -> int:
    """Call some of the webhooks that are due, then wake another for the rest."""
    done = calls.call_due()
    if calls.has_due():
        async_task("campaigns.tasks.call_webhooks", task_name="call webhooks")
    return done


def sweep() -> None:
    """Free what dead workers held. Runs every minute in the queue ``default``."""
    bake.sweep_stalled_bakes()
    work.sweep_stalled_jobs()
    import_drafts.sweep_drafts()
    lifecycle.sweep_stalled()
    schedule.sweep_stalled()
    sweep_uploads()
    sweep_visitors()
    sweep_answers()
    calls.sweep_stalled_calls()
    sweep_calls()
    if calls.has_due():
        async_task("campaigns.tasks.call_webhooks", task_name="call webhooks")
