"""Signatures by the Standard Webhooks specification: HMAC-SHA256 over id, time and body, by each secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

BEGINNING = "whsec_"
SECRET_BYTES = 32


def make_secret() -> str:
    """A new secret, as receivers write it into their settings."""
    return BEGINNING + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(given: Iterable[str], message_id: str, at_s: int, body: bytes) -> str:
    """The header ``webhook-signature``: one signature for each secret, so that secrets can be exchanged."""
    signed = f"{message_id}.{at_s}.".encode() + body
    return " ".join(f"v1,{_sign_one(secret, signed)}" for secret in given)


def _sign_one(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(BEGINNING))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
