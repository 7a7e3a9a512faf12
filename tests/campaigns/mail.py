"""A real mail server that can be told to misbehave, and approved messages to send through it."""

from __future__ import annotations

import asyncio
import io
import re
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from fractions import Fraction
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from campaigns.delivery.channels.email import DJANGO_SMTP
from campaigns.models import Campaign, Message
from campaigns.review import approve
from campaigns.states import RowVerdict
from renderer.config import VideoConfig
from renderer.video.encode import encode_segment
from tests import people
from tests.renderer.video.clips import numbered


class Postbox:
    """What arrived, and how the server answers from now on."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.rcpt_answer = "250 OK"
        self.data_answer = "250 OK"
        self.break_at = ""  # "rcpt", "data": the connection is cut there; data is kept first
        self.hold_data = False  # never answer after the mail has arrived
        self.data_arrived = threading.Event()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.break_at == "rcpt":
            server.transport.abort()
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data_answer.startswith("250"):
            self.mails.append(BytesParser(policy=policy.default).parsebytes(envelope.content))
        self.data_arrived.set()
        if self.break_at == "data":
            server.transport.abort()
        if self.hold_data:
            await asyncio.Event().wait()
        return self.data_answer

    def addresses(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]


@contextmanager
def mail_server(settings: Any) -> Iterator[Postbox]:
    """A server on a free port of loopback, with the settings that lead to it."""
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = DJANGO_SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_TIMEOUT = 5
    try:
        yield postbox
    finally:
        controller.stop()


def press_send(client: Client, address: str, **fields: str) -> str:
    """Press “send” and confirm the numbers that the page then shows; the page after that."""
    pressed = {"action": "send", **fields}
    asked = client.post(address, pressed, follow=True).content.decode()
    found = re.search(r'name="confirmed" value="(\w+)"', asked)
    if found is None:
        return asked
    return client.post(address, pressed | {"confirmed": found[1]}, follow=True).content.decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def approve_all(campaign: Campaign, user: User) -> list[Message]:
    """One approved message with a real poster for every valid row."""
    valid = campaign.recipients.living().filter(verdict=RowVerdict.VALID)
    messages = [people.ready_message(recipient) for recipient in valid]
    for message in messages:
        message.poster.save("poster.jpg", ContentFile(poster()))
        approve(message, user)
    return messages


def spoken_message(campaign: Campaign, user: User, row: int = 0) -> Message:
    """An approved message whose video can be decoded: four seconds of numbered frames, two lines in it."""
    recipient = campaign.recipients.order_by("row_number")[row]
    content_hash = f"{row + 1}" * 64
    made = people.ready_message(
        recipient, content_hash=content_hash, made_with={"presenter": campaign.presenter_id}, segments=[
            {"line": "0.0", "text": f"Hello {recipient.name}.", "start_s": 0.2 + row, "end_s": 1.2 + row},
            {"line": "1.0", "text": "See you soon.", "start_s": 1.6 + row, "end_s": 2.6 + row},
        ],
    )  # fmt: skip
    made.lines = [{"id": part["line"], "text": part["text"]} for part in made.segments]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        encode_segment((numbered(at) for at in range(100)), Fraction(25), VideoConfig(), path)
        made.video.save(f"{content_hash[:16]}.mp4", ContentFile(path.read_bytes()), save=False)
    made.poster.save(f"{content_hash[:16]}.jpg", ContentFile(poster()), save=False)
    made.save()
    approve(made, user)
    return made


def poster(width: int = 320, height: int = 180) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (40, 70, 120)).save(out, "JPEG")
    return out.getvalue()
