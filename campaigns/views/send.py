"""Step 5: what is sent, to whom, and what was watched of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns.access.roles import Right, may
from campaigns.delivery.attempt import pause_waiting
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.channels.registry import find_channel, list_channels
from campaigns.delivery.planning import ShownPlan, find_plan, start_plan
from campaigns.delivery.rates import count_outcomes
from campaigns.delivery.schedule import SendCounts, check_plan, count_unsent, decide, retry, send_approved
from campaigns.delivery.timing import load_pace, store_pace
from campaigns.delivery.trial import start_test
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import describe, enqueue, find_latest, find_open
from campaigns.models import Delivery, Message
from campaigns.pictures.previews import start_previews
from campaigns.scripts.template import FILTERS, to_variable
from campaigns.states import DeliveryState, MoveRefused, RenderState
from campaigns.tracking import ViewingStats, read_viewing, summarize_viewing
from campaigns.views.forms import MailForm
from campaigns.views.numbers import read_key
from campaigns.views.pace import PaceForm, fill_pace_form
from campaigns.views.page import CampaignPage
from campaigns.views.script import PREVIEW_CHOICES, find_valid_rows
from campaigns.views.script_tools import find_sample_values

ROWS_PER_PAGE = 50
SENT_AT_ONCE = 500  # more are counted and scheduled behind the page
NOT_NOW = "not-now"  # in the address of the page: the numbers that were counted are not shown
SHOWN_JOBS = (JobKind.PLAN_SENDING, JobKind.SEND, JobKind.MAKE_PREVIEWS, JobKind.SEND_TEST)
UNSAVED = "Nothing was sent: the mail was changed and not saved. Save it first, or throw the changes away."
DECISIONS: dict[str, Callable[[Delivery, Any], Delivery]] = {
    "arrived": lambda delivery, user: decide(delivery, was_sent=True, user=user),
    "again": lambda delivery, user: decide(delivery, was_sent=False, user=user),
    "retry": retry,
}


@dataclass(frozen=True)
class ChannelToSend:
    """A channel that the campaign may send through, and how many approved messages have not left by it."""

    channel: Channel[Any]
    unsent: int


@dataclass(frozen=True)
class DeliveryRow:
    """One message on its way: where it was sent, through which channel, and what was watched of it."""

    message: Message
    delivery: Delivery | None
    address: str
    channel: str  # its label where there is a choice, else empty
    watched: ViewingStats
    link: str  # the recipient's page; empty where the content is not approved


class SendPage(CampaignPage):
    """The mail's words, the button that sends, and the table of what came of it."""

    step = "send"
    right = Right.SEND
    template_name = "campaigns/send.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", MailForm(instance=self.campaign))
        pace = load_pace(self.campaign)
        kwargs.setdefault("pace_form", fill_pace_form(pace))
        ready = self.campaign.messages.filter(render_state=RenderState.READY).order_by("pk")
        pks = ready.values_list("pk", flat=True)
        page = Paginator(pks, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))
        job = find_open(self.campaign, *SHOWN_JOBS)
        counted = find_plan(self.campaign, self.person) if NOT_NOW not in self.request.GET else None
        if counted is not None and job is None:
            kwargs.setdefault("plan", counted[0])
            kwargs.setdefault("plan_channel", counted[1])
        test = find_latest(self.campaign, JobKind.SEND_TEST)
        return super().get_context_data(
            page=page,
            pace=pace,
            next_at=self._find_next_moment(),
            posted=build_rows(page),
            summary=summarize_viewing(self.campaign),
            outcomes=count_outcomes(self.campaign),
            variables=[(column, to_variable(column)) for column in self.campaign.columns],
            samples=find_sample_values(self.campaign),
            filters=FILTERS,
            recipients=find_valid_rows(self.campaign)[:PREVIEW_CHOICES],
            channels=[ChannelToSend(one, count_unsent(self.campaign, one)) for one in list_channels()],
            job_view=describe(job) if job is not None else None,
            test_failure=test.failure if test is not None and test.created_by_id == self.person.pk else "",
            may_test=any(may(self.person, right, self.campaign) for right in (Right.SEND, Right.EDIT)),
            **kwargs,
        )

    def get_right(self) -> Right:
        action = self.request.POST.get("action")
        if action == "test":  # to oneself: for those who write the mail and for those who send it
            return Right.SEND if may(self.request.user, Right.SEND, self.campaign) else Right.EDIT
        return Right.SEND if action in ("send", "pace", *DECISIONS) else Right.EDIT

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        action = request.POST.get("action")
        if action in DECISIONS:
            return self._settle(action)
        if action == "test":
            return self._test()
        if action == "pace":
            return self._set_pace()
        form = MailForm(request.POST, instance=self.campaign)
        if action == "send":
            # The button sends the mail's fields along: what is typed and not saved is never sent past.
            if "email_subject" in request.POST and form.has_changed():
                context = self.get_context_data(form=form, refusal=UNSAVED, is_unsaved=True)
                return self.render_to_response(context, status=409)
            self.campaign.refresh_from_db()
            return self._send()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        form.save()
        record(self.person, Verb.MAIL_SAVED, campaign=self.campaign)
        behind = start_previews(self.campaign, self.person)
        told = " The moving pictures are made behind this page." if behind is not None else ""
        if pause_waiting(self.campaign):
            told += " What was waiting to be sent waits until somebody confirms the new words."
        return self.go("send", f"Saved the mail.{told}")

    def _set_pace(self) -> HttpResponse:
        form = PaceForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(pace_form=form), status=400)
        store_pace(self.campaign, form.to_pace())
        record(self.person, Verb.PACE_CHANGED, campaign=self.campaign, **self.campaign.pace)
        return self.go("send", "Saved when mails leave. What waits was moved.")

    def _find_next_moment(self) -> datetime | None:
        waiting = self.campaign.deliveries.filter(state=DeliveryState.SCHEDULED, due_at__isnull=False)
        return waiting.aggregate(at=Min("due_at"))["at"]

    def _test(self) -> HttpResponse:
        asked = self.request.POST.get("recipient", "")
        people = self.campaign.recipients.living()
        person = get_object_or_404(people, pk=read_key(asked))
        try:
            start_test(person, self.person)
        except MoveRefused as refused:
            return self.refuse("send", str(refused))
        return self.go("send", f"A test, as {person} would get it, is on its way to {self.person.email}.")

    def _send(self) -> HttpResponse:
        try:
            channel = find_channel(self.request.POST.get("channel") or self.request.GET.get("channel", ""))
            confirmed = self.request.POST.get("confirmed", "")
            if not confirmed:
                return self._ask(channel)
            if count_unsent(self.campaign, channel) > SENT_AT_ONCE:
                return self._send_behind(channel, confirmed)
            counts = send_approved(self.campaign, self.person, channel.name, confirmed=confirmed)
        except (MoveRefused, LookupError) as refused:
            return self.refuse("send", str(refused))
        return self.go("send", describe_counts(counts, channel.noun))

    def _ask(self, channel: Channel[Any]) -> HttpResponse:
        """The numbers first; the answer carries their digest back."""
        if count_unsent(self.campaign, channel) > SENT_AT_ONCE:
            start_plan(self.campaign, channel, self.person)
            return self.go(
                "send", "Who would get a mail is counted first; nothing leaves before you say yes."
            )
        plan = ShownPlan.of(check_plan(self.campaign, channel))
        asked = {"plan": plan, "plan_channel": channel}
        return self.render_to_response(self.get_context_data(**asked))

    def _send_behind(self, channel: Channel[Any], confirmed: str) -> HttpResponse:
        if find_open(self.campaign, JobKind.SEND) is None:
            options = {"channel": channel.name, "confirmed": confirmed}
            enqueue(JobKind.SEND, campaign=self.campaign, user=self.person, options=options)
        return self.go("send", f"The {channel.noun}s are being scheduled; you can leave this page.")

    def _settle(self, action: str) -> HttpResponse:
        asked = self.request.POST.get("delivery", "")
        delivery = get_object_or_404(self.campaign.deliveries, pk=read_key(asked))
        try:
            DECISIONS[action](delivery, self.person)
        except MoveRefused as refused:
            return self.refuse("send", str(refused))
        return self.go("send", f"Noted for {delivery.address}.")


def describe_counts(counts: SendCounts, noun: str) -> str:
    """What one press of "send" came to, in a sentence or three; ``noun`` is what the channel sends."""
    words = [f"{counts.scheduled} {noun}{'' if counts.scheduled == 1 else 's'} on the way."]
    if counts.already:
        words.append(f"{counts.already} had been handed over before.")
    if counts.suppressed:
        words.append(f"{counts.suppressed} not written to: the address asked not to be.")
    if counts.without_address:
        words.append(f"{counts.without_address} without an address.")
    return " ".join(words)


def build_rows(pks: Iterable[int]) -> list[DeliveryRow]:
    """The rows of these messages, with what was watched of each."""
    wanted, stats = list(pks), read_viewing(pks)
    found = Message.objects.filter(pk__in=wanted).select_related("recipient").prefetch_related("deliveries")
    by_pk = {message.pk: message for message in found}
    return [row for pk in wanted for row in _build_rows(by_pk[pk], stats.get(pk, ViewingStats()))]


def _build_rows(message: Message, stats: ViewingStats) -> Iterator[DeliveryRow]:
    """One row for each delivery, and one for a message that has none."""
    link = reverse("message-page", args=[message.public_id]) if message.is_approved else ""
    deliveries: list[Delivery | None] = [*message.deliveries.all()]
    for delivery in deliveries or [None]:
        address = delivery.address if delivery else _get_first_address(message)
        yield DeliveryRow(message, delivery, address, _label_channel(delivery), stats, link)


def _get_first_address(message: Message) -> str:
    addresses = (channel.get_address(message.recipient) for channel in list_channels())
    return next((address for address in addresses if address), "")


def _label_channel(delivery: Delivery | None) -> str:
    labels = {channel.name: channel.label for channel in list_channels()}
    return labels.get(delivery.channel, delivery.channel) if delivery and len(labels) > 1 else ""
