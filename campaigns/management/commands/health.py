"""One service's health: a sentence, and exit status 0 or 1."""

from __future__ import annotations

import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from campaigns.operations.beats import queues
from campaigns.operations.health import Stuck, check_queue

ANSWER_S = 5.0


class Command(BaseCommand):
    help = "Say whether a service on this machine works. Exits with 1 when it is stuck or not there."
    requires_system_checks: list[str] = []  # it runs often

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--queue", choices=queues())
        which.add_argument("--web", action="store_true", help=f"the web server on port {settings.PORT}")

    def handle(self, *args: Any, queue: str | None, **options: Any) -> None:
        try:
            self.stdout.write(check_queue(queue) if queue else _check_web(settings.PORT))
        except Stuck as stuck:
            sys.exit(str(stuck))


def _check_web(port: int) -> str:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=ANSWER_S) as answer:
            return str(answer.read().decode().strip())
    except HTTPError as error:
        raise Stuck(error.read().decode(errors="replace").strip() or str(error)) from error
    except OSError as error:
        raise Stuck(f"The web server on port {port} does not answer: {error}.") from error
