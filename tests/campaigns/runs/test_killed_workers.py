"""Workers killed at random points, again and again: every video is made once, whole, and as without it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from campaigns import engine, tasks
from campaigns.models import Campaign, Message, Recipient
from campaigns.runs import lifecycle
from campaigns.states import CampaignState, RenderState
from tests import presenters
from tests.presenters import Baked
from tests.waiting import looks

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[3]
MESSAGES = 30
KILLS = 22
WORKERS = 2
CHANGES_MOST = 3  # seen between two kills: a busy machine shows as few as 70 in all, enough for 22 twos
PATIENCE_S = 400
NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida", "Jo")  # so three share each
SCRIPT = "Hi {{ first_name }}. Good day."


class Nursery:
    """Worker processes that start at once; see nursery.py."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.campaigns.fork_server"],
                cwd=ROOT,
                env={**os.environ, **environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
            )
        self.workers: list[int] = []

    def fill(self) -> None:
        """Start workers until there are enough that live."""
        self.workers = [pid for pid in self.workers if is_alive(pid)]
        while len(self.workers) < WORKERS:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()
            self.workers.append(int(self._process.stdout.readline()))

    def close(self) -> None:
        for pid in self.workers:
            kill(pid)
        self._process.kill()
        self._process.wait()


@pytest.fixture
def nursery_with(worker_environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[Path], Nursery]]:
    started: list[Nursery] = []

    def start(cache: Path) -> Nursery:
        started.append(Nursery(worker_environment | {"RENDER_CACHE_DIR": str(cache)}, tmp_path / "log"))
        return started[-1]

    yield start
    for nursery in started:
        nursery.close()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    if is_alive(pid):
        os.kill(pid, signal.SIGKILL)


def campaign_of(owner: User, baked: Baked, name: str) -> Campaign:
    made = Campaign.objects.create(
        name=name,
        presenter=presenters.store_presenter(baked),
        voice_engine="pyttsx3",
        script=SCRIPT,
        columns=["first_name"],
        created_by=owner,
    )
    Recipient.objects.bulk_create(
        Recipient(campaign=made, row_number=row, name=who, values={"first_name": who})
        for row, who in enumerate((NAMES[at % len(NAMES)] for at in range(MESSAGES)), start=2)
    )
    return made


def observe(campaign: Campaign, cache: Path) -> object:
    """All that can be seen of the work: it changes with every step, also while a file is being written."""
    messages = campaign.messages.values_list("pk", "render_state", "stage", "done", "claimed_by")
    files = sorted(str(path) for folder in (cache, settings.MEDIA_ROOT) for path in folder.rglob("*"))
    return sorted(messages), files


def run(
    campaign: Campaign, owner: User, nursery: Nursery, cache: Path, kills: int, chance: random.Random
) -> int:
    """Render the campaign; kill a worker whenever a random number of changes was seen. Returns how often."""
    lifecycle.start(campaign, owner)
    killed, before, changes = 0, None, chance.randint(1, CHANGES_MOST)
    for _ in looks(PATIENCE_S, "the end of the campaign", pause_s=0.005):
        if Campaign.objects.get(pk=campaign.pk).state != CampaignState.RENDERING:
            break
        tasks.sweep()
        if campaign.messages.filter(render_state=RenderState.QUEUED).exists():
            nursery.fill()
        now = observe(campaign, cache) if killed < kills else before
        if now == before:
            continue
        before, changes = now, changes - 1
        if changes == 0:
            kill(chance.choice(nursery.workers))
            killed, changes = killed + 1, chance.randint(1, CHANGES_MOST)
    return killed


def videos(campaign: Campaign) -> dict[int, str]:
    return dict(campaign.messages.values_list("recipient__row_number", "content_hash"))


def assert_whole(message: Message) -> None:
    """Its files, all of them, and nothing that a killed worker left."""
    video, captions = Path(message.video.path), Path(message.captions.path)
    assert sorted(video.parent.iterdir()) == sorted([video, captions, Path(message.poster.path)])
    mark = engine.read_video_mark(video)  # signed over all of its bytes
    assert mark is not None and mark.problems == ()
    assert captions.read_text("utf-8").startswith("WEBVTT")
    facts = engine.probe_video(video)
    assert facts.has_sound
    assert facts.duration_s == pytest.approx(message.video_seconds, abs=0.05)


def test_killed_workers_change_nothing_in_what_a_campaign_ends_with(
    baked: Baked,
    alice: User,
    ready_log: Callable[[], list[int]],
    nursery_with: Callable[[Path], Nursery],
    tmp_path: Path,
) -> None:
    chance = random.Random(4)
    undisturbed, disturbed = (campaign_of(alice, baked, name) for name in ("undisturbed", "disturbed"))
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    assert run(undisturbed, alice, nursery_with(calm), calm, 0, chance) == 0
    killed = run(disturbed, alice, nursery_with(rough), rough, KILLS, chance)

    assert killed >= 20
    disturbed.refresh_from_db()
    messages = list(disturbed.messages.all())
    assert {message.failure for message in messages} == {""}
    assert disturbed.state == CampaignState.RENDERED
    assert len(messages) == MESSAGES
    for message in messages:
        assert_whole(message)
    assert videos(disturbed) == videos(undisturbed)
    assert ready_log() == sorted(Message.objects.values_list("pk", flat=True))  # each exactly once
