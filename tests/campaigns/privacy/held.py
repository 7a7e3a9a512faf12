"""A person about whom everything is held that can be, beside another one of whom nothing may be lost."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import numpy as np
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import Task

from campaigns.delivery.mailbox import mailbox_folder, store_mail
from campaigns.delivery.suppression import suppress
from campaigns.exports.jobs import Format, start_export
from campaigns.jobs.work import work_on_job
from campaigns.models import (
    ApiToken,
    Campaign,
    Delivery,
    Event,
    IdempotentAnswer,
    Job,
    Message,
    PersonalWord,
    PronunciationEntry,
    Recipient,
    RowRecording,
    get_workspace_key,
)
from campaigns.problems import Code, Problem, Source, dump_problems
from campaigns.recipients.import_drafts import start_draft
from campaigns.recipients.people import add_person, edit_cells
from campaigns.review import approve
from campaigns.review.comments import add_comment
from campaigns.states import DeliveryState, EventKind
from renderer.config import fingerprint
from renderer.speech.speech import Speech, Word
from renderer.voices.speech_cache import save_speech
from tests import people

NAME, ADDRESS, PHONE = "Zoë Quillfeather", "zoe.quillfeather@example.org", "+44 20 7946 0958"
SHEET = f"first_name,email,city\n{NAME},{ADDRESS},Bath\nMax,max@example.org,Bonn\n".encode()
VIDEO, SOUND = b"the video of one person", b"the sound of one person"


@dataclass(frozen=True)
class Held:
    """Who is to be erased, who is to stay, and files that only hold the first."""

    person: Recipient
    other: Recipient
    shared_part: Path


def hold(campaign: Campaign, user: User) -> Held:
    """Through the product's own functions where there is one."""
    values = {"first_name": NAME, "email": ADDRESS.upper(), "city": "Bath"}
    person = edit_cells(campaign, add_person(campaign, values, user), {"city": PHONE}, user)
    other = campaign.recipients.get(name="Ada")
    message, others = people.ready_message(person), people.ready_message(other, content_hash="b" * 64)
    message.video.save("zoe.mp4", ContentFile(VIDEO), save=True)
    _put_parts(message, others)
    approve(message, user, seen_hash=message.content_hash)
    add_comment(others, user, "Sounds better than " + NAME, 0.0)
    _send(campaign, message)
    suppress(ADDRESS, "Asked for no further mails.", get_workspace_key(campaign))
    _mention(campaign, person, other, user)
    work_on_job(start_draft(campaign, io.BytesIO(SHEET), "people.csv", user).pk)
    work_on_job(start_export(campaign, user, Format.CSV).pk)
    campaign.spreadsheet.save("people.csv", ContentFile(SHEET), save=True)
    return Held(person, other, _find_part("segment", b"shared"))


def _put_parts(message: Message, others: Message) -> None:
    own, shared = _put("segment", VIDEO), _put("segment", b"shared")
    said = Speech(np.zeros(480, np.float32), (), tuple(Word(one, 0, 1) for one in ("Hello", *NAME.split())))
    heard = _find_part("speech", b"heard on a page").with_suffix(".safetensors")
    heard.parent.mkdir(parents=True, exist_ok=True)
    save_speech(said, heard)
    Message.objects.filter(pk=message.pk).update(parts=[own, shared])
    sound = RowRecording(campaign=message.campaign, name="zoe.wav", key="zoe.wav", sha256="c" * 64)
    sound.file.save("zoe.wav", ContentFile(SOUND))
    lines = [{"id": "0.0", "text": f"Hello {NAME}.", "row_recording": "zoe.wav"}]
    Message.objects.filter(pk=message.pk).update(lines=lines)
    message.refresh_from_db()
    Message.objects.filter(pk=others.pk).update(parts=[shared])


def _send(campaign: Campaign, message: Message) -> None:
    shared = {"campaign": campaign, "recipient_name": NAME, "content_hash": "a" * 64}
    Delivery.objects.create(message=message, address=ADDRESS, state=DeliveryState.SENT, **shared)
    Delivery.objects.create(message=None, address=ADDRESS, campaign_name="Gone", recipient_name=NAME)
    Event.objects.create(message=message, recipient_name=NAME, kind=EventKind.PLAYED)
    Event.objects.create(message=None, recipient_name=NAME, kind=EventKind.PLAYED)
    for to, text in ((ADDRESS, "Hello"), ("tester@example.org", f"See /v/{message.public_id}/")):
        mail = EmailMessage()
        mail["To"], mail["Subject"] = to, "A video for you"
        mail.set_content(f"{text} {NAME} with letters beyond ASCII: ë", cte="base64")
        store_mail(mailbox_folder(), bytes(mail))


def _mention(campaign: Campaign, person: Recipient, other: Recipient, user: User) -> None:
    told = Problem(
        Code.ADDRESS_REPEATED, Source.SPREADSHEET, f"{ADDRESS} stands in row 9 already.", 3, "email"
    )
    Recipient.objects.filter(pk=other.pk).update(problems=dump_problems([told]))
    LogEntry.objects.log_actions(user.pk, [person], CHANGE, change_message=ADDRESS, single_object=True)
    PersonalWord.objects.create(
        campaign=campaign, word="Quillfeather", key="quillfeather", rows=1, row_number=9
    )
    PronunciationEntry.objects.create(word="Quillfeather", key="quillfeather", said="quill feather")
    Job.objects.create(kind="send_test", campaign=campaign, state="done", result={"told": f"to {NAME}"})
    session = SessionStore()
    session["_messages"] = f"Saved {NAME}."
    session["kept"] = "workspace"
    session.save()
    _answer_a_program(campaign, user)
    now = timezone.now()
    Task.objects.create(
        id="1" * 32, name="job 1", func="f", args=(1,), result=f"ValueError: {ADDRESS}", started=now,
        stopped=now + timedelta(seconds=1), success=False,
    )  # fmt: skip


def _answer_a_program(campaign: Campaign, user: User) -> None:
    token = ApiToken.objects.create(workspace=campaign.workspace, user=user, name="CRM", digest="d" * 64)
    body = json.dumps({"id": 9, "values": {"first_name": NAME, "email": ADDRESS}}).encode()
    IdempotentAnswer.objects.create(token=token, key="k", digest="e" * 64, status=201, body=body)


def _put(kind: str, content: bytes) -> str:
    path = _find_part(kind, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return f"{kind}/{path.stem[:2]}/{path.stem}"


def _find_part(kind: str, content: bytes) -> Path:
    name = hashlib.sha256(fingerprint(content).encode()).hexdigest()
    path: Path = settings.RENDER_CACHE_DIR / kind / name[:2] / f"{name}.mp4"
    return path
