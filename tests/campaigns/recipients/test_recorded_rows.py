"""Recordings that rows name: sent as a ZIP, told where they do not fit, and heard in the row's own video."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from campaigns import engine
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job, Message, job_path
from campaigns.problems import Code
from campaigns.recipients.recorded_rows import NO_COLUMN, delete_row_recordings
from campaigns.recordings.archive import NotFound
from campaigns.recordings.line_recordings import load_recorded
from campaigns.recordings.stored_recordings import (
    load_row_recorded,
    load_row_sounds,
    mark_row_recorded,
)
from campaigns.runs import lifecycle
from campaigns.states import JobState, RenderState, RowVerdict, move
from renderer.voices.text_to_speech import speak
from tests.renderer.speech.test_recorded_lines import save

pytestmark = pytest.mark.django_db(transaction=True)
ADA = ("Hello Ada.", "Thanks for coming to London.")


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sounds")
    voice = engine.VoiceConfig(engine="piper")
    spoken = [speak(text, voice).samples for text in ADA]
    ada = np.concatenate([spoken[0], np.zeros(20_000, np.float32), spoken[1]])
    other = speak("Your order left our warehouse this morning.", voice).samples
    made = {"ada.wav": ada, "other.wav": other}
    return {name: save(folder / name, samples).read_bytes() for name, samples in made.items()}


def pack(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def store(campaign: Campaign, person: User, data: bytes) -> Job:
    job = Job(kind=JobKind.STORE_RECORDINGS)
    file = job.file.storage.save(job_path(job, "recordings.zip"), ContentFile(data))
    made = enqueue(JobKind.STORE_RECORDINGS, campaign=campaign, user=person, file=file, file_name="all.zip")
    work_on_job(made.pk)
    made.refresh_from_db()
    return made


@pytest.fixture
def named(campaign: Campaign) -> Campaign:
    """Ada, José and O'Neil name a file each, of which the last is not in any archive."""
    campaign.columns = [*campaign.columns, "Recording"]
    campaign.save(update_fields=["columns"])
    cells = {"Ada": "Ada.WAV", "José": "other.wav", "O'Neil": "gone.wav"}
    for row in campaign.recipients.all():
        row.values = {**row.values, "Recording": cells.get(row.name, "")}
        row.save(update_fields=["values"])
    return campaign


def test_rows_that_fit_are_heard_and_the_others_are_told(
    named: Campaign, alice: User, sounds: dict[str, bytes]
) -> None:
    job = store(named, alice, pack(sounds))
    assert (job.state, job.result) == (JobState.DONE, {"files": 2, "wrong": 2})
    rows = named.recipients.all()
    verdicts = {row.name: (row.verdict, [one.code for one in row.found_problems]) for row in rows}
    assert verdicts["Ada"] == (RowVerdict.VALID, [])
    assert verdicts["José"] == (RowVerdict.REJECTED, [Code.RECORDING_OF_OTHER_TEXT])
    assert verdicts["O'Neil"] == (RowVerdict.REJECTED, [Code.RECORDING_MISSING])
    lifecycle.start(named, alice)
    ada = Message.objects.get(recipient__name="Ada")
    said = load_row_recorded(named, ada.lines, ())
    assert [" ".join(word.text for word in one.words) for one in said.values()] == list(ADA)
    assert load_recorded(named, ada.lines) == {}


def test_a_better_archive_takes_the_problems_away_and_makes_only_its_rows_anew(
    named: Campaign, alice: User, sounds: dict[str, bytes]
) -> None:
    store(named, alice, pack(sounds))
    lifecycle.start(named, alice)
    for message in named.messages.all():
        row = named.messages.filter(pk=message.pk)
        move(row, RenderState.RENDERING)
        move(row, RenderState.READY, video="v.mp4")
    lifecycle.settle(named)
    named.recipients.filter(name="O'Neil").update(
        values={"first_name": "O'Neil", "email": "o@example.org", "city": "London", "Recording": ""}
    )
    store(named, alice, pack({"ada.wav": sounds["ada.wav"]}))
    named.refresh_from_db()
    lifecycle.start(named, alice)
    queued = named.messages.filter(render_state=RenderState.QUEUED)
    assert [message.recipient.name for message in queued] == ["O'Neil"]


def test_deleted_recordings_leave_the_voice_to_speak_and_no_file_behind(
    named: Campaign, alice: User, sounds: dict[str, bytes]
) -> None:
    store(named, alice, pack(sounds))
    kept = named.row_recordings.get(key="ada.wav").file
    assert delete_row_recordings(named) == 2
    assert not kept.storage.exists(str(kept.name))
    assert not named.recipients.exclude(name="Nobody").filter(verdict=RowVerdict.REJECTED).exists()
    lines = [{"id": "a", "text": "Hello Ada."}]
    assert mark_row_recorded(lines, {"Recording": "ada.wav"}, load_row_sounds(named)) == lines


def test_a_recording_that_changed_during_a_run_fails_its_message_in_words(
    named: Campaign, alice: User, sounds: dict[str, bytes]
) -> None:
    store(named, alice, pack(sounds))
    found = load_row_sounds(named)
    (line,) = mark_row_recorded([{"id": "a", "text": "Hi."}], {"Recording": "ada.wav"}, found)
    named.row_recordings.update(sha256="0" * 64)
    with pytest.raises(engine.RenderError, match="was changed or deleted"):
        load_row_recorded(named, [line], ())
    with pytest.raises(NotFound):
        mark_row_recorded([line], {"Recording": "nobody.wav"}, load_row_sounds(named))


def test_what_is_no_archive_or_belongs_to_no_column_is_refused_in_words(
    campaign: Campaign, named: Campaign, alice: User
) -> None:
    job = store(named, alice, b"no zip")
    assert job.state == JobState.FAILED and "no ZIP that can be read" in job.failure
    named.columns = ["first_name"]
    named.save(update_fields=["columns"])
    assert store(named, alice, b"no zip").failure == NO_COLUMN
