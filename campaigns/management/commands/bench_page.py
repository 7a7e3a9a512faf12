"""How many recipients may open their pages at once, with the dashboard beside them."""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import Client
from django.urls import reverse

from campaigns.benchmark.page_load import load_pages
from campaigns.benchmark.web_data import (
    BenchWorkspace,
    fill_workspace,
    find_largest_workspace,
    find_workspace,
)
from campaigns.demo.child_processes import Children, build_manage_command
from campaigns.models import Campaign
from campaigns.states import RenderState, ReviewState

PAGES = 500
START_S = 60.0


class Command(BaseCommand):
    help = (
        "Start the web server, open recipients' pages at a rate and say how soon it answers. "
        "Run it with VAR_DIR=var/bench-web; it refuses a database with campaigns of yours."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rate", type=float, default=300.0, help="requests a second")
        parser.add_argument("--seconds", type=float, default=60.0)
        parser.add_argument("--recipients", type=int, default=2000, help="people of the campaign")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        place = self._open_workspace(options["recipients"])
        paths = list_pages(place.campaign)
        dashboard = reverse("admin:campaigns_campaign_home", args=[place.campaign.pk]), sign_in(place)
        with tempfile.TemporaryDirectory() as logs, Children(Path(logs)) as children:
            port = find_port()
            children.start(
                "web server", build_manage_command("serve", "--host", "127.0.0.1", "--port", str(port))
            )
            wait_for(port, children)
            asyncio.run(load_pages(port, paths, dashboard, 20, 2))  # to warm up
            load = asyncio.run(load_pages(port, paths, dashboard, options["rate"], options["seconds"]))
        self.stdout.write(load.describe())
        if not load.holds:
            sys.exit(1)

    def _open_workspace(self, recipients: int) -> BenchWorkspace:
        found = find_workspace(recipients) or find_largest_workspace()
        if found is not None:
            return found
        if Campaign.objects.exclude(created_by__username="bench").exists():
            raise CommandError(
                "This database holds campaigns that are no benchmark. Set VAR_DIR=var/bench-web."
            )
        self.stderr.write("filling the database")
        return fill_workspace(recipients, 0)


def list_pages(campaign: Campaign) -> list[str]:
    """The addresses of some people's pages, videos of whom are approved."""
    approved = campaign.messages.filter(render_state=RenderState.READY, review_state=ReviewState.APPROVED)
    ids = approved.order_by("pk").values_list("public_id", flat=True)[:PAGES]
    return [reverse("message-page", args=[one]) for one in ids]


def sign_in(place: BenchWorkspace) -> str:
    """A session of the person who looks at the dashboard."""
    client = Client()
    client.force_login(place.person)
    session = client.session
    assert isinstance(session, SessionStore)
    return str(session.session_key)


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, children: Children) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        children.check()
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise CommandError(f"The web server did not answer within {START_S:.0f} s; see {settings.VAR_DIR}.")
