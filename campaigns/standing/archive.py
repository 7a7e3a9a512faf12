"""A campaign's way into the archive and back, unless it is on its way out."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaigns.claims import clock
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import OPEN
from campaigns.models import Campaign, Job, Presenter
from campaigns.states import CampaignState, DeliveryState, MoveRefused

Doomed = Campaign | Presenter


def archive(campaign: Campaign, user: AbstractBaseUser) -> None:
    """Out of the lists; links go on working. MoveRefused while a run or a sending goes on."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if stored.state == CampaignState.RENDERING:
            raise MoveRefused("A run is going on. Cancel it first, or wait until it is over.")
        if stored.deliveries.filter(state__in=(DeliveryState.SCHEDULED, DeliveryState.SENDING)).exists():
            raise MoveRefused("Some mails are still on their way. Wait until they have left.")
        if stored.archived_at is None:
            Campaign.objects.filter(pk=stored.pk).update(archived_at=clock.now())
            record(user, Verb.CAMPAIGN_ARCHIVED, campaign=stored)
    campaign.refresh_from_db()


def restore(campaign: Campaign, user: AbstractBaseUser) -> None:
    """Back into the lists. MoveRefused while it is being deleted."""
    with transaction.atomic():
        if find_deletion(campaign) is not None:
            raise MoveRefused("This campaign is being deleted. Cancel that first to keep what is left.")
        if Campaign.objects.filter(pk=campaign.pk, archived_at__isnull=False).update(archived_at=None):
            record(user, Verb.CAMPAIGN_RESTORED, campaign=campaign)
    campaign.refresh_from_db()


def find_deletion(doomed: Doomed) -> Job | None:
    """The job that is deleting it, if any."""
    jobs = Job.objects.filter(kind=JobKind.DELETE, state__in=OPEN, workspace=doomed.workspace)
    return jobs.filter(options__model=name_model(doomed), options__pk=doomed.pk).first()


def name_model(doomed: Doomed) -> str:
    return str(doomed._meta.model_name)
