"""Absolute addresses that leave the house, in mails and exports."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from campaigns.models import Message


def page_url(message: Message) -> str:
    """The recipient's own page; the random id in it is all that opens it."""
    return _build_url("message-page", message)


def opt_out_url(message: Message) -> str:
    """Where the recipient asks for no further mails: a form to read, a POST to act."""
    return _build_url("message-opt-out", message)


def _build_url(name: str, message: Message) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=[message.public_id])}"
