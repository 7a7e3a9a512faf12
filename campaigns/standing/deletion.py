"""A campaign or a presenter deleted: what goes is counted first, the rows go in parts, the files last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from campaigns.engine import Cancelled
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Delivery, Job, Presenter, Recipient, Revision
from campaigns.revisions import delete_folder
from campaigns.standing.archive import Doomed, archive, find_deletion, name_model
from campaigns.standing.row_tree import delete_rows, split_keys
from campaigns.states import BakeState, DeliveryState, MoveRefused, RenderState
from campaigns.storage.parts import delete_parts, list_own_parts

DELETED_AT_ONCE = 500  # rows that a page deletes itself
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Losses:
    """What goes with a campaign or a presenter. ``links``: that were sent and stop working."""

    people: int = 0
    videos: int = 0
    links: int = 0
    used_by: tuple[str, ...] = ()  # campaigns that keep a presenter from being deleted


def count_losses(doomed: Doomed) -> Losses:
    """Counted now, in a few queries."""
    if isinstance(doomed, Campaign):
        sent = Delivery.objects.filter(campaign=doomed, state=DeliveryState.SENT, message__isnull=False)
        videos = doomed.messages.filter(Q(render_state=RenderState.READY) | ~Q(video=""))
        return Losses(doomed.recipients.count(), videos.count(), sent.values("message").distinct().count())
    shown = Revision.objects.filter(presenter=doomed, withdrawn_at=None)
    sent = Delivery.objects.filter(state=DeliveryState.SENT, message__in=shown.values("message"))
    used_by = tuple(doomed.campaigns.order_by("name").values_list("name", flat=True))
    return Losses(0, 0, sent.values("message").distinct().count(), used_by)


def start_deletion(doomed: Doomed, user: AbstractBaseUser) -> Job | None:
    """Delete it at once, or by the job that is returned where many rows go with it. Raises MoveRefused."""
    if find_deletion(doomed) is not None:
        raise MoveRefused("This is being deleted already.")
    losses, rows = count_losses(doomed), _count_rows(doomed)
    if isinstance(doomed, Campaign):
        archive(doomed, user)  # nothing is made or sent while it goes
    told = {"people": losses.people, "videos": losses.videos, "links": losses.links}
    asked = {"model": name_model(doomed), "pk": doomed.pk, "folders": _list_folders(doomed), "told": told}
    if rows > DELETED_AT_ONCE:
        return enqueue(JobKind.DELETE, workspace_id=doomed.workspace_id, user=user, options=asked)
    _delete(doomed, user, asked, lambda *_: None)
    return None


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. Cancelled, it keeps what is not deleted yet; tried again, it goes on."""
    model: type[Doomed] = Campaign if job.options["model"] == "campaign" else Presenter
    doomed = model._default_manager.filter(pk=job.options["pk"]).first()
    if doomed is not None:
        _delete(doomed, job.created_by, job.options, progress)
    _delete_folders(job.options["folders"])  # also what a worker left that died at it
    return {"next": reverse(f"admin:campaigns_{job.options['model']}_changelist")}


def _delete(doomed: Doomed, user: AbstractBaseUser | None, asked: Mapping[str, Any], tell: Tell) -> None:
    if isinstance(doomed, Campaign):
        _delete_people(doomed, user, tell)
    else:
        _require_unused(doomed)
    with transaction.atomic():
        _record(doomed, user, asked["told"])
        delete_rows(type(doomed), [doomed.pk])
    _delete_folders(asked["folders"])


def _delete_people(campaign: Campaign, user: AbstractBaseUser | None, tell: Tell) -> None:
    """In parts that each stay, so that nobody waits for their locks, and with their files."""
    done, total = 0, campaign.recipients.count()
    try:
        for keys in split_keys(campaign.recipients.all()):
            tell("deleting the people", done, total)
            folders = _list_message_folders(campaign, keys)
            parts = list_own_parts(campaign.messages.filter(recipient__in=keys))
            with transaction.atomic():
                delete_rows(Recipient, keys)
            _delete_folders(folders)
            delete_parts(parts)
            done += len(keys)
        tell("deleting the people", done, total)
    except Cancelled:
        if done:
            record(user, Verb.DELETION_STOPPED, campaign=campaign, about=campaign.name, people_deleted=done)
        raise


def _delete_folders(folders: Iterable[str]) -> None:
    for folder in folders:
        delete_folder(folder)


def _require_unused(presenter: Presenter) -> None:
    used_by = presenter.campaigns.count()
    if used_by:
        campaigns = "one campaign uses" if used_by == 1 else f"{used_by} campaigns use"
        raise MoveRefused(f"{campaigns.capitalize()} {presenter}. Choose another presenter there first.")
    if presenter.bake_state == BakeState.BAKING:
        raise MoveRefused(f"The take of {presenter} is being prepared. Wait until that is over.")


def _record(doomed: Doomed, user: AbstractBaseUser | None, told: Mapping[str, int]) -> None:
    if isinstance(doomed, Campaign):
        about: dict[str, Any] = dict(told)
        record(user, Verb.CAMPAIGN_DELETED, campaign=doomed, about=doomed.name, **about)
    else:
        links = told["links"]
        record(user, Verb.PRESENTER_DELETED, workspace=doomed.workspace, about=doomed.name, links=links)


def _count_rows(doomed: Doomed) -> int:
    """How much work it is; a presenter that cannot be deleted is refused here."""
    if isinstance(doomed, Campaign):
        return doomed.recipients.count()
    _require_unused(doomed)
    return Revision.objects.filter(presenter=doomed).count()


def _list_folders(doomed: Doomed) -> list[str]:
    """Where its files lie, and those of its imports and exports."""
    jobs = [str(one) for one in doomed.jobs.values_list("public_id", flat=True)]
    drafts = {str(one) for one in doomed.jobs.values_list("options__draft", flat=True) if one}
    return [
        f"{name_model(doomed)}s/{doomed.public_id}",
        *(f"jobs/{one}" for one in [*jobs, *sorted(drafts)]),
    ]


def _list_message_folders(campaign: Campaign, recipients: list[Any]) -> list[str]:
    found = campaign.messages.filter(recipient__in=recipients).values_list("public_id", flat=True)
    return [f"campaigns/{campaign.public_id}/messages/{one}" for one in found]
