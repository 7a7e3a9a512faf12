"""The local mail catcher: takes every mail, delivers none, shows them under /mailbox/."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.delivery.mailbox import DEFAULT_PORT, create_catcher, mailbox_folder


class Command(BaseCommand):
    help = "Catch mails on this machine instead of sending them; they are shown under /mailbox/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: only this machine")
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}")
        parser.add_argument("--folder", type=Path, default=None, help="default: mailbox in VAR_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"] or mailbox_folder()
        server = create_catcher(folder, options["host"], options["port"])
        try:
            server.start()
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {options['host']}:{options['port']}: {error}. "
                "Stop what uses the port, or choose another with --port."
            ) from error
        self.stdout.write(f"Catching mails on {options['host']}:{server.port} in {folder}. Ctrl-C stops.")
        self.stdout.flush()
        _wait_for_signal()
        server.stop()


def _wait_for_signal() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
