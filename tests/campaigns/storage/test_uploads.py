"""Uploads in parts: a broken line costs one part, and nobody goes on with another person's file."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.models import Upload
from campaigns.storage.uploads import (
    KEPT_DAYS,
    SIZE_MAX,
    UploadRefused,
    WrongPlace,
    append_part,
    begin_upload,
    end_upload,
    find_part_file,
    find_upload,
    sweep_uploads,
)

pytestmark = pytest.mark.django_db
FILE = bytes(range(256)) * 40


def send(upload: Upload, start: int, end: int) -> int:
    return append_part(upload, start, io.BytesIO(FILE[start:end]).read)


def begin(user: User, name: str = "take.mp4", mark: str = "1") -> Upload:
    return begin_upload(user, name, len(FILE), mark)


def test_a_file_in_parts_is_the_file(alice: User) -> None:
    upload = begin(alice)
    assert send(upload, 0, 4000) == 4000
    assert find_upload(alice, str(upload.public_id)) is None
    assert send(upload, 4000, len(FILE)) == len(FILE)
    whole = find_upload(alice, str(upload.public_id))
    assert whole == upload and find_part_file(upload).read_bytes() == FILE


def test_the_same_file_goes_on_and_another_one_begins_anew(alice: User, bob: User) -> None:
    upload = begin(alice)
    send(upload, 0, 4000)
    assert begin(alice) == upload and begin(alice).received == 4000
    assert begin(alice, mark="2") != upload
    assert begin(alice, name="other.mp4") != upload
    assert begin(bob) != upload


def test_a_part_that_comes_twice_or_too_early_is_told_where_to_go_on(alice: User) -> None:
    upload = begin(alice)
    send(upload, 0, 4000)
    for wrong in (0, 8000):
        with pytest.raises(WrongPlace) as found:
            send(upload, wrong, wrong + 100)
        assert found.value.received == 4000
    send(upload, 4000, len(FILE))
    assert find_part_file(upload).read_bytes() == FILE


def test_bytes_that_a_crash_left_behind_are_written_once_more(alice: User) -> None:
    upload = begin(alice)
    send(upload, 0, 4000)
    with find_part_file(upload).open("ab") as file:
        file.write(b"left by a part whose row was never stored")
    send(upload, 4000, len(FILE))
    assert find_part_file(upload).read_bytes() == FILE


def test_more_bytes_than_the_file_has_are_refused_and_do_not_count(alice: User) -> None:
    upload = begin(alice)
    with pytest.raises(UploadRefused, match="More bytes"):
        append_part(upload, 0, io.BytesIO(FILE + b"!").read)
    upload.refresh_from_db()
    assert upload.received == 0


def test_empty_and_huge_files_are_refused_before_a_byte_is_sent(alice: User) -> None:
    with pytest.raises(UploadRefused, match="is empty"):
        begin_upload(alice, "take.mp4", 0, "1")
    with pytest.raises(UploadRefused, match=r"4 GB is the most"):
        begin_upload(alice, "take.mp4", SIZE_MAX + 1, "1")


def test_nobody_finds_another_persons_upload_or_one_that_is_none(alice: User, bob: User) -> None:
    upload = begin(alice)
    send(upload, 0, len(FILE))
    assert find_upload(bob, str(upload.public_id)) is None
    assert find_upload(alice, "../../etc/passwd") is None


def test_what_nobody_went_on_with_for_days_is_swept(alice: User) -> None:
    old, new = begin(alice, "old.mp4"), begin(alice, "new.mp4")
    for upload in (old, new):
        send(upload, 0, 4000)
    long_ago = timezone.now() - timedelta(days=KEPT_DAYS, minutes=1)
    Upload.objects.filter(pk=old.pk).update(changed_at=long_ago)
    assert sweep_uploads() == 1
    assert not find_part_file(old).exists() and find_part_file(new).exists()
    end_upload(new)
    assert not Upload.objects.exists() and not find_part_file(new).exists()
