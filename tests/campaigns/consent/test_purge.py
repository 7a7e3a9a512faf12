"""A purge tells its numbers, then leaves nothing of a presenter in storage and cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from campaigns.consent.entries import ConsentKind
from campaigns.consent.purge import count_purge, start_purge
from campaigns.consent.takedown import revoke_and_take_down
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Message, Presenter, Revision
from campaigns.revisions import publish
from campaigns.states import JobState, MoveRefused, RenderState
from tests import people


def put_part(kind: str, content: bytes) -> tuple[str, Path]:
    name = hashlib.sha256(content).hexdigest()
    path: Path = settings.RENDER_CACHE_DIR / kind / name[:2] / f"{name}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return f"{kind}/{name[:2]}/{name}", path


@pytest.fixture
def approved(campaign: Campaign, presenter: Presenter, alice: User) -> Message:
    made = people.ready_message(campaign.recipients.get(name="Ada"))
    Message.objects.filter(pk=made.pk).update(
        approved_hash=made.content_hash, review_state="approved", made_with={"presenter": presenter.pk}
    )
    made.refresh_from_db()
    publish(made, alice)
    return made


def test_nothing_of_the_presenter_is_left(approved: Message, presenter: Presenter, alice: User) -> None:
    (name, part), (_, rest) = put_part("segment", b"her mouth"), put_part("rest", b"her closed mouth")
    _, other = put_part("segment", b"somebody else")
    Message.objects.filter(pk=approved.pk).update(parts=[name])
    files = [Path(one.path) for one in (presenter.take, presenter.bake, approved.video, approved.poster)]
    with pytest.raises(MoveRefused, match="Revoke the consent first"):
        start_purge(presenter, alice)
    revoke_and_take_down(presenter, ConsentKind.PICTURE, alice)
    told = count_purge(presenter)
    assert (told.videos, told.links, told.files, told.whole_cache) == (1, 1, 2, False)
    job = start_purge(presenter, alice)
    assert work_on_job(job.pk) == JobState.DONE
    job.refresh_from_db()
    assert job.result["videos"] == 1 and job.result["parts"] == told.parts
    assert not [one for one in [*files, part, rest] if one.exists()] and other.exists()
    approved.refresh_from_db()
    presenter.refresh_from_db()
    assert not Revision.objects.exists() and approved.render_state == RenderState.CANCELLED
    assert not presenter.take and not presenter.bake
    assert presenter.consents.count() == 1  # who revoked it stays


def test_parts_of_an_older_version_go_with_the_whole_cache(
    approved: Message, presenter: Presenter, alice: User
) -> None:
    _, part = put_part("segment", b"whose mouth is unknown")
    revoke_and_take_down(presenter, ConsentKind.PICTURE, alice)
    assert count_purge(presenter).whole_cache
    assert work_on_job(start_purge(presenter, alice).pk) == JobState.DONE
    assert not part.exists()
