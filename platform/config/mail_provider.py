"""Which provider takes the mails: a mail server by SMTP, or one of those that `django-anymail` speaks to."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

SMTP = "smtp"
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
SHORTEST_PASSWORD = 16


@dataclass(frozen=True)
class Provider:
    """Anymail's names for what a provider needs. ``second``: its other secret; ``signing``: what it signs
    its webhooks with; ``domain``: the one that mails are sent for."""

    key: str
    second: str = ""
    signing: str = ""
    domain: str = ""


_PROVIDERS = {
    "mailersend": Provider("API_TOKEN", signing="SIGNING_SECRET"),
    "mailgun": Provider("API_KEY", signing="WEBHOOK_SIGNING_KEY", domain="SENDER_DOMAIN"),
    "mailjet": Provider("API_KEY", second="SECRET_KEY"),
    "mailtrap": Provider("API_TOKEN", signing="SIGNING_SECRET"),
    "postmark": Provider("SERVER_TOKEN"),
    "resend": Provider("API_KEY"),
    "sendgrid": Provider("API_KEY", signing="TRACKING_WEBHOOK_VERIFICATION_KEY"),
    "sparkpost": Provider("API_KEY"),
}


def list_providers() -> list[str]:
    """What MAIL_PROVIDER may be."""
    return [SMTP, *_PROVIDERS]


@dataclass(frozen=True)
class Keys:
    """What the settings say of the provider; "" where they say nothing."""

    key: str = ""
    secret: str = ""
    domain: str = ""
    url: str = ""
    webhook_secret: str = ""
    webhook_key: str = ""


def configure(name: str, keys: Keys, timeout_s: int) -> tuple[str, dict[str, object]]:
    """Django's mail backend and Anymail's settings. ImproperlyConfigured where a key is missing."""
    if name == SMTP:
        return SMTP_BACKEND, {}
    _refuse_guessable(keys.webhook_secret)
    provider, prefix = _PROVIDERS[name], name.upper()
    named = {
        provider.key: _require(keys.key, name, "MAIL_PROVIDER_KEY", "the key of its interface"),
        provider.domain: keys.domain,
        provider.signing: keys.webhook_key,
        "API_URL": keys.url,
    }
    if provider.second:
        named[provider.second] = _require(keys.secret, name, "MAIL_PROVIDER_SECRET", "its secret key")
    if name == "mailersend" and keys.webhook_secret:  # each of its events is signed
        meaning = "the signing secret that it shows for its webhook"
        _require(keys.webhook_key, name, "MAIL_WEBHOOK_KEY", meaning)
    found: dict[str, object] = {"WEBHOOK_SECRET": keys.webhook_secret, "REQUESTS_TIMEOUT": timeout_s}
    found |= {f"{prefix}_{setting}": value for setting, value in named.items() if setting and value}
    return f"anymail.backends.{name}.EmailBackend", found


def _refuse_guessable(secret: str) -> None:
    name, _, password = secret.partition(":")
    if secret and not (name and len(password) >= SHORTEST_PASSWORD):
        raise ImproperlyConfigured(
            "MAIL_WEBHOOK_SECRET is a name, a colon and a password of at least "
            f"{SHORTEST_PASSWORD} characters, as byname:9f86d081884c7d65."
        )


def _require(value: str, provider: str, name: str, meaning: str) -> str:
    if not value:
        raise ImproperlyConfigured(
            f"MAIL_PROVIDER={provider} needs {meaning}: set {name}, or {name}_FILE to a file with it."
        )
    return value
