"""E-mail: a text and an HTML version, the poster inside, the personal link, and one-click opt-out."""

from __future__ import annotations

import contextlib
import io
import logging
import smtplib
from dataclasses import dataclass
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.template.loader import render_to_string
from PIL import Image

from campaigns.access.colours import choose_colours
from campaigns.delivery.channels import provider
from campaigns.delivery.channels.channel import BadAddress, Channel, SendError
from campaigns.delivery.channels.refusals import Refused, classify
from campaigns.delivery.channels.smtp import SmtpBackend
from campaigns.delivery.links import opt_out_url, page_url
from campaigns.delivery.mail_text import MailFault, write_mail_text
from campaigns.models import Delivery, Message, Recipient
from campaigns.pictures.mail_picture import draw_mail_picture
from campaigns.pictures.previews import make_preview
from campaigns.pictures.words import find_locale, write_words
from campaigns.revisions import read_content

logger = logging.getLogger(__name__)
DEFAULT_SUBJECT = "A video for you"
TEST_MARK = "[Test]"
TEST_QUERY = "test"  # the recipient's page counts nothing then
DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True)
class MailPicture:
    """What the mail shows of the video; ``name`` is its Content-ID, too."""

    data: bytes
    name: str
    subtype: str

    @property
    def width_px(self) -> int:
        with Image.open(io.BytesIO(self.data)) as opened:
            return opened.width


def prepare(delivery: Delivery) -> EmailMultiAlternatives:
    """Write the mail. Raises SendError when the address is not valid or the delivery's message is gone."""
    message = delivery.message
    if message is None:
        raise SendError("The row behind this delivery is gone.", permanent=True)
    mail = _write(message, delivery.address, _build_headers(delivery, message), "")
    provider.name_delivery(mail, message.public_id)
    return mail


def prepare_test(message: Message, address: str, note: str) -> EmailMultiAlternatives:
    """The same mail for somebody else's eyes: marked as a test with a ``note``, with no link that acts for
    the recipient. Raises SendError."""
    headers = {"Message-ID": f"<test.{uuid4().hex}@{_get_host()}>"}
    return _write(message, address, headers, note)


def find_picture(message: Message) -> MailPicture | None:
    """The moving picture where the campaign wants it and the video has one, else the still one."""
    if message.campaign.mail_preview and make_preview(message):
        with contextlib.suppress(OSError), message.preview.open("rb") as file:
            return MailPicture(file.read(), "preview.gif", "gif")
    words = write_words(message.campaign, message.recipient)
    still = draw_mail_picture(message.poster, words, find_locale(message.campaign, message.recipient))
    return MailPicture(still, "poster.jpg", "jpeg") if still is not None else None


def _write(message: Message, address: str, headers: dict[str, str], test_note: str) -> EmailMultiAlternatives:
    _check_address(address)
    try:
        words = write_mail_text(message.campaign, message.recipient.values)
    except MailFault as fault:
        row = message.recipient.row_number
        raise SendError(f"Row {row} cannot be written to. {fault}", permanent=True) from fault
    picture = find_picture(message)
    context = _build_context(message, words.text, picture, test_note)
    subject = join_lines(words.subject) or DEFAULT_SUBJECT
    mail = EmailMultiAlternatives(
        subject=f"{TEST_MARK} {subject}" if test_note else subject,
        body=render_to_string("emails/message.txt", context),
        from_email=_format_sender(message),
        to=[address],
        headers=headers,
    )
    mail.attach_alternative(render_to_string("emails/message.html", context), "text/html")
    if picture is not None:
        _attach_inline(mail, picture)
    return mail


def transmit(payload: EmailMultiAlternatives) -> str:
    """Send the mail. Returns when the mail server or provider accepted it, with its id."""
    if provider.is_chosen():
        return provider.transmit(payload)
    backend = _create_backend()
    try:
        backend.open()
    except (OSError, smtplib.SMTPException) as error:
        answer = _describe_answer(error)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            raise SendError(f"The mail server refused the log-in: {answer}", of_sender=True) from error
        raise SendError(f"The mail server could not be reached: {answer}") from error
    try:
        backend.send_messages([payload])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _classify_error(error, backend) from error
    finally:
        _close(backend)
    return str(payload.extra_headers.get("Message-ID", ""))


def select_deliveries() -> QuerySet[Delivery]:
    """Those by mail."""
    return Delivery.objects.filter(channel=CHANNEL.name)


def clean_address(text: str) -> str:
    """An address without space around it. Raises BadAddress."""
    address = text.strip()
    if not _is_address(address):
        raise BadAddress(f"“{address}” is not an e-mail address")
    return address


@lru_cache(maxsize=200_000)  # each page of a campaign asks for all its addresses: 12 µs each
def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def read_address(recipient: Recipient) -> str:
    """The address that the import found in the spreadsheet."""
    return recipient.email


def join_lines(text: str) -> str:
    """Join lines into one with single spaces, so that no text can add a header."""
    return " ".join(text.split())


def _build_context(
    message: Message, text: str, picture: MailPicture | None, test_note: str
) -> dict[str, object]:
    presenter = read_content(message).presenter
    return {
        "name": message.recipient.name,
        "body": text,
        "page_url": f"{page_url(message)}?{TEST_QUERY}" if test_note else page_url(message),
        "opt_out_url": "" if test_note else opt_out_url(message),
        "sender": join_lines(message.campaign.sender_name),
        "consent_by": (presenter.consent_by or presenter.name) if presenter else "",
        "has_picture": picture is not None,
        "picture_url": f"cid:{_name_content(picture)}" if picture is not None else "",
        "picture_width": picture.width_px if picture is not None else 0,
        "test_note": test_note,
        "colours": choose_colours(message.campaign.workspace.accent),
    }


def _check_address(address: str) -> None:
    try:
        clean_address(address)
    except BadAddress as error:
        raise SendError(
            f"{error}. Correct it in the spreadsheet and upload it again.", permanent=True
        ) from error


def _format_sender(message: Message) -> str:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = join_lines(message.campaign.sender_name)
    return formataddr((name, address)) if name else settings.DEFAULT_FROM_EMAIL


def _build_headers(delivery: Delivery, message: Message) -> dict[str, str]:
    headers = {
        # The same for every attempt: should two ever arrive, mail programs can tell that they are one.
        "Message-ID": f"<{delivery.channel}.{message.public_id}@{_get_host()}>",
        "List-Unsubscribe": f"<{opt_out_url(message)}>",
    }
    if settings.PUBLIC_URL.startswith("https://"):  # RFC 8058 allows one click on https alone
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _get_host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def _name_content(picture: MailPicture) -> str:
    return picture.name.partition(".")[0]


def _attach_inline(mail: EmailMultiAlternatives, picture: MailPicture) -> None:
    image = MIMEImage(picture.data, picture.subtype)
    image.add_header("Content-ID", f"<{_name_content(picture)}>")
    image.add_header("Content-Disposition", "inline", filename=picture.name)
    mail.mixed_subtype = "related"  # type: ignore[attr-defined]  # missing in the stubs
    mail.attach(image)


def _create_backend() -> BaseEmailBackend:
    # Ours in place of Django's own, so that an interrupted mail is never called unsent.
    return SmtpBackend() if settings.EMAIL_BACKEND == DJANGO_SMTP else get_connection()


def _classify_error(error: Exception, backend: BaseEmailBackend) -> SendError:
    answer = _describe_answer(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        # The server answered, so the mail certainly was not taken.
        refusal = classify(*_read_answer(error), to_sender=isinstance(error, smtplib.SMTPSenderRefused))
        return SendError(
            f"The mail server refused {refusal.refused.value}: {answer}",
            permanent=refusal.permanent,
            bad_address=refusal.is_bad_address,
            of_sender=refusal.refused is Refused.SENDER,
        )
    if isinstance(error, smtplib.SMTPNotSupportedError | ValueError):
        return SendError(f"The mail cannot be sent to this address: {answer}", permanent=True)
    if getattr(backend, "data_begun", True):
        return SendError(f"The connection broke while the mail was on its way: {answer}", maybe_sent=True)
    return SendError(f"The mail server broke off before it took the mail: {answer}")


def _read_answer(error: Exception) -> tuple[int, str]:
    """Code and text, line by line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):  # a mail goes to one address
        code, text = next(iter(error.recipients.values()), (0, b""))
        return code, _decode_answer(text)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, _decode_answer(error.smtp_error)
    return 0, ""


def _describe_answer(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return join_lines(
            "; ".join(f"{code} {_decode_answer(text)}" for code, text in error.recipients.values())
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return join_lines(f"{error.smtp_code} {_decode_answer(error.smtp_error)}")
    return join_lines(str(error)) or type(error).__name__


def _decode_answer(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _close(backend: BaseEmailBackend) -> None:
    try:
        backend.close()
    except (OSError, smtplib.SMTPException) as error:
        # The mail's own fate is settled by now; a rude goodbye does not change it.
        logger.info("closing the mail server's connection: %s", error)


CHANNEL = Channel(
    name="email",
    label="E-mail",
    noun="mail",
    columns=("email", "e_mail", "email_address", "e_mail_address", "mail", "mail_address"),
    example="ada@example.org",
    clean_address=clean_address,
    read_address=read_address,
    address_field="email",
    prepare=prepare,
    transmit=transmit,
)
