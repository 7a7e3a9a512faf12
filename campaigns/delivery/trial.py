"""A test of the mail: as one recipient would get it, to whoever asks for it, and never counted as sent."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from campaigns.delivery.attempt import REVOKED
from campaigns.delivery.channels import email
from campaigns.delivery.channels.channel import BadAddress, SendError
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue
from campaigns.models import Job, Message, Recipient
from campaigns.revisions import has_consent, is_shown, read_content
from campaigns.states import MoveRefused, RenderState

NO_ADDRESS = (
    "Your account has no e-mail address. Ask an owner of the installation to write one there, then try again."
)
NO_VIDEO = "{} has no finished video yet, so there is no mail to test. Choose somebody else, or start a run."
NOT_SHOWN = "The link shows nothing yet: it works once this video is approved."
COUNTS_NOTHING = "Looking through its link counts nothing."


def start_test(recipient: Recipient, user: User) -> Job:
    """Queue the mail of this recipient to the user's own address. MoveRefused where that cannot be."""
    try:
        address = email.clean_address(user.email)
    except BadAddress as bad:
        raise MoveRefused(NO_ADDRESS) from bad
    if _find_message(recipient.pk) is None:
        raise MoveRefused(NO_VIDEO.format(recipient))
    options = {"recipient": recipient.pk, "address": address}
    return enqueue(JobKind.SEND_TEST, campaign=recipient.campaign, user=user, options=options)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. A worker that died may have sent it: then a second one arrives."""
    message, address = _find_message(job.options["recipient"]), job.options["address"]
    if message is None:
        raise RefusedJob("This person's video is not finished any more. Try again when it is.")
    if not has_consent(read_content(message)):
        raise RefusedJob(REVOKED)
    progress("sending the test")
    try:
        email.transmit(email.prepare_test(message, address, _describe(message)))
    except SendError as error:
        raise RefusedJob(f"No test was sent. {error}") from error
    record(
        job.created_by, Verb.TEST_SENT, campaign=message.campaign, about=str(message.recipient), to=address
    )
    return {"to": address}


def _find_message(recipient_pk: int) -> Message | None:
    ready = Message.objects.select_related("campaign__presenter", "recipient")
    return ready.filter(recipient=recipient_pk, render_state=RenderState.READY).first()


def _describe(message: Message) -> str:
    person = f"{message.recipient} (row {message.recipient.row_number})"
    return f"A test: the mail as {person} would get it. {COUNTS_NOTHING if is_shown(message) else NOT_SHOWN}"
