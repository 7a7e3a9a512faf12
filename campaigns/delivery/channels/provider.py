"""Hands a mail to the provider of MAIL_PROVIDER through `django-anymail`, and reads what its answer means.

A request that may have arrived and got no answer is never sent again by itself. What the provider says of
the recipient alone tells something about the address.
"""

from __future__ import annotations

import hashlib
import ssl
from typing import Any
from uuid import UUID

import requests
import urllib3.exceptions
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from campaigns.delivery.channels.channel import SendError

DELIVERY_KEY = "byname_delivery"  # what the provider repeats in each event; Postmark takes 20 characters
WITHOUT_METADATA = ("mailersend",)  # there the provider's own id finds the delivery
# Resend answers a second request with the same key like the first, for a day, and sends nothing more.
IDEMPOTENCY_HEADERS = {"resend": "Idempotency-Key"}
ANSWER_LENGTH = 300
_UNSENT = (
    urllib3.exceptions.NewConnectionError,  # names that do not resolve, too
    urllib3.exceptions.ConnectTimeoutError,
    ssl.SSLCertVerificationError,
)
_OF_SENDER = (401, 402, 403)  # the key, the account, the sender's domain
_LATER = (429, 503)


def is_chosen() -> bool:
    """Whether mails go to a provider rather than to a mail server."""
    return settings.EMAIL_BACKEND.startswith("anymail.")


def name_delivery(mail: EmailMultiAlternatives, link_id: UUID) -> None:
    """Have the provider repeat this id in whatever it tells of the mail."""
    mail.metadata = {DELIVERY_KEY: str(link_id)}  # type: ignore[attr-defined]  # read by Anymail


def transmit(mail: EmailMultiAlternatives) -> str:
    """Send the mail; the provider's id of it. Raises SendError."""
    _adapt(mail)
    backend = get_connection()
    backend.open()
    asked = _watch(backend)
    try:
        _add_idempotency(backend, mail)
        if not backend.send_messages([mail]):
            raise SendError("The provider was not asked: the mail has no recipient.", permanent=True)
    except AnymailRecipientsRefused as error:
        raise SendError(
            "The provider refused the address: it cannot be reached, or asked for no mails there.",
            permanent=True,
            bad_address=True,
        ) from error
    except AnymailAPIError as error:
        raise _classify_answer(error) from error
    except AnymailError as error:
        said = _shorten(str(error))
        if asked:
            raise SendError(f"The provider’s answer cannot be read: {said}", maybe_sent=True) from error
        raise SendError(f"The provider cannot take this mail: {said}", permanent=True) from error
    finally:
        backend.close()
    return _read_id(mail)


def _adapt(mail: EmailMultiAlternatives) -> None:
    """Providers give each mail an id of their own, and some refuse one that comes along."""
    mail.extra_headers.pop("Message-ID", None)
    if settings.MAIL_PROVIDER in WITHOUT_METADATA and hasattr(mail, "metadata"):
        del mail.metadata


def _watch(backend: BaseEmailBackend) -> list[str]:
    """Filled as soon as a request begins to leave: what goes wrong after that may have been taken."""
    asked: list[str] = []
    session = getattr(backend, "session", None)
    if session is not None:
        send = session.request

        def request(**parameters: Any) -> requests.Response:
            asked.append(str(parameters.get("url")))
            return send(**parameters)

        session.request = request
    return asked


def _add_idempotency(backend: BaseEmailBackend, mail: EmailMultiAlternatives) -> None:
    header = IDEMPOTENCY_HEADERS.get(settings.MAIL_PROVIDER)
    named = getattr(mail, "metadata", {}).get(DELIVERY_KEY)
    if header and named:  # other words are another mail
        told = "\0".join((named, *mail.to, str(mail.subject), str(mail.body)))
        backend.session.headers[header] = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()  # type: ignore[attr-defined]


def _read_id(mail: EmailMultiAlternatives) -> str:
    status = mail.anymail_status  # type: ignore[attr-defined]  # Anymail's
    if not status.recipients or (status.status == {"unknown"} and not status.message_id):
        raise SendError("The provider did not say what became of the mail.", maybe_sent=True)
    if status.status == {"failed"}:
        raise SendError("The provider took the mail and could not send it.", permanent=True)
    return status.message_id if isinstance(status.message_id, str) else ""


def _classify_answer(error: AnymailAPIError) -> SendError:
    code, answer = error.status_code, _describe(error)
    if code is None:
        if _never_left(error):
            return SendError(f"The provider could not be reached: {answer}")
        return SendError(f"The provider did not answer: {answer}", maybe_sent=True)
    said = f"The provider answered {code}: {answer}"
    if code in _OF_SENDER:
        return SendError(f"{said} Look at MAIL_PROVIDER_KEY and the sender's domain.", of_sender=True)
    if code in _LATER:
        return SendError(said)
    if 400 <= code < 500 and code not in (408, 409):
        return SendError(said, permanent=True)
    return SendError(said, maybe_sent=True)  # it may have taken the mail before it failed, or lost its answer


def _never_left(error: BaseException) -> bool:
    """Whether the line was not even there yet."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    found: object = error.__cause__
    for _ in range(5):
        if isinstance(found, _UNSENT):
            return True
        arguments = getattr(found, "args", ())
        found = getattr(found, "reason", None) or (arguments[0] if arguments else None)
    return False


def _describe(error: AnymailAPIError) -> str:
    if error.response is not None:
        return _shorten(error.response.text or str(error.response.reason))
    return _shorten(str(error.__cause__ or error)) or type(error).__name__


def _shorten(text: str) -> str:
    return " ".join(text.split())[:ANSWER_LENGTH]
