"""What a worker keeps of a finished message, and what it leaves alone once it lost its claim."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from campaigns.engine import RenderError
from campaigns.models import Campaign, Message, Presenter, Recipient
from campaigns.pictures.previews import is_made
from campaigns.revisions import find_platform_poster
from campaigns.runs import lifecycle, worker
from campaigns.standing.row_tree import delete_rows
from campaigns.states import RenderState, ReviewState
from renderer.render.job import MessageResult, ShownLine
from renderer.video.moments import write_moment
from tests.renderer.video.clips import number_of, write_clip

HELLO = ShownLine("0.0", "Hello Ada.", 0.4, 1.4, cached=True)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def claimed(campaign: Campaign, alice: User) -> Message:
    """Ada's message in a worker's hands; its content “aaa…” was approved when an earlier run made it."""
    lifecycle.start(campaign, alice)
    message = lifecycle.claim_next("a worker")
    assert message is not None
    Message.objects.filter(pk=message.pk).update(review_state="approved", approved_hash="a" * 64)
    return message


def made(folder: Path, content_hash: str) -> MessageResult:
    files = [folder / name for name in ("hello.mp4", "hello.jpg", "hello.vtt")]
    for file in files:
        file.write_bytes(b"not a video")
    return MessageResult(*files, content_hash, 4.0, (HELLO,), {"seam": 1.0}, ("Look at the end.",), 2.5, 0)


@pytest.mark.parametrize(
    ("content", "review", "approved"),
    [("a", ReviewState.APPROVED, "a" * 64), ("b", ReviewState.PENDING, "")],
    ids=["the approved content again", "other content"],
)
def test_a_finished_message_is_kept_and_an_approval_of_other_content_ends(
    claimed: Message, tmp_path: Path, content: str, review: str, approved: str
) -> None:
    worker._store_outcome(claimed, made(tmp_path, content * 64))
    stored = Message.objects.get(pk=claimed.pk)
    assert (stored.render_state, stored.claimed_by, stored.content_hash) == (
        RenderState.READY,
        "",
        content * 64,
    )
    assert stored.video.read() == b"not a video"
    assert (stored.video_seconds, stored.work_seconds, stored.flags) == (4.0, 2.5, ["Look at the end."])
    assert stored.segments == [
        {
            "line": "0.0",
            "text": "Hello Ada.",
            "start_s": 0.4,
            "end_s": 1.4,
            "cached": True,
            "source": "spoken",
        }
    ]
    assert stored.ready_at is not None
    assert (stored.review_state, stored.approved_hash) == (review, approved)


def test_content_that_is_stored_keeps_its_file_byte_for_byte(claimed: Message, tmp_path: Path) -> None:
    worker._store_outcome(claimed, made(tmp_path, "b" * 64))
    stored = Message.objects.get(pk=claimed.pk)
    Message.objects.filter(pk=claimed.pk).update(render_state=RenderState.RENDERING, claimed_by="me")
    signed_anew = made(tmp_path, "b" * 64)
    signed_anew.video.write_bytes(b"the same content, signed again")
    worker._store_outcome(Message.objects.get(pk=claimed.pk), signed_anew)
    again = Message.objects.get(pk=claimed.pk)
    assert again.render_state == RenderState.READY
    assert (again.video.name, again.video.read()) == (stored.video.name, b"not a video")


def test_a_consent_that_ended_meanwhile_keeps_a_video_from_being_stored(
    claimed: Message, tmp_path: Path
) -> None:
    Presenter.objects.update(consent_revoked_at=timezone.now())
    before = claimed.video.name
    worker._store_outcome(claimed, made(tmp_path, "b" * 64))
    stored = Message.objects.get(pk=claimed.pk)
    assert stored.render_state == RenderState.FAILED and "withdrawn the consent" in stored.failure
    assert stored.video.name == before


def test_a_person_who_was_erased_meanwhile_leaves_no_file(claimed: Message, tmp_path: Path) -> None:
    row = Message.objects.select_related("campaign").get(pk=claimed.pk)
    delete_rows(Recipient, [claimed.recipient_id])
    worker._store_outcome(row, made(tmp_path, "b" * 64))
    folder = Path(default_storage.path(f"campaigns/{row.campaign.public_id}/messages/{row.public_id}"))
    assert not folder.exists()


def test_who_lost_the_claim_keeps_nothing(claimed: Message, tmp_path: Path) -> None:
    Message.objects.filter(pk=claimed.pk).update(claimed_by="another worker")
    before = Message.objects.filter(pk=claimed.pk).values().get()
    worker._store_outcome(claimed, made(tmp_path, "b" * 64))
    worker._store_outcome(claimed, RenderError("The disk is full."))
    worker._store_outcome(claimed, ValueError("ours"))
    assert Message.objects.filter(pk=claimed.pk).values().get() == before


def test_a_failure_is_noted_with_its_reason(claimed: Message) -> None:
    worker._store_outcome(claimed, RenderError("The disk is full."))
    stored = Message.objects.get(pk=claimed.pk)
    assert (stored.render_state, stored.failure) == (RenderState.FAILED, "The disk is full.")


def test_what_a_person_chose_for_every_poster_is_cut_out_of_a_new_video(
    claimed: Message, tmp_path: Path
) -> None:
    moment = {"line": "0.0", "text": "Hello Ada.", "presenter": claimed.made_with.get("presenter")}
    Campaign.objects.filter(pk=claimed.campaign_id).update(poster_moment={**moment, "offset_s": 0.4})
    result = made(tmp_path, "b" * 64)
    write_clip(result.video, 60)
    worker._store_outcome(claimed, result)
    stored = Message.objects.get(pk=claimed.pk)
    assert stored.poster_at_s == pytest.approx(0.8)
    with Image.open(stored.poster.open()) as picture:
        assert number_of(np.asarray(picture.convert("RGB"))) == 20
    assert stored.poster.storage.exists(find_platform_poster(stored.video.name))


def test_a_finished_message_has_its_moving_picture_where_the_mail_shows_one(
    claimed: Message, tmp_path: Path
) -> None:
    Campaign.objects.filter(pk=claimed.campaign_id).update(mail_preview=True)
    result = made(tmp_path, "b" * 64)
    write_clip(result.video, 60)
    write_moment(result.video, 1.0, result.poster)
    worker._store_outcome(claimed, result)
    stored = Message.objects.get(pk=claimed.pk)
    assert stored.render_state == RenderState.READY and is_made(stored)
