"""The mail catcher: a mail server that delivers nothing and stores each mail as a file for the dashboard."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from django.conf import settings
from django.utils import timezone

logger = logging.getLogger(__name__)

DEFAULT_PORT = 8025
MAX_MAIL_BYTES = 20 * 1024 * 1024
_MAIL_ID = re.compile(r"[0-9A-Za-z-]{1,80}\Z")


@dataclass(frozen=True)
class Mail:
    """A caught mail as a person reads it; ``html`` carries its pictures inside."""

    id: str
    subject: str
    sender: str
    to: str
    at: datetime | None
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def mailbox_folder() -> Path:
    return Path(settings.VAR_DIR) / "mailbox"


def create_catcher(folder: Path, host: str, port: int) -> Controller:
    """A mail server to start() and stop(); every mail becomes one file in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    return Controller(
        _StoringHandler(folder),
        hostname=host,
        port=port,
        data_size_limit=MAX_MAIL_BYTES,
        enable_SMTPUTF8=True,
    )


def list_newest(folder: Path, count: int = 100) -> list[Mail]:
    """The last mails, newest first; files that are no mails are left out."""
    files = sorted(folder.glob("*.eml"), reverse=True)[:count] if folder.is_dir() else []
    return [mail for file in files if (mail := read_mail(folder, file.stem)) is not None]


def read_mail(folder: Path, mail_id: str) -> Mail | None:
    """One mail by its id; None where there is none."""
    if not _MAIL_ID.match(mail_id):
        return None
    try:
        with (folder / f"{mail_id}.eml").open("rb") as file:
            parsed = BytesParser(policy=policy.default).parse(file)
    except OSError:
        return None
    return _parse_mail(mail_id, parsed)


class _StoringHandler:
    """What aiosmtpd calls for every mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        content = envelope.content or b""
        data = content.encode() if isinstance(content, str) else content
        try:
            store_mail(self._folder, data)
        except OSError as error:
            logger.error("the mail could not be kept: %s", error)
            return "452 4.3.1 The mailbox's disk is full or not writable"
        return "250 OK"


def store_mail(folder: Path, data: bytes) -> str:
    """Store one mail and return its id; ids sort by time."""
    folder.mkdir(parents=True, exist_ok=True)
    mail_id = f"{timezone.now():%Y%m%dT%H%M%S-%f}-{uuid4().hex[:12]}"
    hidden = folder / f".{mail_id}.part"
    hidden.write_bytes(data)
    hidden.replace(folder / f"{mail_id}.eml")  # a reader never sees half a mail
    return mail_id


def _parse_mail(mail_id: str, parsed: EmailMessage) -> Mail:
    return Mail(
        id=mail_id,
        subject=str(parsed.get("Subject", "")),
        sender=str(parsed.get("From", "")),
        to=str(parsed.get("To", "")),
        at=_parse_date(parsed),
        text=_find_body(parsed, "plain"),
        html=_inline_pictures(_find_body(parsed, "html"), parsed.walk()),
        headers=tuple((name, str(value)) for name, value in parsed.items()),
    )


def _parse_date(parsed: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(parsed["Date"]))
    except (TypeError, ValueError):
        return None


def _find_body(parsed: EmailMessage, kind: str) -> str:
    for part in parsed.walk():
        if part.get_content_type() == f"text/{kind}" and not part.is_attachment():
            return _decode_part(part)
    return ""


def _decode_part(part: Any) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a character set that nobody knows
        return bytes(part.get_payload(decode=True)).decode("utf-8", "replace")


def _inline_pictures(html: str, parts: Iterable[Any]) -> str:
    """Put each picture where its Content-ID is used: the page that shows the mail loads nothing else."""
    for part in parts:
        name = str(part.get("Content-ID", "")).strip("<> ")
        if name and part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_payload(decode=True)).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return html
