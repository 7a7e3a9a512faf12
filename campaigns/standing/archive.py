"""A campaign's way into the archive and back."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from campaigns.history import Verb, record
from campaigns.models import Campaign
from campaigns.states import CampaignState, DeliveryState, MoveRefused


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
