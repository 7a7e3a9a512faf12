"""The web server: the dashboard, and what recipients see."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from uvicorn.supervisors import Multiprocess

APPLICATION = "config.asgi:application"
# So long may bytes stand unread on a line; then the system closes it. Browsers ask for the rest by a range.
UNREAD_S = 120
# What the system holds for one reader; else it takes megabytes for each, and hundreds come at once.
LINE_BYTES = 256 * 1024
ENDING_S = 8  # Docker waits for ten


class Command(BaseCommand):
    help = "Run the web server until it is told to stop (SIGTERM, Ctrl-C)."
    requires_system_checks: list[str] = []  # it says nothing that `check` would not

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="0.0.0.0", help="the address that it listens on")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        config = uvicorn.Config(
            APPLICATION,
            host,
            port,
            workers=settings.WEB_PROCESSES,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,  # it would keep addresses
            proxy_headers=False,  # BEHIND_PROXY decides that, in Django
            server_header=False,
            timeout_graceful_shutdown=ENDING_S,
        )
        listening = config.bind_socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LINE_BYTES)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_S * 1000)
        Multiprocess(config, [listening]).run()
