"""Videos over HTTP: ranges as browsers ask for them, and closed doors where nothing is approved."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from campaigns.models import Campaign, Message
from campaigns.review import approve, reject
from campaigns.storage.byte_ranges import ByteRange, Unsatisfiable, parse_range
from campaigns.storage.file_parts import CHUNK_BYTES
from tests.campaigns.mail import approve_all

CONTENT = bytes(range(256)) * 4096  # 1 MiB: several chunks
SIZE = len(CONTENT)


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    message = approve_all(campaign, alice)[0]
    message.video.save("video.mp4", ContentFile(CONTENT))
    message.preview.save("preview.gif", ContentFile(b"GIF89a"))
    return message


@pytest.fixture
def url(message: Message) -> str:
    return reverse("message-video", args=[message.public_id])


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", ByteRange(0, 9)),
        ("bytes=90-", ByteRange(90, 99)),
        ("bytes=90-500", ByteRange(90, 99)),
        ("bytes=-10", ByteRange(90, 99)),
        ("bytes=-500", ByteRange(0, 99)),
        ("bytes=99-99", ByteRange(99, 99)),
        (f"bytes={'0' * 5000}9-{'9' * 5000}", ByteRange(9, 99)),
        (f"bytes=-{'9' * 5000}", ByteRange(0, 99)),
        (None, None),
        ("", None),
        ("bytes=-", None),
        ("bytes=9-3", None),
        ("bytes=a-b", None),
        ("bytes=0-9,20-29", None),
        ("lines=0-9", None),
        ("bytes=0-9; x", None),
    ],
)
def test_a_range_header_of_a_file_of_100_bytes(header: str | None, expected: ByteRange | None) -> None:
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", f"bytes={'9' * 5000}-"])
def test_a_range_outside_of_the_file_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parse_range(header, 100)


class TestTheVideoOfAnApprovedMessage:
    def test_whole(self, client: Client, url: str) -> None:
        response = client.get(url)
        assert response.status_code == 200
        assert response["Content-Type"] == "video/mp4"
        assert response["Content-Length"] == str(SIZE)
        assert response["Accept-Ranges"] == "bytes"
        assert body(response) == CONTENT

    def test_is_streamed_in_pieces(self, client: Client, url: str) -> None:
        pieces = list(client.get(url).streaming_content)
        assert len(pieces) == SIZE // CHUNK_BYTES and max(map(len, pieces)) == CHUNK_BYTES

    def test_a_part_across_chunks(self, client: Client, url: str) -> None:
        first, last = CHUNK_BYTES - 5, 2 * CHUNK_BYTES + 5
        response = client.get(url, headers={"Range": f"bytes={first}-{last}"})
        assert response.status_code == 206
        assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
        assert body(response) == CONTENT[first : last + 1]

    def test_its_end(self, client: Client, url: str) -> None:
        response = client.get(url, headers={"Range": "bytes=-7"})
        assert body(response) == CONTENT[-7:]

    def test_beyond_its_end(self, client: Client, url: str) -> None:
        response = client.get(url, headers={"Range": f"bytes={SIZE}-"})
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{SIZE}"

    def test_head_says_the_size_and_sends_nothing(self, client: Client, url: str) -> None:
        response = client.head(url, headers={"Range": "bytes=0-9"})
        assert (response.status_code, response["Content-Length"]) == (200, str(SIZE))
        assert b"".join(response) == b""

    def test_a_part_of_other_content_becomes_the_whole(self, client: Client, url: str) -> None:
        etag = client.head(url)["ETag"]
        same = client.get(url, headers={"Range": "bytes=0-9", "If-Range": etag})
        other = client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"older"'})
        assert (same.status_code, other.status_code) == (206, 200)

    def test_known_content_is_not_sent_again(self, client: Client, url: str) -> None:
        etag = client.head(url)["ETag"]
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304

    def test_new_content_has_another_etag(self, client: Client, url: str, message: Message) -> None:
        before = client.head(url)["ETag"]
        message.content_hash = message.approved_hash = "d" * 64
        message.save()
        assert client.head(url)["ETag"] != before

    def test_no_shared_cache_may_keep_it_and_no_search_engine_show_it(self, client: Client, url: str) -> None:
        response = client.get(url)
        assert "private" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"
        assert not response.cookies

    @pytest.mark.parametrize(
        ("sender", "header", "named"),
        [("x-accel-redirect", "X-Accel-Redirect", "/internal-media/"), ("x-sendfile", "X-Sendfile", "/")],
    )
    def test_the_proxy_in_front_sends_it_where_a_setting_says_so(
        self, client: Client, url: str, alice: User, message: Message, settings: Settings,
        sender: str, header: str, named: str,
    ) -> None:  # fmt: skip
        settings.FILES_SENT_BY = sender
        answer = client.get(url, headers={"Range": "bytes=0-9"})
        assert answer[header].startswith(named) and answer[header].endswith(str(message.video.name))
        assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"", "video/mp4")
        assert "private" in answer["Cache-Control"]
        reject(message, alice, "The name is wrong")
        assert client.get(url).status_code == 404

    def test_is_read_only(self, client: Client, url: str) -> None:
        assert client.post(url).status_code == 405


def test_poster_and_captions_have_their_types(client: Client, message: Message) -> None:
    poster = client.get(reverse("message-poster", args=[message.public_id]))
    captions = client.get(reverse("message-captions", args=[message.public_id]))
    assert poster["Content-Type"] == "image/jpeg"
    assert captions["Content-Type"] == "text/vtt; charset=utf-8"
    assert body(captions) == b"WEBVTT\n"


def test_the_moving_and_the_named_picture_are_public_as_the_video_is(
    client: Client, message: Message
) -> None:
    moving = client.get(reverse("message-preview", args=[message.public_id]))
    assert (moving["Content-Type"], body(moving)) == ("image/gif", b"GIF89a")
    address = reverse("message-picture", args=[message.public_id])
    named = client.get(address)
    assert named["Content-Type"] == "image/jpeg" and "private" in named["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": named["ETag"]}).status_code == 304
    message.recipient.values |= {"first_name": "Augusta"}
    message.recipient.save()
    assert client.get(address).content != named.content


def test_another_poster_of_the_same_content_has_another_etag(client: Client, message: Message) -> None:
    address = reverse("message-poster", args=[message.public_id])
    before = client.head(address)["ETag"]
    message.poster.save("other.jpg", ContentFile(b"other"))
    assert client.head(address)["ETag"] != before


KINDS = [f"message-{kind}" for kind in ("page", "video", "poster", "preview", "picture", "captions")]


@pytest.mark.parametrize("name", KINDS)
class TestNobodySees:
    def test_an_unknown_address(self, db: None, client: Client, name: str) -> None:
        assert client.get(reverse(name, args=[uuid4()])).status_code == 404

    def test_what_was_rejected(self, client: Client, alice: User, message: Message, name: str) -> None:
        reject(message, alice, "The name is wrong")
        assert client.get(reverse(name, args=[message.public_id])).status_code == 404

    def test_what_the_presenter_took_back(self, client: Client, message: Message, name: str) -> None:
        message.campaign.presenter.consent_revoked_at = timezone.now()
        message.campaign.presenter.save()
        assert client.get(reverse(name, args=[message.public_id])).status_code == 404


def test_what_was_rendered_again_is_not_seen_before_it_is_approved(
    client: Client, alice: User, message: Message, url: str
) -> None:
    approve(message, alice)
    before = client.head(url)
    message.content_hash = "e" * 64
    message.video.save("newer.mp4", ContentFile(b"newer"))
    shown = client.head(url)
    assert (shown["ETag"], shown["Content-Length"]) == (before["ETag"], before["Content-Length"])
    approve(message, alice)
    assert client.head(url)["Content-Length"] == "5"


def test_a_file_that_is_gone_is_not_found(client: Client, message: Message, url: str) -> None:
    message.video.storage.delete(message.video.name)
    assert client.get(url).status_code == 404


class TestStaff:
    @pytest.fixture
    def media_url(self, message: Message, alice: User) -> str:
        reject(message, alice, "Look again")
        return reverse("message-media", args=[message.pk, "video"])

    def test_see_what_is_not_approved(self, client: Client, alice: User, media_url: str) -> None:
        client.force_login(alice)
        response = client.get(media_url, headers={"Range": "bytes=0-3"})
        assert (response.status_code, body(response)) == (206, CONTENT[:4])
        assert "Cookie" in response["Vary"]

    def test_others_are_asked_to_sign_in(self, client: Client, bob: User, media_url: str) -> None:
        assert client.get(media_url).status_code == 302
        client.force_login(bob)
        assert client.get(media_url).status_code == 302

    def test_staff_without_the_permission_are_refused(
        self, client: Client, bob: User, media_url: str
    ) -> None:
        bob.is_staff = True
        bob.save()
        client.force_login(bob)
        assert client.get(media_url).status_code == 403

    @pytest.mark.parametrize("kind", ["take", "../video", "video.mp4"])
    def test_only_the_three_files_of_a_message(
        self, client: Client, alice: User, message: Message, kind: str
    ) -> None:
        client.force_login(alice)
        assert client.get(f"/media/messages/{message.pk}/{kind}").status_code == 404
