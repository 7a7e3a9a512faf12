"""Receivers check a call with the specification's own library."""

from __future__ import annotations

import time

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from campaigns.webhooks.signing import make_secret, sign


def test_the_library_of_the_specification_accepts_each_secret_and_no_other() -> None:
    old, new, other = make_secret(), make_secret(), make_secret()
    now, body = int(time.time()), b'{"type":"message.sent"}'
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign([new, old], "m1", now, body),
    }
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers) == {"type": "message.sent"}
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(body, headers)
    for wrong in ({"webhook-id": "m2"}, {"webhook-timestamp": str(now - 1)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(new).verify(body, headers | wrong)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + b" ", headers)
