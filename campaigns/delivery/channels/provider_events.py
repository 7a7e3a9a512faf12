"""What a provider posts about mails that it took, in one form for all providers.

Openings and clicks of the provider are left out: programs open mails, and people are counted on their page.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest

from campaigns.delivery.channels.provider import ANSWER_LENGTH, DELIVERY_KEY
from campaigns.delivery.channels.refusals import classify_report, is_temporary
from campaigns.states import Outcome

ID_LENGTH = 200
_VIEWS: Mapping[str, Callable[[], Any]] = {
    "mailersend": MailerSendTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "mailtrap": MailtrapTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "resend": ResendTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
_OUTCOMES = {
    EventType.DEFERRED: Outcome.DEFERRED,
    EventType.DELIVERED: Outcome.DELIVERED,
    EventType.REJECTED: Outcome.REFUSED,
    EventType.FAILED: Outcome.REFUSED,
    EventType.BOUNCED: Outcome.BOUNCED,
    EventType.UNSUBSCRIBED: Outcome.UNSUBSCRIBED,
    EventType.COMPLAINED: Outcome.COMPLAINED,
}
# Why a provider keeps an address on a list of its own: the address is bad, or its owner wants no mails.
_OF_RECIPIENT = (RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.SPAM, RejectReason.UNSUBSCRIBED)


class NotTheProvider(Exception):
    """The secret or the signature is missing or wrong."""


class Unreadable(Exception):
    """What was posted is nothing that this provider posts."""


@dataclass(frozen=True)
class Report:
    """One thing that the provider tells of a mail. ``link_id`` and ``provider_id`` are how it names the mail,
    ``ends``: the address is not to be written to again."""

    outcome: Outcome
    link_id: UUID | None
    provider_id: str
    answer: str
    ends: bool


def read_reports(request: HttpRequest) -> list[Report]:
    """What the request tells, without what is of no interest. Raises NotTheProvider or Unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Anymail's, on each request, that it does not test with SendGrid
            view = _VIEWS[settings.MAIL_PROVIDER]()
        view.run_validators(request)
        events = view.parse_events(request)
        return [_read(event) for event in events if event.event_type in _OUTCOMES]
    except AnymailWebhookValidationFailure as error:
        raise NotTheProvider("The name, the password or the signature is wrong.") from error
    except Exception as error:  # Anymail trusts the provider's JSON to be as it is described
        raise Unreadable(f"This is no event of {settings.MAIL_PROVIDER}: {type(error).__name__}.") from error


def _read(event: AnymailTrackingEvent) -> Report:
    outcome = _OUTCOMES[event.event_type]
    answer = str(event.mta_response or event.description or "")[:2000]
    reason, said = event.reject_reason, classify_report(answer)
    if outcome is Outcome.BOUNCED and is_temporary(answer):
        outcome = Outcome.DEFERRED
    ends = outcome in (Outcome.UNSUBSCRIBED, Outcome.COMPLAINED)
    if outcome is Outcome.BOUNCED:
        ends = said.is_bad_address or reason == RejectReason.INVALID
    elif outcome is Outcome.REFUSED:
        ends = reason in _OF_RECIPIENT
    shown = " ".join(answer.split())[:ANSWER_LENGTH]
    return Report(outcome, _read_link(event.metadata), _read_id(event.message_id), shown, ends)


def _read_link(metadata: object) -> UUID | None:
    named = metadata.get(DELIVERY_KEY) if isinstance(metadata, dict) else None
    try:
        return UUID(named) if isinstance(named, str) else None
    except ValueError:
        return None


def _read_id(message_id: object) -> str:
    return message_id if isinstance(message_id, str) and len(message_id) <= ID_LENGTH else ""
