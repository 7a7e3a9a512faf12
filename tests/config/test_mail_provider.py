"""Which provider takes the mails, and what is refused at start."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from config.mail_provider import Keys, configure, list_providers

ADDRESS = "https://eu.provider.example/v3"


def test_without_a_choice_a_mail_server_takes_them() -> None:
    assert configure("smtp", Keys(), 20) == ("django.core.mail.backends.smtp.EmailBackend", {})


@pytest.mark.parametrize("name", list_providers()[1:])
def test_every_provider_needs_its_key_and_loads_with_it(name: str, settings: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"MAIL_PROVIDER={name} needs .*MAIL_PROVIDER_KEY_FILE"):
        configure(name, Keys(), 20)
    backend, settings.ANYMAIL = configure(name, Keys(key="quiet", secret="second", url=ADDRESS), 20)
    made: Any = get_connection(backend)
    assert (made.api_url, made.timeout) == (f"{ADDRESS}/", 20)
    assert "quiet" in settings.ANYMAIL.values()


def test_a_second_key_and_a_signing_key_are_asked_for_where_nothing_works_without() -> None:
    with pytest.raises(ImproperlyConfigured, match="mailjet needs its secret key: set MAIL_PROVIDER_SECRET"):
        configure("mailjet", Keys(key="quiet"), 20)
    with pytest.raises(ImproperlyConfigured, match="set MAIL_WEBHOOK_KEY"):
        configure("mailersend", Keys(key="quiet", webhook_secret="byname:9f86d081884c7d65"), 20)


@pytest.mark.parametrize("secret", ["hunter2hunter2hunter2", ":hunter2hunter2hunter2", "me:hunter2"])
def test_a_webhook_secret_that_is_easily_guessed_is_refused(secret: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="a name, a colon and a password") as refused:
        configure("postmark", Keys(key="quiet", webhook_secret=secret), 20)
    assert secret not in str(refused.value)
