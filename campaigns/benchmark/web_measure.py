"""Every page and action of the dashboard, timed in one process: the real views, the real database."""

from __future__ import annotations

import signal
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from types import FrameType
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.benchmark.web_data import BenchWorkspace
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.plan import make_plan
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job
from campaigns.review import compute_unflagged_digest
from campaigns.states import JobState, RenderState, ReviewState

PAGE_FLOOR_MS, PAGE_AIM_MS = 500.0, 200.0
KEY_FLOOR_MS, KEY_AIM_MS = 200.0, 50.0
KEY_PRESS, NEXT_CARDS = "review, key press", "review, next cards"
QUERIES_FLOOR, QUERIES_AIM = 40, 20
REVIEW_FLOOR_BYTES, REVIEW_AIM_BYTES = 500_000, 200_000
SAVE_FLOOR_MS, SAVE_AIM_MS = 2000.0, 500.0
PAGE_BUDGET_S = 20.0  # a slow page is asked for less often
APPROVED_AT_ONCE = 1000


@dataclass(frozen=True)
class PageTime:
    """One page over several requests; ``p50_ms`` and ``p95_ms`` are None where it did not answer in time."""

    name: str
    p50_ms: float | None
    p95_ms: float | None
    queries: int
    bytes: int
    status: int

    @property
    def verdict(self) -> str:
        """“aim”, “floor” or “over”."""
        if self.p95_ms is None or self.status >= 400:
            return "over"
        size = self.bytes if self.name.startswith("review") else 0
        is_key = self.name in (KEY_PRESS, NEXT_CARDS)
        floor_ms, aim_ms = (KEY_FLOOR_MS, KEY_AIM_MS) if is_key else (PAGE_FLOOR_MS, PAGE_AIM_MS)
        if self.p95_ms <= aim_ms and self.queries <= QUERIES_AIM and size <= REVIEW_AIM_BYTES:
            return "aim"
        within = self.p95_ms <= floor_ms and self.queries <= QUERIES_FLOOR
        return "floor" if within and size <= REVIEW_FLOOR_BYTES else "over"


@dataclass(frozen=True)
class ActionTime:
    """One action: until the page answers, and until the work behind it is over (None: there is none)."""

    name: str
    answer_ms: float | None
    job_s: float | None
    result: str

    @property
    def verdict(self) -> str:
        if self.answer_ms is None or self.result.startswith("failed"):
            return "over"
        return (
            "aim" if self.answer_ms <= SAVE_AIM_MS else "floor" if self.answer_ms <= SAVE_FLOOR_MS else "over"
        )


@dataclass(frozen=True)
class WebResult:
    """What one run of the benchmark found."""

    recipients: int
    messages: int
    events: int
    filled_s: float | None
    pages: tuple[PageTime, ...]
    actions: tuple[ActionTime, ...]

    def to_json(self) -> dict[str, Any]:
        pages = [{**asdict(page), "verdict": page.verdict} for page in self.pages]
        actions = [{**asdict(action), "verdict": action.verdict} for action in self.actions]
        return {**asdict(self), "pages": pages, "actions": actions}


Show = Callable[[str], None]


class TookTooLong(BaseException):
    """No Exception: a page must not answer it with its own error."""


def list_pages(campaign: Campaign) -> dict[str, str]:
    """Name → address of each page that a person opens for this campaign."""

    def step(slug: str, query: str = "") -> str:
        return reverse(f"admin:campaigns_campaign_{slug}", args=[campaign.pk]) + query

    def records(model: str, query: str = "") -> str:
        return reverse(f"admin:campaigns_{model}_changelist") + query

    return {
        "home": reverse("admin:index"),
        "campaign list": records("campaign"),
        "recipients": step("recipients"),
        "recipients, rejected": step("recipients", "?verdict=rejected"),
        "recipients, page 1000": step("recipients", "?page=1000"),
        "script": step("script"),
        "names": step("names"),
        "run": step("run"),
        "progress": step("progress"),
        "check": step("check"),
        "review": step("review"),
        "review, flagged": step("review", "?show=flagged"),
        "review, by name": step("review", "?sort=name"),
        "review, search": step("review", "?q=Ada4711"),
        "review, search words": step("review", "?q=nobody+says+this"),
        "send": step("send"),
        "send, page 1000": step("send", "?page=1000"),
        "all recipients": records("recipient"),
        "all recipients, search": records("recipient", "?q=person4711%40example.org"),
        "all messages": records("message"),
        "all messages, search": records("message", "?q=person4711%40example.org"),
        "all deliveries": records("delivery"),
        "all deliveries, search": records("delivery", "?q=person4711%40example.org"),
        "all events": records("event"),
        "all events, search": records("event", "?q=Ada4711"),
    }


def measure_pages(
    place: BenchWorkspace, repeats: int, limit_s: float, show: Show, only: Sequence[str] = ()
) -> tuple[PageTime, ...]:
    """Each page ``repeats`` times after one to warm up; given up where it does not answer in ``limit_s``."""
    client = sign_in(place)
    pages = {name: url for name, url in list_pages(place.campaign).items() if not only or name in only}
    found = []
    for name, url in pages.items():
        show(name)
        found.append(measure_page(client, name, url, repeats, limit_s))
    return tuple(found)


def measure_page(client: Client, name: str, url: str, repeats: int, limit_s: float) -> PageTime:
    times_ms: list[float] = []
    try:
        with _limit(limit_s), CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        count, began = len(queries), time.monotonic()
        while len(times_ms) < repeats and time.monotonic() - began < PAGE_BUDGET_S:
            with _limit(limit_s):
                times_ms.append(_time_ms(lambda: client.get(url))[0])
    except TookTooLong:
        connection.close()
        return PageTime(name, None, None, 0, 0, 0)
    return _build_time(name, times_ms, count, len(answer.content), answer.status_code)


def _build_time(name: str, times_ms: Sequence[float], queries: int, size: int, status: int) -> PageTime:
    ordered = sorted(times_ms)
    p95_ms = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return PageTime(name, statistics.median(times_ms), p95_ms, queries, size, status)


def measure_keys(place: BenchWorkspace, repeats: int, limit_s: float, show: Show) -> tuple[PageTime, ...]:
    """A reviewer's keys: “approve” on one video after the other, and the next cards behind the last one."""
    client, campaign = sign_in(place), place.campaign
    url = reverse("admin:campaigns_campaign_review_cards", args=[campaign.pk])
    show(NEXT_CARDS)
    first = client.get(url).json()
    after = f"{url}?{urlencode({'after': first['next']})}" if first["next"] else url
    found = [measure_page(client, NEXT_CARDS, after, repeats, limit_s)]
    show(KEY_PRESS)
    pending = client.get(url, {"show": "pending"}).json()["cards"][: repeats + 1]
    times_ms, queries, answer = list[float](), 0, None
    for card in pending:
        asked = {"decision": "approve", "seen": card["seen"]}
        with CaptureQueriesContext(connection) as captured:
            took_ms, answer = _time_ms(
                lambda card=card, asked=asked: client.post(
                    card["decide"], asked, content_type="application/json"
                )  # type: ignore[misc]
            )
        times_ms, queries = [*times_ms, took_ms], len(captured)
    if answer is not None:
        size, status = len(answer.content), answer.status_code
        found.append(_build_time(KEY_PRESS, times_ms[1:] or times_ms, queries, size, status))
    return tuple(found)


def measure_actions(place: BenchWorkspace, limit_s: float, show: Show) -> tuple[ActionTime, ...]:
    """Press each button once, as a person would, and do the job behind it here."""
    client, campaign = sign_in(place), place.campaign
    Campaign.objects.filter(pk=campaign.pk).update(name=f"{campaign.name}, used")
    found = []
    for name, slug, data in _list_actions(campaign):
        show(name)
        url = reverse(f"admin:campaigns_campaign_{slug}", args=[campaign.pk])
        found.append(_measure_action(client, campaign, name, lambda u=url, d=data: (u, d), limit_s))  # type: ignore[misc]
    return tuple(found)


def _list_actions(campaign: Campaign) -> Iterator[tuple[str, str, dict[str, str]]]:
    channel = find_channel()
    press = {"action": "send", "channel": channel.name}
    yield "ask to send", "send", press
    yield "press send", "send", press | {"confirmed": make_plan(campaign, channel).digest}
    campaign.refresh_from_db()
    script = {
        "script": campaign.script + " Goodbye.",
        "presenter": str(campaign.presenter_id),
        "voice_engine": campaign.voice_engine,
        "voice": campaign.voice,
        "locale": campaign.locale,
    }
    yield "save the script", "script", script
    yield "start the run", "run", {"action": "start", "without_sample": "1"}
    yield "cancel the run", "run", {"action": "cancel"}


def measure_approvals(place: BenchWorkspace, limit_s: float, show: Show) -> ActionTime:
    """Approve a thousand messages without flags, as the button of the review page does."""
    show("approve 1,000")
    campaign = place.campaign
    pending = campaign.messages.filter(render_state=RenderState.READY, review_state=ReviewState.PENDING)
    wanted = list(pending.filter(flags=[]).order_by("pk").values_list("pk", flat=True)[:APPROVED_AT_ONCE])
    pending.filter(flags=[]).exclude(pk__in=wanted).update(flags=["Not of this measurement."])
    data = {"action": "approve", "seen": compute_unflagged_digest(campaign)}
    url = reverse("admin:campaigns_campaign_review", args=[campaign.pk])
    done = _measure_action(sign_in(place), campaign, "approve 1,000", lambda: (url, data), limit_s)
    left = campaign.messages.filter(pk__in=wanted, review_state=ReviewState.PENDING).count()
    return replace(done, result=f"failed: {left} were not approved") if left else done


def _measure_action(
    client: Client,
    campaign: Campaign,
    name: str,
    build: Callable[[], tuple[str, dict[str, str]]],
    limit_s: float,
) -> ActionTime:
    before = set(Job.objects.filter(campaign=campaign).values_list("pk", flat=True))
    url, data = build()
    try:
        with _limit(limit_s):
            answer_ms, answer = _time_ms(lambda: client.post(url, data))
    except TookTooLong:
        connection.close()
        return ActionTime(name, None, None, f"no answer in {limit_s:g} s")
    if answer.status_code >= 400:
        return ActionTime(name, answer_ms, None, f"failed: answered {answer.status_code}")
    jobs = Job.objects.filter(campaign=campaign, state=JobState.WAITING).exclude(pk__in=before)
    took_s, states = 0.0, list[str]()
    for job in jobs:
        spent_ms, state = _time_ms(lambda job=job: work_on_job(job.pk))  # type: ignore[misc]
        took_s, states = took_s + spent_ms / 1000, [*states, f"{state}"]
    failed = [state for state in states if state != JobState.DONE]
    return ActionTime(name, answer_ms, took_s if states else None, f"failed: {failed}" if failed else "done")


def sign_in(place: BenchWorkspace) -> Client:
    """A browser of the person who looks."""
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.force_login(place.person)
    return client


def _time_ms(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    value = work()
    return (time.perf_counter() - began) * 1000, value


@contextmanager
def _limit(limit_s: float) -> Iterator[None]:
    """TookTooLong in this thread after so many seconds, also inside a query."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong

    with connection.cursor() as cursor:  # else the server would go on with a query that nobody waits for
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [str(int(limit_s * 1000) + 500)])
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
