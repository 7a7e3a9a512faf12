"""How many mails of a campaign came back or were marked as spam, and when that stops its sending."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from campaigns.delivery.channels.email import select_deliveries
from campaigns.models import Campaign, Delivery
from campaigns.states import Outcome

LEAST_SENT = 50  # of fewer, one says nothing
# Amazon SES puts a sender under review above 5 % of bounces.
MOST_BACK = 0.05
# Gmail and Yahoo ask senders in bulk to stay below 0.3 % of complaints (their sender rules of 2024).
MOST_COMPLAINED = 0.003
BACK: tuple[Outcome, ...] = (Outcome.BOUNCED, Outcome.REFUSED)
_PAUSED = (
    "{bad} of {sent} mails {what} ({rate:.1%}; above {most:.1%} mailbox providers begin to refuse a "
    "sender). {do} Then send again: what was sent is not sent twice, and it is counted anew from then on."
)
_DO_BACK = "See which addresses came back, and where the list is from."
_DO_COMPLAINED = "See whether these people expect the mail."


@dataclass(frozen=True)
class OutcomeCounts:
    """What was heard of a campaign's mails that nobody wishes for."""

    back: int
    complained: int
    unsubscribed: int


def count_outcomes(campaign: Campaign) -> OutcomeCounts:
    """The numbers since the first mail, from an index of these alone."""
    bad = [*BACK, Outcome.COMPLAINED, Outcome.UNSUBSCRIBED]
    found = (
        campaign.deliveries.filter(outcome__in=bad).order_by().values_list("outcome").annotate(Count("pk"))
    )
    numbers = dict(found)
    return OutcomeCounts(
        back=sum(numbers.get(one, 0) for one in BACK),
        complained=numbers.get(Outcome.COMPLAINED, 0),
        unsubscribed=numbers.get(Outcome.UNSUBSCRIBED, 0),
    )


def pause_over_limit(campaign_id: int, outcome: Outcome) -> bool:
    """Pause a campaign where too many mails came to this ``outcome`` since a person last let it go on."""
    if outcome not in (*BACK, Outcome.COMPLAINED):
        return False
    came_back = outcome in BACK
    outcomes, most = (BACK, MOST_BACK) if came_back else ((outcome,), MOST_COMPLAINED)
    campaign = Campaign.objects.filter(pk=campaign_id, sending_paused="").first()
    if campaign is None:
        return False
    sent = _select_sent(campaign)
    bad = sent.filter(outcome__in=outcomes).count()
    # Of those that left no more are counted than show that there are enough.
    total = sent[: max(LEAST_SENT, int(bad / most) + 1)].count()
    if total < LEAST_SENT or bad / total <= most:
        return False
    what, to_do = ("came back", _DO_BACK) if came_back else ("were marked as spam", _DO_COMPLAINED)
    sentence = _PAUSED.format(bad=bad, sent=total, what=what, rate=bad / total, most=most, do=to_do)
    return bool(Campaign.objects.filter(pk=campaign_id, sending_paused="").update(sending_paused=sentence))


def _select_sent(campaign: Campaign) -> QuerySet[Delivery]:
    since = Q(sent_at__isnull=False)
    if campaign.rates_since is not None:
        since &= Q(sent_at__gte=campaign.rates_since)
    return select_deliveries().filter(since, campaign=campaign).order_by()
