"""One delivery: claim, send, confirm.

A delivery is claimed by a conditional update, so two workers never hold the same one. Where a worker dies
between claim and confirmation nobody can know whether the mail left: the delivery becomes "unknown" and
waits for a person.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from campaigns.claims import clock
from campaigns.delivery import journal
from campaigns.delivery.channels.channel import Channel, SendError
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.journal import Step
from campaigns.delivery.plan import digest_mail, digest_words
from campaigns.delivery.suppression import SUPPRESSED, is_suppressed, normalize_address, suppress
from campaigns.delivery.timing import find_wait
from campaigns.models import Campaign, Delivery, Message, get_workspace_key
from campaigns.revisions import find_revision, has_consent
from campaigns.states import DeliveryState, move

logger = logging.getLogger(__name__)

RETRY_AFTER_S = (60, 300, 1800, 7200)  # then it counts as failed
PAUSE_AFTER_FAILURES = 10  # in a row
ID_LENGTH = 200
PAUSE_AFTER_REFUSALS = 3  # of the sender, in a row: the next mail would be refused, too

UNAPPROVED = "Not sent: exactly this video is not approved. Approve it, then send again."
REVOKED = (
    "The presenter's consent was revoked, so nothing that shows or speaks like this presenter can be sent."
)
REMOVED = "Not sent: this person is not in the spreadsheet any more, or was removed."
ERASED = "Not sent: the person was erased."
OTHER_WORDS = (
    "Not sent: what this person would read changed after it was confirmed. Look at the mail, then try again."
)
OTHER_ADDRESS = "Not sent: the address changed after it was confirmed. Look at it, then try again."
OTHER_MAIL = (
    "the mail was changed after it was confirmed, so nothing with the new words leaves. Look at it, then "
    "send again; what was sent is not sent twice."
)
KNOWN_SENT = "It was sent before: the journal knows of it, the database was restored from an older copy."
KNOWN_BEGUN = "The journal knows that it may have left before; the database was restored from an older copy."
NO_JOURNAL = (
    "The journal of what was sent cannot be written ({}), and nothing leaves without it. Free some space or "
    "make its folder writable; it is tried again."
)
STALLED = "The worker died while it was sending. Look whether it arrived, then decide."
CHECK_ARRIVAL = "Look whether it arrived, then decide."


def deliver(delivery_id: int, worker: str) -> str:
    """Claim one delivery and send it; the state that it is left in. Safe to call twice, anywhere, at once."""
    token = f"{worker[:60]}:{uuid4().hex}"
    if not _claim(delivery_id, token):
        found = Delivery.objects.filter(pk=delivery_id).values_list("state", flat=True).first()
        return found or ERASED
    delivery = Delivery.objects.select_related("message__campaign__presenter", "message__recipient").get(
        pk=delivery_id
    )
    try:
        known = journal.find(delivery)
    except journal.JournalError as error:
        return _wait_for_journal(delivery, token, error)
    if known is not None and known.step is not Step.NOT:
        return _settle_known(delivery, token, known)
    if pause_changed(delivery):
        return _release(delivery, token, None)
    wait_until = find_wait(delivery.message.campaign) if delivery.message is not None else None
    if wait_until is not None:
        return _release(delivery, token, wait_until)
    refusal = _find_refusal(delivery)
    if refusal is not None:
        return _settle(delivery, token, *refusal)
    try:
        provider_id = _hand_over(delivery)
    except journal.JournalError as error:
        return _wait_for_journal(delivery, token, error)
    except SendError as error:
        return _record_failure(delivery, token, error)
    return _record_sent(delivery, token, provider_id)


def settle_dead(delivery: Delivery) -> int:
    """End a delivery whose worker died while it was sending: as the journal knows it, else as unknown."""
    claimed = Delivery.objects.filter(pk=delivery.pk, claimed_by=delivery.claimed_by)
    try:
        known = journal.find(delivery)
    except journal.JournalError:
        known = None
    if known is not None and known.step is Step.SENT:
        return move(claimed, DeliveryState.SENT, reason="", sent_at=known.at)
    return move(claimed, DeliveryState.UNKNOWN, reason=STALLED)


def find_due(moment: datetime) -> QuerySet[Delivery]:
    """Deliveries that may be sent at ``moment``: they are due, and their campaign is not paused."""
    # EXISTS and not a join, as states.move wants it.
    paused = Message.objects.filter(pk=OuterRef("message_id")).exclude(campaign__sending_paused="")
    due = Q(due_at__isnull=True) | Q(due_at__lte=moment)
    return Delivery.objects.filter(due, ~Exists(paused), state=DeliveryState.SCHEDULED)


def pause_changed(delivery: Delivery) -> bool:
    """Whether the mail's words are others than those that a person confirmed; then its campaign pauses."""
    message = delivery.message
    if message is None or message.campaign.mail_confirmed == digest_mail(message.campaign):
        return False
    Campaign.objects.filter(pk=message.campaign_id, sending_paused="").update(sending_paused=OTHER_MAIL)
    return True


def pause_waiting(campaign: Campaign) -> bool:
    """The same as soon as the words are saved, where something waits to be sent with the earlier ones."""
    if campaign.mail_confirmed == digest_mail(campaign):
        return False
    if not campaign.deliveries.filter(state=DeliveryState.SCHEDULED).exists():
        return False
    return bool(Campaign.objects.filter(pk=campaign.pk, sending_paused="").update(sending_paused=OTHER_MAIL))


def _claim(delivery_id: int, token: str) -> bool:
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        # The claim is on disk before anything leaves, also where the server is set to confirm earlier.
        cursor.execute("SET LOCAL synchronous_commit TO on")
        claimed = move(
            find_due(now).filter(pk=delivery_id),
            DeliveryState.SENDING,
            claimed_by=token,
            heartbeat_at=now,
            attempts=F("attempts") + 1,
            reason="",
        )
    return claimed == 1


def _find_refusal(delivery: Delivery) -> tuple[DeliveryState, str] | None:
    """The reason why a claimed delivery must not be sent, or None. Checked again after the claim."""
    message = delivery.message
    if message is None:
        return DeliveryState.FAILED, ERASED
    if message.recipient.removed_at is not None:
        return DeliveryState.SUPPRESSED, REMOVED
    revision = find_revision(message) if message.is_approved else None
    if revision is not None and not has_consent(revision):
        return DeliveryState.FAILED, REVOKED
    if revision is None or revision.content_hash != delivery.content_hash:
        return DeliveryState.FAILED, UNAPPROVED
    if delivery.words_hash not in ("", digest_words(message.campaign, message.recipient)):
        return DeliveryState.FAILED, OTHER_WORDS
    if delivery.words_hash and not _is_same_address(delivery, message):
        return DeliveryState.FAILED, OTHER_ADDRESS
    if is_suppressed(delivery.address, get_workspace_key(message.campaign)):
        return DeliveryState.SUPPRESSED, SUPPRESSED
    return None


def _is_same_address(delivery: Delivery, message: Message) -> bool:
    try:
        wanted = find_channel(delivery.channel).get_address(message.recipient)
    except LookupError:
        return True  # handing it over says what is wrong with the channel
    return normalize_address(wanted) == normalize_address(delivery.address)


def _hand_over(delivery: Delivery) -> str:
    """Send it; what the other side calls it, "" where it does not say."""
    channel = _find_channel(delivery)
    try:
        payload = channel.prepare(delivery)
    except SendError:
        raise
    except Exception as error:
        logger.exception("delivery %s could not be written", delivery.pk)
        raise SendError(f"The {channel.noun} could not be written: {error}", permanent=True) from error
    journal.note(delivery, Step.BEGUN)
    try:
        return (channel.transmit(payload) or "")[:ID_LENGTH]
    except SendError as error:
        if not error.maybe_sent:
            _note(delivery, Step.NOT)
        raise
    except Exception as error:
        # Nothing is known about where it stopped, so nothing may be sent again by itself.
        logger.exception("delivery %s stopped in an unknown place", delivery.pk)
        raise SendError(f"Sending stopped in an unknown place: {error}", maybe_sent=True) from error


def _find_channel(delivery: Delivery) -> Channel[Any]:
    try:
        return find_channel(delivery.channel)
    except LookupError as error:
        raise SendError(str(error), permanent=True) from error


def _note(delivery: Delivery, step: Step) -> None:
    """Into the journal, as far as it can be written: what is missing there is asked of a person."""
    try:
        journal.note(delivery, step)
    except journal.JournalError as error:
        logger.error("delivery %s is %s, and the journal cannot note it: %s", delivery.pk, step.name, error)


def _settle_known(delivery: Delivery, token: str, known: journal.Entry) -> str:
    """The database is older than the journal: nothing leaves."""
    if known.step is Step.SENT:
        return _settle(delivery, token, DeliveryState.SENT, KNOWN_SENT, sent_at=known.at)
    return _settle(delivery, token, DeliveryState.UNKNOWN, f"{KNOWN_BEGUN} {CHECK_ARRIVAL}")


def _release(delivery: Delivery, token: str, due_at: datetime | None) -> str:
    """Back to what waits: nothing was tried."""
    claimed = Delivery.objects.filter(pk=delivery.pk, claimed_by=token, state=DeliveryState.SENDING)
    move(claimed, DeliveryState.SCHEDULED, due_at=due_at, attempts=F("attempts") - 1)
    return DeliveryState.SCHEDULED


def _wait_for_journal(delivery: Delivery, token: str, error: Exception) -> str:
    due_at = clock.now() + timedelta(seconds=RETRY_AFTER_S[0])
    return _settle(delivery, token, DeliveryState.SCHEDULED, NO_JOURNAL.format(error), due_at)


def _record_sent(delivery: Delivery, token: str, provider_id: str) -> str:
    _note(delivery, Step.SENT)
    Delivery.objects.filter(pk=delivery.pk, claimed_by=token).update(provider_id=provider_id)
    if delivery.message is not None:
        series = Q(sending_failures__gt=0) | Q(sender_refusals__gt=0)
        Campaign.objects.filter(series, pk=delivery.message.campaign_id).update(
            sending_failures=0, sender_refusals=0
        )
    return _settle(delivery, token, DeliveryState.SENT, "")


def _record_failure(delivery: Delivery, token: str, error: SendError) -> str:
    _count_failure(delivery, error)
    if error.bad_address and delivery.message is not None:
        owner = get_workspace_key(delivery.message.campaign)
        suppress(delivery.address, f"It does not exist: {error}", owner)
    if error.maybe_sent:
        return _settle(delivery, token, DeliveryState.UNKNOWN, f"{error} {CHECK_ARRIVAL}")
    if error.permanent:
        return _settle(delivery, token, DeliveryState.FAILED, str(error))
    if delivery.attempts > len(RETRY_AFTER_S):
        return _settle(
            delivery, token, DeliveryState.FAILED, f"Gave up after {delivery.attempts} attempts. {error}"
        )
    due_at = clock.now() + timedelta(seconds=RETRY_AFTER_S[delivery.attempts - 1])
    return _settle(delivery, token, DeliveryState.SCHEDULED, str(error), due_at)


def _settle(
    delivery: Delivery,
    token: str,
    state: DeliveryState,
    reason: str,
    due_at: datetime | None = None,
    *,
    sent_at: datetime | None = None,
) -> str:
    """Store the outcome, but only while this worker still holds the delivery, or was thought dead."""
    moment = (sent_at or clock.now()) if state == DeliveryState.SENT else None
    claimed = Delivery.objects.filter(pk=delivery.pk, claimed_by=token)
    stored = move(
        claimed.filter(state=DeliveryState.SENDING),
        state,
        reason=reason,
        due_at=due_at,
        sent_at=moment,
    )
    if not stored and state == DeliveryState.SENT:
        # Swept while the mail server took its time: it is not unknown any more.
        stored = move(claimed.filter(state=DeliveryState.UNKNOWN), state, reason="", sent_at=moment)
    if not stored:
        logger.warning("delivery %s was settled by somebody else; this outcome was %s", delivery.pk, state)
    return state


def _count_failure(delivery: Delivery, error: SendError) -> None:
    if delivery.message is None:
        return
    campaign = Campaign.objects.filter(pk=delivery.message.campaign_id)
    refusals = F("sender_refusals") + 1 if error.of_sender else F("sender_refusals")
    campaign.update(sending_failures=F("sending_failures") + 1, sender_refusals=refusals)
    rest = f"The last reason: {error} Fix that, then send again; what was sent is not sent twice."
    refused = (
        f"Mail servers refused the sender {PAUSE_AFTER_REFUSALS} times in a row, so nobody was put on the "
        f"suppression list for it. {rest}"
    )
    failed = f"{PAUSE_AFTER_FAILURES} {_name_many(delivery)} in a row did not leave. {rest}"
    going_on = campaign.filter(sending_paused="")
    going_on.filter(sender_refusals__gte=PAUSE_AFTER_REFUSALS).update(sending_paused=refused)
    going_on.filter(sending_failures__gte=PAUSE_AFTER_FAILURES).update(sending_paused=failed)


def _name_many(delivery: Delivery) -> str:
    """ "mails", or of a channel that is gone "deliveries"."""
    try:
        return f"{find_channel(delivery.channel).noun}s"
    except LookupError:
        return "deliveries"
