from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns import engine
from campaigns.models import Campaign, Message, Recording
from campaigns.recordings import line_recordings
from campaigns.recordings.line_recordings import (
    list_recordable_lines,
    list_unused_recordings,
    load_recorded,
    record_line,
)
from campaigns.runs import lifecycle
from campaigns.states import RenderState, move
from renderer.voices.text_to_speech import speak
from tests.renderer.speech.test_recorded_lines import save

pytestmark = pytest.mark.django_db(transaction=True)
LINE = "Thanks for coming to London."


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sound")
    return save(folder / "line.wav", speak(LINE, engine.VoiceConfig(engine="piper")).samples).read_bytes()


def record(campaign: Campaign, person: User, sound: bytes, text: str = LINE) -> Recording:
    line = next(one for one in list_recordable_lines(campaign) if one.text == text)
    upload = SimpleUploadedFile("line.wav", sound)
    return record_line(campaign, line.line_id, line.text, upload, person)


def test_the_lines_that_most_people_hear_come_first(campaign: Campaign) -> None:
    campaign.script = "Hello {{ first_name }}. We are glad that you came."
    lines = list_recordable_lines(campaign)
    assert (lines[0].text, lines[0].people) == ("We are glad that you came.", 3)
    assert [line.text for line in lines[1:]] == ["Hello Ada.", "Hello José.", "Hello O'Neil."]


def test_a_recording_belongs_to_its_text_and_speaks_it_with_captions(
    campaign: Campaign, alice: User, sound: bytes
) -> None:
    made = record(campaign, alice, sound)
    assert 1 < made.seconds < 5
    lifecycle.start(campaign, alice)
    ada = Message.objects.get(recipient__name="Ada")
    (said,) = load_recorded(campaign, ada.lines).values()
    assert " ".join(word.text for word in said.words) == LINE
    assert load_recorded(campaign, Message.objects.get(recipient__name="O'Neil").lines) == {}


def test_a_new_recording_takes_the_place_of_the_old_one_with_its_file(
    campaign: Campaign, alice: User, sound: bytes
) -> None:
    first = record(campaign, alice, sound)
    record(campaign, alice, sound + bytes(2))
    assert campaign.recordings.count() == 1
    assert not first.file.storage.exists(str(first.file.name))


def test_a_recording_makes_only_the_messages_anew_that_say_it(
    campaign: Campaign, alice: User, sound: bytes
) -> None:
    lifecycle.start(campaign, alice)
    for message in campaign.messages.all():
        move(campaign.messages.filter(pk=message.pk), RenderState.RENDERING)
        move(campaign.messages.filter(pk=message.pk), RenderState.READY, video="v.mp4")
        lifecycle.settle(campaign)
    record(campaign, alice, sound)
    campaign.refresh_from_db()
    lifecycle.start(campaign, alice)
    queued = campaign.messages.filter(render_state=RenderState.QUEUED)
    assert [message.recipient.name for message in queued] == ["Ada"]


def test_a_changed_text_leaves_its_recording_unused_and_told(
    campaign: Campaign, alice: User, sound: bytes
) -> None:
    made = record(campaign, alice, sound)
    campaign.script = "Hello {{ first_name }}. Thank you for coming to {{ city | default('our town') }}."
    lines = list_recordable_lines(campaign)
    assert all(line.recording is None for line in lines)
    assert list_unused_recordings(campaign, lines) == [made]


def test_another_text_is_refused_and_the_stored_recording_stays(
    campaign: Campaign, alice: User, sound: bytes, tmp_path: Path
) -> None:
    record(campaign, alice, sound)
    other = speak("Your order left our warehouse this morning.", engine.VoiceConfig(engine="piper"))
    with pytest.raises(engine.TextMismatch, match="The recording: The recording does not say"):
        record(campaign, alice, save(tmp_path / "other.wav", other.samples).read_bytes())
    assert campaign.recordings.count() == 1


def test_a_file_that_is_too_large_is_refused(
    campaign: Campaign, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_recordings, "UPLOAD_BYTES_MAX", 2**20)
    with pytest.raises(engine.RenderError, match="is larger than 1 MB"):
        record(campaign, alice, bytes(2**20 + 1))


def test_a_recording_that_was_deleted_during_a_run_fails_its_message_in_words(
    campaign: Campaign, alice: User, sound: bytes
) -> None:
    made = record(campaign, alice, sound)
    lifecycle.start(campaign, alice)
    made.delete()
    lines = Message.objects.get(recipient__name="Ada").lines
    with pytest.raises(engine.RenderError, match=r"was changed or deleted\. Start the run again"):
        load_recorded(campaign, lines)


def test_the_files_go_with_the_campaign(campaign: Campaign, alice: User, sound: bytes) -> None:
    made = record(campaign, alice, sound)
    storage, name = made.file.storage, str(made.file.name)
    assert storage.exists(name)
    campaign.delete()
    assert not storage.exists(name)


def test_silence_is_refused(campaign: Campaign, alice: User, tmp_path: Path) -> None:
    silent = save(tmp_path / "silent.wav", np.zeros(48_000)).read_bytes()
    with pytest.raises(engine.RenderError, match="The recording is silent"):
        record(campaign, alice, silent)
