"""What a provider tells later of a delivery, into its row and onto the suppression list of its workspace.

Only the delivery's own address is ever suppressed, whatever address an event names: one that is forged or
mixed up reaches nobody else.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from campaigns.claims import clock
from campaigns.delivery import journal
from campaigns.delivery.channels.email import select_deliveries
from campaigns.delivery.channels.provider_events import Report
from campaigns.delivery.journal import Step
from campaigns.delivery.rates import pause_over_limit
from campaigns.delivery.suppression import suppress_for_links
from campaigns.models import Delivery
from campaigns.states import DeliveryState, Outcome, move

logger = logging.getLogger(__name__)
REASONS = {
    Outcome.DEFERRED: "The provider goes on trying",
    Outcome.DELIVERED: "",
    Outcome.REFUSED: "The provider took the mail and did not send it",
    Outcome.BOUNCED: "It came back",
    Outcome.UNSUBSCRIBED: "Unsubscribed at the mail provider",
    Outcome.COMPLAINED: "Marked the mail as spam",
}


def note_report(report: Report) -> bool:
    """Store it; whether it was news. The same one twice, an older one after a newer one and one of a mail
    that nobody knows change nothing."""
    delivery = _find(report)
    if delivery is None:
        return False
    if report.outcome is not Outcome.REFUSED:  # it left, whatever the line to the provider said then
        _settle_unknown(delivery)
    reason = REASONS[report.outcome]
    told = f"{reason}: {report.answer}" if reason and report.answer else reason
    with transaction.atomic():
        news = move(_select(delivery), report.outcome, reason=told) == 1
        if report.ends:
            suppress_for_links(delivery.address, told, [_find_campaign(delivery)])
    if news and delivery.campaign_id is not None:
        pause_over_limit(delivery.campaign_id, report.outcome)
    return news


def _find(report: Report) -> Delivery | None:
    """By our id, which the provider repeats, else by its own."""
    mails = select_deliveries().select_related("message").order_by("-pk")
    if report.link_id is not None:
        return mails.filter(link_id=report.link_id).first()
    if not report.provider_id:
        return None
    return mails.exclude(provider_id="").filter(provider_id=report.provider_id).first()


def _settle_unknown(delivery: Delivery) -> None:
    """Nobody has to decide any more."""
    unknown = _select(delivery).filter(state=DeliveryState.UNKNOWN)
    if move(unknown, DeliveryState.SENT, reason="", sent_at=clock.now()):
        try:
            journal.note(delivery, Step.SENT)
        except journal.JournalError as error:
            logger.error("delivery %s was sent, and the journal cannot note it: %s", delivery.pk, error)


def _select(delivery: Delivery) -> QuerySet[Any]:
    return Delivery.objects.filter(pk=delivery.pk)


def _find_campaign(delivery: Delivery) -> int | None:
    if delivery.campaign_id is None and delivery.message is not None:
        return delivery.message.campaign_id
    return delivery.campaign_id
