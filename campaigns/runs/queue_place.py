"""Where a sample, a run or a take stands in the render queue, and when it begins; in words, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from campaigns.claims import clock
from campaigns.history import Verb
from campaigns.models import Campaign, Message, Presenter
from campaigns.runs.progress import format_duration
from campaigns.runs.queue_line import Before, QueueLine
from campaigns.runs.turns import list_runs
from campaigns.states import BakeState, CampaignState, RenderState

SILENT_S = 180  # nothing rendered for so long though something waits: no worker is there
NO_WORKER = (
    "No render worker has taken anything for some minutes. Start one with `python manage.py work --queue "
    "render`, or look at its log."
)


@dataclass(frozen=True)
class QueuePlace:
    """What is done before a piece of work, and in how many seconds it begins; None: not known yet."""

    videos: int
    takes: int
    runs: int
    begins_s: float | None
    unmeasured: str  # “video is made”: what tells it the first time, where ``begins_s`` is None

    @property
    def number(self) -> int:
        """1: it is next."""
        return 1 + self.videos + self.takes + self.runs

    @property
    def begins(self) -> str:
        """“Begins in about 4 minutes.”"""
        if self.begins_s is None:
            return f"When it begins is unknown until the first {self.unmeasured} here."
        soon = f"in {format_duration(self.begins_s)}" if self.begins_s else "as soon as a worker is free"
        return f"Begins {soon}."

    @property
    def sentence(self) -> str:
        """“Place 3 in the queue, after 2 videos that somebody waits for. Begins in about 4 minutes.”"""
        told = [
            _count(self.videos, "video that somebody waits for", "videos that somebody waits for"),
            _count(self.takes, "take to prepare", "takes to prepare"),
            _count(self.runs, "turn of another run", "turns of other runs"),
        ]
        before = ", ".join(one for one in told if one)
        where = f"Place {self.number} in the queue, after {before}." if before else "Next in the queue."
        return f"{where} {self.begins}"


def find_sample_place(campaign: Campaign) -> QueuePlace | None:
    """Of the videos of a campaign that a person waits for; None where none waits or one is being made."""
    states = set(campaign.messages.filter(urgency__gt=0).values_list("render_state", flat=True))
    if RenderState.QUEUED not in states or RenderState.RENDERING in states:
        return None
    line = QueueLine()
    if campaign.pk in line.urgent:
        return _find_place(line, Before(line.urgent.index(campaign.pk)), campaign.presenter)
    takes = line.list_takes_until(campaign.presenter)
    return _find_place(line, Before(len(line.urgent), takes), campaign.presenter)


def find_run_place(campaign: Campaign) -> QueuePlace | None:
    """Of a run that no worker is at; None where one is, or nothing waits."""
    queued = campaign.messages.filter(render_state=RenderState.QUEUED)
    busy = campaign.messages.filter(render_state=RenderState.RENDERING)
    if campaign.state != CampaignState.RENDERING or busy.exists() or not queued.exists():
        return None
    line, turns = QueueLine(), list(list_runs().values_list("pk", flat=True))
    runs = turns.index(campaign.pk) if campaign.pk in turns else len(turns)
    own = [take for take in line.list_takes_until(campaign.presenter) if take not in line.takes]
    return _find_place(line, Before(len(line.urgent), [*line.takes, *own], runs), campaign.presenter)


def find_bake_place(presenter: Presenter) -> QueuePlace | None:
    """Of a take that waits to be prepared; None where it does not."""
    if presenter.bake_state != BakeState.WAITING or not presenter.has_consent:
        return None
    line = QueueLine()
    return _find_place(line, Before(len(line.urgent), line.list_takes_until(presenter)[:-1]), None)


def _find_place(line: QueueLine, before: Before, presenter: Presenter | None) -> QueuePlace:
    begins_s, unmeasured = line.foresee_s(before, presenter), line.name_unmeasured(before)
    return QueuePlace(before.videos, len(before.takes), before.runs, begins_s, unmeasured)


def find_silence(campaign: Campaign) -> str:
    """The sentence that no worker is there, where work of this campaign waits and nothing moves."""
    begun = campaign.started_at if campaign.state == CampaignState.RENDERING else _find_request(campaign)
    waiting = campaign.messages.filter(Q(urgency__gt=0) | Q(campaign__state=CampaignState.RENDERING))
    if not waiting.filter(render_state=RenderState.QUEUED).exists():
        return ""
    return _tell_silence(begun)


def find_bake_silence(presenter: Presenter) -> str:
    """The same of a take that waits to be prepared."""
    waits = presenter.bake_state == BakeState.WAITING and presenter.has_consent
    return _tell_silence(presenter.asked_at) if waits else ""


def _tell_silence(begun: datetime | None) -> str:
    cutoff = clock.now() - timedelta(seconds=SILENT_S)
    beats = [
        begun,
        _find_last_beat(Message.objects.all(), cutoff),
        _find_last_beat(Presenter.objects.all(), cutoff),
    ]
    latest = max((beat for beat in beats if beat is not None), default=None)
    return NO_WORKER if latest is not None and latest < cutoff else ""


def _find_last_beat(rows: QuerySet[Message] | QuerySet[Presenter], cutoff: datetime) -> datetime | None:
    found: datetime | None = rows.filter(heartbeat_at__gt=cutoff).aggregate(at=Max("heartbeat_at"))["at"]
    return found


def _find_request(campaign: Campaign) -> datetime | None:
    """When a person last asked for a sample, or for one video again."""
    verbs = (Verb.SAMPLE_STARTED, Verb.RENDERED_AGAIN)
    return campaign.history.filter(verb__in=verbs).aggregate(at=Max("at"))["at"]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
