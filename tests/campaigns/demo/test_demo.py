"""What the demo makes and prints; `make demo SERVE=0` runs all of it."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from campaigns import engine
from campaigns.demo import sample
from campaigns.demo.child_processes import ChildDied, Children
from campaigns.models import Campaign, Message
from campaigns.states import RenderState, RowVerdict
from tests import people
from tests.waiting import wait_until

NESTED = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


def test_the_account_keeps_its_password_between_two_demos(db: None) -> None:
    user, password = sample.get_or_create_account()
    assert sample.get_or_create_account() == (user, password)
    assert user.check_password(password)
    assert user.is_staff


def test_the_demos_rows_are_valid_but_one(campaign: Campaign) -> None:
    owner, presenter = campaign.created_by, campaign.presenter
    assert owner is not None and presenter is not None
    made = sample.create_campaign(owner, presenter, engine.get_default_voice())
    rejected = made.recipients.filter(verdict=RowVerdict.REJECTED)
    assert made.recipients.count() - rejected.count() >= 8
    assert [row.problems[0]["column"] for row in rejected] == ["email"]


def test_the_demo_speaks_in_the_voice_nearest_to_its_presenter(campaign: Campaign) -> None:
    owner, presenter = campaign.created_by, campaign.presenter
    assert owner is not None and presenter is not None
    heard = engine.measure_take_voice(sample.TAKE)
    assert heard["voice_pitch_hz"] == pytest.approx(93.5, rel=0.05)
    presenter.facts |= heard
    made = sample.create_campaign(owner, presenter, engine.get_default_voice())
    assert (made.voice_engine, made.voice) == ("hibari", "heart-low")
    assert engine.find_fitting_voice("hibari", 210.0) == "heart"


def test_the_table_has_a_line_for_every_row(campaign: Campaign) -> None:
    ada, jose = campaign.recipients.all()[:2]
    people.ready_message(ada, scores={"seam": 1.0}, work_seconds=2.5)
    Message.objects.create(
        campaign=campaign, recipient=jose, render_state=RenderState.FAILED, failure="The disk is full."
    )
    lines = list(sample.format_table(campaign))[1:]
    assert lines[0].split()[:4] == ["Ada", "4.0s", "2.5s", "seam"]
    assert "failed, row 3: The disk is full." in lines[1]
    assert "rejected, row 5: is not an address" in lines[3]


def test_a_row_without_a_playable_video_is_a_problem(campaign: Campaign) -> None:
    people.ready_message(campaign.recipients.get(name="Ada"))  # its file is no video
    problems = sample.find_unplayable(campaign)
    assert len(problems) == 3
    assert problems[0].startswith("The video for Ada cannot be played")
    assert problems[1] == "José has no video: it was never started"


def test_a_port_in_use_is_a_sentence(db: None) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is in use.*make demo PORT={port + 1}"):
            call_command("demo", port=port)


def test_children_end_with_the_command_and_so_do_theirs(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        parent = children.start("nest", [sys.executable, "-c", NESTED])
        while not (text := (tmp_path / "nest.log").read_text().strip()):
            children.check()
    assert not _lives(parent)
    wait_until(lambda: not _lives(int(text)), 10, "the end of what was killed")


def test_a_child_that_ends_early_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("web server", [sys.executable, "-c", "raise SystemExit('no room')"])
        with pytest.raises(ChildDied, match=r"web server ended \(no room\)\. Its log is .*web-server\.log"):
            while True:
                children.check()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # killed, but nobody has asked for its exit status yet
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
