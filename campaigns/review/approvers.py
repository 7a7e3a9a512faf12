"""Whether one person approves a message, or two different ones have to."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaigns.history import Verb, record
from campaigns.models import Campaign


def set_second_approver(campaign: Campaign, user: AbstractBaseUser, needed: bool) -> bool:
    """Change it; whether it changed. What is approved stays so; what one approved waits for one more look."""
    with transaction.atomic():
        locked = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        if locked.needs_second_approver == needed:
            return False
        locked.needs_second_approver = needed
        locked.save(update_fields=["needs_second_approver"])
        record(
            user,
            Verb.APPROVERS_CHANGED,
            campaign=campaign,
            about="two people" if needed else "one person",
        )
    campaign.needs_second_approver = needed
    return True
